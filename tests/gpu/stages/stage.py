"""What a stage is given and what it says."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess


class NotRun(Exception):
    """The stage, or the rest of it, needs something that is not there."""


@dataclasses.dataclass
class Context:
    """The machine, and where a stage's findings go: at once, to a file, so that
    a stage that is cut short has still said them."""

    bundle: pathlib.Path
    device: str
    # On the CPU, with small networks.
    dry: bool
    # Whole seconds that the stage has.
    limit: float
    threads: int
    # Goes with the run; models that one stage made serve the others.
    work: pathlib.Path
    findings: pathlib.Path
    # What the programs of the bundle need besides this process's.
    environment: dict

    def figure(self, name, value, unit=""):
        self._say({"kind": "figure", "name": name, "value": value, "unit": unit})

    def note(self, text):
        self._say({"kind": "note", "text": text})

    def fail(self, text):
        self._say({"kind": "failure", "text": text})

    def not_run(self, text):
        self._say({"kind": "not run", "text": text})

    def check(self, holds, text):
        if holds:
            self._say({"kind": "passed", "text": text})
        else:
            self.fail(text)
        return holds

    @contextlib.contextmanager
    def part(self, name):
        """A failure in here leaves the other parts of the stage alone."""
        try:
            yield
        except NotRun as why:
            self.not_run(f"{name}: {why}")
        except (RuntimeError, SystemExit, OSError, ValueError, KeyError) as error:
            self.fail(f"{name}: {type(error).__name__}: {str(error)[-1500:]}")

    def program(self, name):
        return str(self.bundle / "bin" / name)

    def program_environment(self):
        return {**os.environ, **self.environment}

    def gpu_check(self, check, **plan):
        """Runs the driver; RuntimeError with what it says when it fails."""
        plan = {"device": self.device, "threads": self.threads, **plan}
        run = subprocess.run(
            [self.program("gpu-check"), check, json.dumps(plan)],
            capture_output=True,
            text=True,
            env=self.program_environment(),
        )
        return answer_of(run)

    def _say(self, finding):
        with open(self.findings, "a", encoding="utf-8") as file:
            file.write(json.dumps(finding) + "\n")


def answer_of(run):
    lines = run.stdout.splitlines()
    answer = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    if answer.get("unimplemented"):
        raise NotRun(answer["error"])
    if "error" in answer:
        raise RuntimeError(answer["error"])
    if run.returncode < 0:
        raise RuntimeError(f"ended by {signal.Signals(-run.returncode).name}\n{run.stderr[-1000:]}")
    if run.returncode or not answer:
        raise RuntimeError(f"ended with {run.returncode}\n{run.stdout[-300:]}{run.stderr[-1000:]}")
    return answer
