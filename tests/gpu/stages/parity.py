"""The device computes what the CPU computes: losses of 20 steps, first gradients."""

from stages import networks

LOSS_TOLERANCE = 1e-4
GRADIENT_TOLERANCE = 1e-5
# A tensor whose gradients are so much smaller than the largest ones holds
# nothing but rounding: a key's bias, for one, changes no attention.
EMPTY = 1e-6

TEXT = {"batch_size": 16, "min_length": 8, "max_length": 64, "examples": 320, "dropout": 0.1}
PICTURES = {"batch_size": 16, "picture_size": 240, "examples": 96}


def run(context):
    if context.dry:
        # Parts of a batch, added up, stand in for another device.
        losses(context, "bert-small", {**TEXT, "dropout": 0.0}, on_device={"microbatch": 8})
        gradients(context, "bert-small", TEXT)
        gradients(context, "vit-small", {**PICTURES, "picture_size": 40})
        gradients(context, "resnet18-small", {**PICTURES, "picture_size": 40})
        return
    gradients(context, "minilm", TEXT)
    gradients(context, "resnet18", PICTURES)
    losses(context, "minilm", TEXT)
    losses(context, "resnet18", PICTURES)
    gradients(context, "bert-base", TEXT)
    gradients(context, "vit-base", PICTURES)
    gradients(context, "resnet50", PICTURES)


def losses(context, network, plan, on_device=None):
    with context.part(f"{network}: losses"):
        plan = {**plan, "model": str(networks.make(context, network)), "precision": "fp32"}
        expected = context.gpu_check("train", **{**plan, "device": "cpu"})["losses"]
        actual = context.gpu_check("train", **plan, **(on_device or {}))["losses"]
        if len(expected) != 20 or len(actual) != 20:
            raise RuntimeError(f"{len(expected)} and {len(actual)} losses instead of 20")
        difference = max(abs(a - b) / abs(b) for a, b in zip(actual, expected))
        context.figure(f"{network}: largest difference of 20 losses", difference, "of the loss")
        context.check(
            difference <= LOSS_TOLERANCE, f"{network}: losses agree within {LOSS_TOLERANCE}"
        )


def gradients(context, network, plan):
    with context.part(f"{network}: gradients"):
        plan = {**plan, "model": str(networks.make(context, network)), "precision": "fp32"}
        answer = context.gpu_check("gradients", **plan)
        top = max(t["largest"] for t in answer["tensors"])
        full = [t for t in answer["tensors"] if t["largest"] > EMPTY * top]
        worst = max(full, key=lambda t: t["difference"] / t["largest"])
        difference = worst["difference"] / worst["largest"]
        context.figure(
            f"{network}: largest difference of first gradients ({worst['name']})",
            difference,
            "of the tensor's largest",
        )
        empty = [t for t in answer["tensors"] if t["largest"] <= EMPTY * top]
        context.check(
            difference <= GRADIENT_TOLERANCE
            and all(t["difference"] <= 2 * EMPTY * top for t in empty),
            f"{network}: first gradients of {len(full)} tensors agree within "
            f"{GRADIENT_TOLERANCE} ({len(empty)} hold rounding alone)",
        )
