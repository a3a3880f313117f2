"""The device computes what the CPU computes: losses of 20 steps, first gradients."""

from stages import networks

LOSS_TOLERANCE = 1e-4
GRADIENT_TOLERANCE = 1e-5
# In networks with batch normalisation and maxima over places, rounding grows:
# the same CPU with another number of threads gives conv1's gradients of a
# ResNet another 4e-5, of a batch of 8 at times a hundredth.
CONVOLUTION_TOLERANCE = 2e-4
# A tensor whose gradients are so much smaller than the largest ones holds
# nothing but rounding: a key's bias, for one, changes no attention.
EMPTY = 1e-6

TEXT = {"batch_size": 16, "min_length": 8, "max_length": 64, "examples": 320}
PICTURES = {"batch_size": 16, "picture_size": 240, "examples": 96}
SMALL_PICTURES = {**PICTURES, "picture_size": 40}


def run(context):
    if context.dry:
        # Parts of a batch, added up, stand in for another device; each has
        # dropout of its own.
        plan = {**TEXT, "dropout": 0.0}
        losses(context, "bert-small", plan, on_device={"microbatch": 8})
        gradients(context, "bert-small", TEXT)
        gradients(context, "vit-small", SMALL_PICTURES)
        gradients(context, "resnet18-small", SMALL_PICTURES)
        return
    gradients(context, "minilm", TEXT)
    gradients(context, "resnet18", PICTURES)
    losses(context, "minilm", TEXT)
    # AdamW makes steps of one size from gradients of any: at 1e-4 two numbers
    # of threads of one CPU end 3e-3 apart.
    losses(context, "resnet18", {**PICTURES, "learning_rate": 2e-6})
    gradients(context, "bert-base", TEXT)
    gradients(context, "vit-base", {**PICTURES, "batch_size": 8})
    gradients(context, "resnet50", PICTURES)


def losses(context, network, plan, on_device=None):
    with context.part(f"{network}: losses"):
        plan = {**plan, "model": str(networks.make(context, network)), "precision": "fp32"}
        expected = context.gpu_check("train", **{**plan, "device": "cpu"})["losses"]
        actual = context.gpu_check("train", **{**plan, **(on_device or {})})["losses"]
        if len(expected) != 20 or len(actual) != 20:
            raise RuntimeError(f"{len(expected)} and {len(actual)} losses instead of 20")
        difference = max(abs(a - b) / abs(b) for a, b in zip(actual, expected))
        context.figure(f"{network}: largest difference of 20 losses", difference, "of the loss")
        context.check(
            difference <= LOSS_TOLERANCE, f"{network}: losses agree within {LOSS_TOLERANCE}"
        )


def gradients(context, network, plan):
    with context.part(f"{network}: gradients"):
        convolutions = network.startswith("resnet")
        tolerance = CONVOLUTION_TOLERANCE if convolutions else GRADIENT_TOLERANCE
        plan = {**plan, "model": str(networks.make(context, network)), "precision": "fp32"}
        tensors = context.gpu_check("gradients", **plan)["tensors"]
        top = max(tensor["largest"] for tensor in tensors)
        full = [tensor for tensor in tensors if tensor["largest"] > EMPTY * top]
        empty = [tensor for tensor in tensors if tensor["largest"] <= EMPTY * top]
        worst = max(full, key=relative)
        context.figure(
            f"{network}: largest difference of first gradients, in {worst['name']}",
            relative(worst),
            "of the tensor's largest",
        )
        context.check(
            relative(worst) <= tolerance
            and all(tensor["difference"] <= 2 * EMPTY * top for tensor in empty),
            f"{network}: first gradients of {len(full)} tensors agree within {tolerance} "
            f"({len(empty)} hold rounding alone)",
        )
        if convolutions and not context.dry:
            plan = {**plan, "device": "cpu", "cpu_threads": 1}
            tensors = context.gpu_check("gradients", **plan)["tensors"]
            context.figure(
                f"{network}: of the CPU with one thread and {context.threads}",
                max(relative(tensor) for tensor in tensors),
                "of the tensor's largest",
            )


def relative(tensor):
    return tensor["difference"] / tensor["largest"] if tensor["largest"] else 0.0
