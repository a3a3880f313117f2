"""How fast training is, beside Hugging Face's Trainer and plain PyTorch.

Same shapes, batches and precision on the same device, alternating three times;
the median of the ratios counts. Texts all have one length, so nobody pads. The
references' pictures are tensors already; ours are PNG files that are decoded,
resized and normalised meanwhile.
"""

import importlib.util
import statistics

from stages import networks, reference_networks, reference_training

ROUNDS = 3


def run(context):
    device = context.device
    peaks = {}
    precisions = ["fp32", "bf16"] if context.dry else ["bf16", "tf32", "fp32"]
    for precision in precisions:
        with context.part(f"matrix products, {precision}"):
            size = 256 if context.dry else 8192
            peaks[precision] = reference_training.matrix_peak(device, precision, size)
            context.figure(f"matrix products, {precision}", peaks[precision] / 1e12, "TFLOP/s")
    if not has_trainer():
        context.not_run("Hugging Face's Trainer: transformers and accelerate are not installed")
    if context.dry:
        texts(context, "bert-small", "fp32", peaks, batch=4, length=16, steps=3)
        pictures(context, "resnet18-small", "fp32", peaks, batch=4, steps=2)
        return
    for precision in precisions:
        texts(context, "bert-base", precision, peaks, batch=32, length=128, steps=40)
        pictures(context, "resnet50", precision, peaks, batch=64, steps=20)


def has_trainer():
    return all(importlib.util.find_spec(name) for name in ("transformers", "accelerate"))


def texts(context, name, precision, peaks, batch, length, steps):
    directory = networks.make(context, name)
    width, layers, heads, inner = networks.BERTS[name]
    # Of each token, forward and twice as much backward: the layers' matrices,
    # and scores and sums of attention.
    operations = 6 * layers * (4 * width**2 + 2 * width * inner) + 12 * layers * length * width

    def plain():
        body = reference_networks.Bert(width, layers, heads, inner)
        return reference_training.train(
            reference_networks.Classifier(body, reference_training.LABELS, dropout=0.1),
            reference_training.text_batches(batch, length),
            context.device,
            precision,
            steps,
        )

    def hugging_face():
        return reference_training.hugging_face(
            directory, batch, length, context.device, precision, steps, context.work / "trainer"
        )

    others = {"plain PyTorch": plain}
    if has_trainer() and precision != "tf32":
        others["Hugging Face's Trainer"] = hugging_face
    plan = {"min_length": length, "max_length": length, "examples": batch * (steps + 1)}
    compare(
        context,
        f"{name}, {precision}, {batch} x {length} tokens",
        {**plan, "model": str(directory), "batch_size": batch, "precision": precision},
        steps,
        others,
        operations * batch * length / peaks[precision],
        batch,
    )


# Multiplications of one picture of 224 x 224, forward.
MULTIPLICATIONS = {"resnet50": 4.09e9, "resnet18-small": 3.7e7}


def pictures(context, name, precision, peaks, batch, steps):
    depths, expansion, pixels = networks.RESNETS[name]

    def plain():
        body = reference_networks.ResNet(depths, expansion)
        return reference_training.train(
            reference_networks.Classifier(body, reference_training.LABELS),
            reference_training.picture_batches(batch, pixels),
            context.device,
            precision,
            steps,
        )

    plan = {"picture_size": pixels * 8 // 7, "examples": batch * (steps + 1)}
    compare(
        context,
        f"{name}, {precision}, {batch} pictures of {pixels} x {pixels}",
        {
            **plan,
            "model": str(networks.make(context, name)),
            "batch_size": batch,
            "precision": precision,
        },
        steps,
        {"plain PyTorch": plain},
        6 * MULTIPLICATIONS[name] * batch / peaks[precision],
        batch,
    )


def compare(context, name, plan, steps, others, seconds_at_peak, batch):
    """`seconds_at_peak`: of a step that did nothing but multiply, at full speed."""
    with context.part(name):
        ours, theirs = [], {other: [] for other in others}
        for _ in range(ROUNDS):
            answer = context.gpu_check("train", **plan, steps=steps + 1)
            ours.append(answer["seconds_per_step"])
            for other, measure in others.items():
                theirs[other].append(measure())
        seconds = statistics.median(ours)
        context.figure(f"{name}: ours", batch / seconds, "examples/s")
        context.figure(f"{name}: share of the matrix peak", seconds_at_peak / seconds)
        context.figure(f"{name}: memory", answer["peak_bytes"] / 2**30, "GiB")
        for other, times in theirs.items():
            context.figure(f"{name}: {other}", batch / statistics.median(times), "examples/s")
            ratio = statistics.median(b / a for a, b in zip(ours, times))
            context.figure(f"{name}: ours / {other}", ratio, "times as fast")
