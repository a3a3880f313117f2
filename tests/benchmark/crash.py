"""Real processes are killed, stopped and starved of disk; nothing may be lost.

Each cycle submits jobs, disturbs one program while they run, and waits for their
ends: SIGKILL or SIGSTOP beyond the lease for server, worker or trainer, or a
disk without room for a while. Then: every acknowledged job is there and
SUCCEEDED, a watcher that followed it from its creation saw each event once and
none was missing, one result was accepted, and its files have the SHA-256 of an
undisturbed job's. A small file system of its own is mounted for the full disk,
which needs root; without it that part is left out.
"""

import collections
import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from benchmark import figures
from benchmark.cluster import BIN, DEFAULT_MODEL, ROOT, Cluster, need

MESSAGES = ROOT / "deploy/quickstart-data"
DISK_BYTES = 4 << 30
# Longer than a lease's 15 s.
STOPPED_SECONDS = 20
FULL_SECONDS = 8


def spec(steps):
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": {}},
            "data": {"training": "datasets/messages", "validationFraction": 0.2},
            "hyperparameters": {"maxSteps": steps, "batchSize": 16},
            "evaluation": {"baseline": False},
            "checkpoints": {"periodSteps": 4},
            "maxAttempts": 10,
        }
    }


@contextlib.contextmanager
def small_disk():
    """A directory on a file system of DISK_BYTES; None where none can be mounted."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tunesmith-disk."))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tunesmith-bench", directory]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield directory if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", directory], check=False)
        directory.rmdir()


class Follower:
    """A client that follows a job from its creation, over restarts of the server."""

    def __init__(self, cluster, name):
        self.name = name
        self._file = cluster.directory / f"events-{name}"
        self._process = subprocess.Popen(
            [
                BIN / "tunesmith",
                f"--server={cluster.address}",
                "--json",
                "logs",
                name,
                "--follow",
            ],
            stdout=open(self._file, "w"),
            stderr=subprocess.DEVNULL,
        )

    def events(self):
        if self._process.wait(timeout=300):
            sys.exit(f"the watcher of {self.name} ended with {self._process.returncode}")
        return [json.loads(line) for line in self._file.read_text().splitlines()]


def kill(cluster, program):
    pid = cluster.pid(program)
    if program == "trainer":
        if pid:
            os.kill(pid, signal.SIGKILL)
    elif program == "worker":
        cluster.kill_worker()
        cluster.start_worker()
    else:
        cluster.kill_server()
        cluster.start_server()


def stop_for_a_while(cluster, program):
    pid = cluster.pid(program)
    if not pid:
        return
    os.kill(pid, signal.SIGSTOP)
    time.sleep(STOPPED_SECONDS)
    # A trainer can have been replaced meanwhile.
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def fill_disk(cluster, disk):
    """No room for FULL_SECONDS, then as much as before."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
        free = shutil.disk_usage(disk).free
        os.posix_fallocate(file.fileno(), 0, free - (1 << 20))
        while True:
            file.seek(0, os.SEEK_END)
            file.write(bytes(4096))
    time.sleep(FULL_SECONDS)
    filler.unlink()


def digests(cluster, model):
    target = cluster.directory / f"files-{model}"
    cluster.cli("download", f"models/{model}", target)
    result = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(target.rglob("*"))
        if path.is_file()
    }
    shutil.rmtree(target)
    return result


def check(cluster, follower, expected):
    """Ends the program when something about an ended job is wrong."""

    def wrong(what):
        sys.exit(f"job {follower.name}: {what}\n{cluster.logs()}")

    job = cluster.job(follower.name)
    if job["state"] != "SUCCEEDED":
        wrong(f"state {job['state']}: {json.dumps(job.get('error'))}")
    seen = follower.events()
    sequences = [int(event["sequence"]) for event in seen]
    if sequences != list(range(1, len(sequences) + 1)):
        wrong(f"its watcher saw sequences {sequences}")
    if seen != cluster.cli("logs", follower.name):
        wrong("its watcher saw other events than are stored")
    ends = [e for e in seen if e.get("stateChanged", {}).get("to") == "SUCCEEDED"]
    if len(ends) != 1 or ends[0] is not seen[-1]:
        wrong("it did not succeed once, at its end")
    if digests(cluster, follower.name) != expected:
        wrong("its files differ from those of an undisturbed job")


def disturbances(disk):
    """By name, in the order in which cycles take them first."""
    result = {}
    for program in ("server", "worker", "trainer"):
        result[f"kill {program}"] = lambda c, p=program: kill(c, p)
    if disk:
        result["full disk"] = lambda c: fill_disk(c, disk)
    for program in ("worker", "server", "trainer"):
        result[f"stop {program}"] = lambda c, p=program: stop_for_a_while(c, p)
    return result


def run_cycle(cluster, number, disturb, args, chance, expected):
    followers = []
    for i in range(args.jobs):
        name = f"victim-{number}-{i}"
        cluster.submit(name, spec(args.steps))
        followers.append(Follower(cluster, name))
    first = followers[0].name
    cluster.wait(first, lambda job: job["state"] in ("RUNNING", "SUCCEEDED"))
    time.sleep(chance.uniform(0, 3))
    disturb(cluster)
    for follower in followers:
        cluster.wait(follower.name, lambda job: job["state"] == "SUCCEEDED", interval=0.1)
        check(cluster, follower, expected)
        models = [m["name"] for m in cluster.cli("models", "list")]
        if models.count(f"models/{follower.name}") != 1:
            sys.exit(f"job {follower.name} has not one model: {models}")
    # Room for the next cycle.
    for follower in followers:
        cluster.cli("models", "delete", follower.name)
        cluster.cli("delete", follower.name)


def main():
    p = figures.parser(__doc__)
    p.add_argument("--cycles", type=int, default=14)
    p.add_argument("--jobs", type=int, default=2, help="jobs of each cycle")
    p.add_argument("--steps", type=int, default=16, help="steps of each job")
    p.add_argument("--seed", type=int, default=0)
    args = p.parse_args()
    need(BIN / "tunesmith-trainer", DEFAULT_MODEL)
    chance = random.Random(args.seed)
    made = collections.Counter()
    with small_disk() as disk:
        if disk is None:
            print("no full disk: this user may not mount a small file system", file=sys.stderr)
        with Cluster(disk) as cluster:
            cluster.start_worker()
            cluster.import_default_model()
            cluster.upload("messages", MESSAGES / "customer-messages.csv")
            cluster.submit("undisturbed", spec(args.steps))
            cluster.wait("undisturbed", lambda job: job["state"] == "SUCCEEDED")
            expected = digests(cluster, "undisturbed")
            kinds = disturbances(disk)
            for number in range(args.cycles):
                name = list(kinds)[number % len(kinds)]
                run_cycle(cluster, number, kinds[name], args, chance, expected)
                made[name] += 1
    table = figures.Figures(args.json)
    for name, count in made.items():
        table.add(name, [count], "cycles")
    table.add("acknowledged jobs, all there with equal bits", [args.cycles * args.jobs], "jobs")
    table.print()
    return 0
