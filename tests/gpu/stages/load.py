"""The programs start, and the trainer's libraries open the device."""

import json
import subprocess

from stages import programs


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
    with context.part("libraries"):
        libraries = context.gpu_check("device")["libraries"]
        cuda = [path for path in libraries if "libtorch_cuda.so" in path]
        context.note(f"libtorch_cuda.so: {cuda[0] if cuda else 'not open'}")
        context.check(bool(cuda) != context.dry, "LibTorch's CUDA side is open for a GPU alone")
    with context.part("probe"):
        trainer = context.program("tunesmith-trainer")
        probe = lines_of(context, trainer, "--probe", f"--device={context.device}")[-1]
        context.check(
            json.loads(probe)["device"] == context.device, f"the trainer's probe: {probe}"
        )
    with context.part("slots"):
        with programs.running(context, "bert-small") as cluster:
            (worker,) = cluster.cli("workers", "get", "bench")
        for slot in worker["slots"]:
            context.note(f"slot: {json.dumps(slot)}")
        context.check(
            any(
                slot["device"] == context.device and not slot.get("outOfService")
                for slot in worker["slots"]
            ),
            f"the worker has a slot with {context.device}",
        )
