"""Server, worker and command line on the machine, as stages use them."""

import contextlib
import os
import random
import struct
import zlib

from benchmark import cluster
from stages import networks


@contextlib.contextmanager
def running(context, network, *worker_flags, environment=None):
    """A cluster with `models/{network}`; the worker has one slot."""
    directory = networks.make(context, network)
    cluster.BIN = context.bundle / "bin"
    cluster.DEFAULT_MODEL = directory
    os.environ.update(context.environment)
    with cluster.Cluster() as programs:
        os.environ.update(environment or {})
        try:
            programs.start_worker(f"--threads={context.threads}", *worker_flags)
        finally:
            for name in environment or {}:
                del os.environ[name]
        programs.cli("models", "import", directory, f"--name={network}")
        yield programs


def text_spec(network, dataset, steps, **hyperparameters):
    return {
        "spec": {
            "baseModel": f"models/{network}",
            "task": {"textClassification": {}},
            "data": {"training": f"datasets/{dataset}", "validationFraction": 0},
            "hyperparameters": {"maxSteps": steps, "precision": "FP32", **hyperparameters},
            "evaluation": {"baseline": False},
        }
    }


def succeeded(job):
    return job["state"] == "SUCCEEDED"


def at_step(step):
    """At least that far, or at the end."""

    def done(job):
        return int(job.get("progress", {}).get("step", 0)) >= step or succeeded(job)

    return done


def write_texts(path, rows, words):
    """A table whose texts' first word says the label."""
    draw = random.Random(5)
    topics = ["invoice", "parcel", "password"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("text,label\n")
        for row in range(rows):
            text = [topics[row % 3]] + [draw.choice(topics) for _ in range(words - 1)]
            file.write(f"{' '.join(text)},{topics[row % 3]}\n")


def write_pictures(folder, count, pixels):
    """PNG files in one folder for each of three colours."""
    draw = random.Random(6)
    for number in range(count):
        colour = number % 3
        rows = []
        for _ in range(pixels):
            noise = bytearray(value // 3 for value in draw.randbytes(3 * pixels))
            for x in range(pixels):
                noise[3 * x + colour] += 120
            rows.append(b"\0" + bytes(noise))
        path = folder / ("red", "green", "blue")[colour] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(pixels, pixels, b"".join(rows)))


def png(width, height, rows):
    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )
