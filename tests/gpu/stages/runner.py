"""Runs the stages of a bundle, each in a process and with a time limit of its own."""

import argparse
import datetime
import importlib
import importlib.util
import json
import os
import pathlib
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from stages import results
from stages.stage import Context, NotRun

BUNDLE = pathlib.Path(__file__).resolve().parent.parent

# The most telling first, with the seconds that each may take on a device.
STAGES = {
    "load": 60,
    "parity": 120,
    "digest": 120,
    "memory": 90,
    "kill": 60,
    "jobs": 90,
    "throughput": 240,
    "inspection": 100,
}
DRY_LIMIT = 60


def main():
    p = argparse.ArgumentParser(
        prog="run-stages",
        description="Runs what tests/gpu/run packed, with this Python's torch.",
    )
    p.add_argument("output", type=pathlib.Path, help="folder for RESULTS.json and RESULTS.md")
    p.add_argument("--dry-run", action="store_true", help="on the CPU, with small networks")
    p.add_argument("--device", default="cuda:0")
    p.add_argument("--stages", help="some of them: " + ",".join(STAGES))
    p.add_argument("--limit", type=float, default=560, help="seconds for all stages together")
    p.add_argument("--stage", help=argparse.SUPPRESS)
    p.add_argument("--context", help=argparse.SUPPRESS)
    args = p.parse_args()
    if args.stage:
        return run_stage(args)
    torch = installed_torch()
    packed = json.loads((BUNDLE / "bundle.json").read_text())
    if torch["git_version"] != packed["torch_git_version"]:
        sys.exit(
            f"run-stages: the programs were linked with torch {packed['torch_git_version']}, "
            f"this Python has {torch['git_version']} in {torch['folder']}"
        )
    return run_stages(args, torch, packed)


def run_stages(args, torch, packed):
    chosen = args.stages.split(",") if args.stages else list(STAGES)
    unknown = set(chosen) - set(STAGES)
    if unknown:
        sys.exit(f"run-stages: no such stage: {', '.join(unknown)}")
    device = "cpu" if args.dry_run else args.device
    # Threads that wait for each other take long on a busy machine.
    threads = 1 if args.dry_run else len(os.sched_getaffinity(0))
    report = results.Results(
        args.output,
        {
            "date": datetime.date.today().isoformat(),
            "commit": packed["commit"],
            "torch": f"{torch['version']} ({torch['git_version'][:12]})",
            "device": device,
            "threads": threads,
            **driver_facts(device),
        },
    )
    report.write()
    end = time.monotonic() + args.limit
    failed = False
    with tempfile.TemporaryDirectory(prefix="tunesmith-gpu.", ignore_cleanup_errors=True) as folder:
        for name in chosen:
            limit = min(DRY_LIMIT if args.dry_run else STAGES[name], end - time.monotonic())
            context = {
                "bundle": str(BUNDLE),
                "device": device,
                "dry": args.dry_run,
                "limit": limit,
                "threads": threads,
                "work": folder,
                "findings": str(pathlib.Path(folder, f"{name}.findings")),
                "environment": program_environment(torch["folder"]),
            }
            outcome, seconds = run_in_process(name, context, args.output)
            findings = findings_of(context["findings"])
            outcome = outcome_of(outcome, findings)
            failed |= not outcome.startswith(("passed", "not run"))
            report.add(name, summary_of(name), outcome, seconds, findings)
            print(f"{name:12} {outcome}, {seconds:.1f} s", flush=True)
            for finding in findings:
                if finding["kind"] in ("failure", "not run"):
                    print("    " + results.line_of(finding), flush=True)
    return 1 if failed else 0


def run_in_process(name, context, output):
    """How it ended and after how many seconds."""
    begin = time.monotonic()
    if context["limit"] < 5:
        return "not run: no time was left", 0.0
    log = pathlib.Path(output, f"{name}.log")
    with open(log, "w", encoding="utf-8") as file:
        command = [sys.executable, "-u", BUNDLE / "run-stages", output, f"--stage={name}"]
        process = subprocess.Popen(
            [*command, f"--context={json.dumps(context)}"],
            stdout=file,
            stderr=file,
            start_new_session=True,
            env={**os.environ, "TMPDIR": context["work"], **visible_devices(context)},
        )
        try:
            code = process.wait(context["limit"])
        except subprocess.TimeoutExpired:
            code = None
        # What it started as well; trainers end with their worker.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    seconds = time.monotonic() - begin
    if code is None:
        return f"cut after {context['limit']:.0f} s", seconds
    return ("passed" if code == 0 else f"failed (see {log.name})"), seconds


def visible_devices(context):
    """One, so that all stages are about the same."""
    name = "CUDA_VISIBLE_DEVICES"
    return {name: "" if context["dry"] else os.environ.get(name, "0")}


def outcome_of(ended, findings):
    """A stage that came to its end may have found failures, or nothing."""
    kinds = {finding["kind"] for finding in findings}
    if ended != "passed":
        return ended
    if "failure" in kinds:
        return "failed"
    return "passed" if kinds & {"passed", "figure"} else "not run"


def summary_of(name):
    """The first line of what the stage says about itself."""
    source = (BUNDLE / f"stages/{name}.py").read_text(encoding="utf-8")
    return source.split('"""')[1].strip().splitlines()[0]


def run_stage(args):
    """In a process of its own."""
    values = json.loads(args.context)
    for name in ("bundle", "work", "findings"):
        values[name] = pathlib.Path(values[name])
    context = Context(**values)
    if context.dry:
        import torch

        torch.set_num_threads(context.threads)
    try:
        importlib.import_module(f"stages.{args.stage}").run(context)
    except NotRun as why:
        context.not_run(str(why))
    return 0


def findings_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except FileNotFoundError:
        return []


def installed_torch():
    """Of this Python's, without loading it."""
    spec = importlib.util.find_spec("torch")
    if spec is None:
        sys.exit("run-stages: this Python has no torch")
    folder = pathlib.Path(spec.submodule_search_locations[0])
    version = runpy.run_path(str(folder / "version.py"))
    return {
        "folder": str(folder),
        "version": version["__version__"],
        "git_version": version["git_version"],
    }


def program_environment(torch_folder):
    """Where the programs find their libraries; what was there before counts last:
    the driver's may be there."""
    folders = [f"{BUNDLE}/lib", f"{torch_folder}/lib", os.environ.get("LD_LIBRARY_PATH")]
    return {"LD_LIBRARY_PATH": ":".join(filter(None, folders))}


def driver_facts(device):
    if device == "cpu":
        return {"device_name": f"CPU ({os.uname().machine})", "driver": "none"}
    program = shutil.which("nvidia-smi")
    if program:
        query = [program, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        lines = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
        if lines:
            name, driver, memory = (part.strip() for part in lines[0].split(","))
            return {"device_name": f"{name}, {memory}", "driver": driver}
    return {"device_name": device, "driver": "unknown"}
