"""What a step does on the device, and whether it touches memory that is not its."""

import json
import os
import shutil
import subprocess

from stages import networks


def run(context):
    if context.dry:
        timeline(context, "bert-small", batch_size=8, max_length=32, examples=200)
    else:
        timeline(context, "bert-base", batch_size=32, min_length=128, max_length=128, examples=640)
        timeline(context, "bert-base", batch_size=32, min_length=128, max_length=128,
                 examples=640, precision="bf16")  # fmt: skip
        timeline(context, "resnet50", batch_size=64, picture_size=256, examples=640)
    with context.part("compute-sanitizer"):
        sanitizer(context)


def timeline(context, network, **plan):
    """Kernels of a step and the time between them; on the CPU, operators."""
    name = f"{network}, {plan.get('precision', 'fp32')}"
    with context.part(name):
        plan = {**plan, "model": str(networks.make(context, network)), "steps": 10}
        answer = context.gpu_check("profile", **plan)
        step, busy = answer["seconds_per_step"], answer["busy_seconds_per_step"]
        kernels = "operators" if context.device == "cpu" else "kernels"
        context.figure(f"{name}: {kernels} in a step", answer["kernels_per_step"])
        context.figure(f"{name}: copies in a step", answer["copies_per_step"])
        context.figure(f"{name}: a step", step * 1e3, "ms")
        context.figure(f"{name}: of it without a kernel", (step - busy) * 1e3, "ms")
        for kernel in answer["longest"][:8]:
            context.note(
                f"{name}: {kernel['seconds_per_step'] * 1e3:.3f} ms in "
                f"{kernel['count_per_step']:.0f} x {kernel['name'][:90]}"
            )


def sanitizer(context):
    folders = os.environ.get("PATH", os.defpath) + ":/usr/local/cuda/bin"
    program = shutil.which("compute-sanitizer", path=folders)
    if context.dry or program is None:
        context.not_run("compute-sanitizer: " + ("no device" if context.dry else "not installed"))
        return
    for network, plan in (("bert-small", {}), ("resnet18-small", {"picture_size": 40})):
        plan = {
            **plan,
            "model": str(networks.make(context, network)),
            "device": context.device,
            "threads": context.threads,
            "steps": 2,
        }
        command = [program, "--tool=memcheck", "--error-exitcode=9", context.program("gpu-check")]
        check = subprocess.run(
            [*command, "train", json.dumps(plan)],
            capture_output=True,
            text=True,
            env=context.program_environment(),
        )
        context.check(check.returncode == 0, f"{network}: compute-sanitizer finds nothing")
        if check.returncode:
            context.note(check.stdout[-2000:])
