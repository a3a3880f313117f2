"""The programs start, and the trainer's libraries open the device."""

import json
import subprocess


def lines_of(context, *command):
    run = subprocess.run(command, capture_output=True, text=True, env=context.program_environment())
    if run.returncode:
        raise RuntimeError(f"{command}: {run.returncode}\n{run.stdout}{run.stderr[-1500:]}")
    return run.stdout.splitlines()


def run(context):
    with context.part("start"):
        for program in ("tunesmith", "tunesmith-server", "tunesmith-worker"):
            lines_of(context, context.program(program), "--help")
        context.check(True, "every program starts")
    with context.part("device"):
        answer = context.gpu_check("device")
        for device in answer["devices"]:
            memory = int(device["memory_bytes"]) / 2**30
            context.note(f"{device['device']}: {device['name']}, {memory:.1f} GiB")
        context.check(
            any(d["device"] == context.device for d in answer["devices"]),
            f"{context.device} opens, is listed and multiplies",
        )
        cuda = [p for p in answer["libraries"] if "libtorch_cuda.so" in p]
        context.note(f"libtorch_cuda.so: {cuda[0] if cuda else 'not open'}")
        if not context.dry:
            context.check(bool(cuda), "LibTorch's CUDA side is open")
    with context.part("list"):
        listed = lines_of(context, context.program("tunesmith-trainer"), "--list-devices")
        devices = [json.loads(line)["device"] for line in listed]
        context.check(context.device in devices, f"the trainer lists {', '.join(devices)}")
    with context.part("probe"):
        probe(context)


def probe(context):
    trainer = context.program("tunesmith-trainer")
    if "--probe" not in "\n".join(lines_of(context, trainer, "--help")):
        context.not_run("probe: this trainer has none")
        return
    lines = lines_of(context, trainer, "--probe", f"--device={context.device}")
    context.check(isinstance(json.loads(lines[-1]), dict), f"the probe says {lines[-1]}")
