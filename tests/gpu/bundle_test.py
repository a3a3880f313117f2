#!/usr/bin/env python3
"""Packs the bundle of tests/gpu/run and runs the stages that need no device."""

import argparse
import pathlib
import subprocess
import sys
import tarfile
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
LARGEST = 40 << 20

sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER))

from packing import libraries  # noqa: E402


def run(*arguments):
    return subprocess.run([sys.executable, FOLDER / "run", *arguments]).returncode


def check_archive(archive):
    assert archive.stat().st_size < LARGEST, f"{archive.stat().st_size} bytes"
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as tar:
            tar.extractall(folder)
        bundle = pathlib.Path(folder, "bundle")
        assert not list(libraries.problems(bundle))
        # That check finds what is missing.
        next((bundle / "lib").glob("libarrow.so*")).unlink()
        assert any("libarrow" in problem for problem in libraries.problems(bundle))


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--build", required=True, type=pathlib.Path)
    args = p.parse_args()
    archive = args.build / "gpu-bundle/bundle.tar.xz"
    assert run("--pack-only", f"--archive={archive}", f"--build={args.build}") == 0
    check_archive(archive)
    output = args.build / "gpu-bundle/results"
    code = run(f"--bundle={archive}", f"--out={output}", "--dry-run", "--stages=load,parity,jobs")
    print((output / "RESULTS.md").read_text() if (output / "RESULTS.md").exists() else "")
    return code


if __name__ == "__main__":
    sys.exit(main())
