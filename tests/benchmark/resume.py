"""Programs of a training are killed at random times; its result stays the same.

Trainer, worker and server are killed with SIGKILL, one or all of them, while
jobs run; each job's files are compared with those of an undisturbed one.
"""

import hashlib
import os
import random
import signal
import sys
import time

from benchmark import figures
from benchmark.cluster import ROOT, Cluster

MESSAGES = ROOT / "deploy/quickstart-data"
# Below what a job may be started.
KILLS_PER_JOB = 8
VICTIMS = ["trainer", "trainer", "worker", "server", "everything"]


def spec(steps):
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": {}},
            "data": {
                "training": "datasets/messages",
                "test": "datasets/messages-test",
                "validationFraction": 0.2,
            },
            "hyperparameters": {"maxSteps": steps, "batchSize": 16},
            "checkpoints": {"periodSteps": 4},
            "maxAttempts": 10,
        }
    }


def digests(cluster, model):
    target = cluster.directory / f"files-{model}"
    cluster.cli("download", f"models/{model}", target)
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(target.rglob("*"))
        if path.is_file()
    }


def metrics(cluster, name):
    return {
        (line["split"], line["name"], line.get("step", "0")): line.get("value")
        for line in cluster.cli("metrics", name, "--limit=100000")
    }


def kill_one(cluster, victim):
    if victim == "trainer":
        pid = cluster.busy_trainer()
        if pid:
            os.kill(pid, signal.SIGKILL)
        return
    if victim in ("worker", "everything"):
        cluster.kill_worker()
    if victim in ("server", "everything"):
        cluster.kill_server()
        cluster.start_server()
    if victim in ("worker", "everything"):
        cluster.start_worker()


def main():
    p = figures.parser(__doc__)
    p.add_argument("--kills", type=int, default=16)
    p.add_argument("--steps", type=int, default=40)
    p.add_argument("--seed", type=int, default=0)
    args = p.parse_args()
    chance = random.Random(args.seed)
    table = figures.Figures(args.json)
    kills = jobs = resumed = 0
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.import_default_model()
        cluster.upload("messages", MESSAGES / "customer-messages.csv")
        cluster.upload("messages-test", MESSAGES / "customer-messages-test.csv")
        cluster.submit("undisturbed", spec(args.steps))
        cluster.wait("undisturbed", lambda job: job["state"] == "SUCCEEDED")
        expected = digests(cluster, "undisturbed"), metrics(cluster, "undisturbed")
        while kills < args.kills:
            name = f"victim-{jobs}"
            cluster.submit(name, spec(args.steps))
            for _ in range(min(KILLS_PER_JOB, args.kills - kills)):
                cluster.wait(name, lambda job: job["state"] in ("RUNNING", "SUCCEEDED"))
                time.sleep(chance.uniform(0, 4))
                if cluster.job(name)["state"] == "SUCCEEDED":
                    break
                kill_one(cluster, chance.choice(VICTIMS))
                kills += 1
            cluster.wait(name, lambda job: job["state"] == "SUCCEEDED")
            jobs += 1
            resumed += sum("goes on after step" in str(line) for line in cluster.cli("logs", name))
            if (digests(cluster, name), metrics(cluster, name)) != expected:
                sys.exit(f"job {name} differs from the undisturbed one (seed {args.seed})")
    table.add("kills", [kills], "kills")
    table.add("jobs that were disturbed, all with equal files and metrics", [jobs], "jobs")
    table.add("attempts that went on from a checkpoint", [resumed], "attempts")
    table.print()
    return 0
