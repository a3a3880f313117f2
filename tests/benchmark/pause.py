"""From pausing a running job to a free device, and what checkpoints cost it."""

import time

from benchmark import figures
from benchmark.cluster import ROOT, Cluster

MESSAGES = ROOT / "deploy/quickstart-data"
STEPS = 40


def spec(steps, period_steps):
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": {}},
            "data": {"training": "datasets/messages", "validationFraction": 0},
            "hyperparameters": {"maxSteps": steps},
            "evaluation": {"baseline": False},
            "checkpoints": {"periodSteps": period_steps},
        }
    }


def pause_seconds(cluster, name):
    started = time.time()
    cluster.cli("pause", name)
    cluster.wait(name, lambda job: job["state"] == "PAUSED", interval=0.001)
    return time.time() - started


def resume_seconds(cluster, name):
    """From the request to the first step that is done again."""
    before = int(cluster.job(name)["latestCheckpoint"].rsplit("/", 1)[1])
    started = time.time()
    cluster.cli("resume", name)
    cluster.wait(name, lambda job: int(job.get("progress", {}).get("step", 0)) > before)
    return time.time() - started


def train(cluster, name, period_steps):
    cluster.submit(name, spec(STEPS, period_steps))
    job = cluster.wait(name, lambda job: job["state"] == "SUCCEEDED")
    record = cluster.run_record(job["outputModel"].split("/")[1])
    return record["timing"]


def main():
    p = figures.parser(__doc__)
    p.add_argument("--runs", type=int, default=5)
    args = p.parse_args()
    table = figures.Figures(args.json)
    pauses, resumes, often, never, waits = [], [], [], [], []
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.import_default_model()
        cluster.upload("messages", MESSAGES / "customer-messages.csv")
        cluster.submit("endless", spec(1000000, 10000000))
        cluster.wait("endless", lambda job: int(job.get("progress", {}).get("step", 0)) > 2)
        for _ in range(args.runs):
            pauses.append(pause_seconds(cluster, "endless"))
            resumes.append(resume_seconds(cluster, "endless"))
        cluster.cli("cancel", "endless")
        for run in range(args.runs):
            timing = train(cluster, f"never-{run}", 10000000)
            never.append(timing["training_seconds"])
            timing = train(cluster, f"often-{run}", 10)
            often.append(timing["training_seconds"])
            waits.append(timing["checkpoint_seconds"] / timing["checkpoints"])
    table.add("pause a running job", pauses, "s")
    table.add("resume to the next step", resumes, "s")
    table.add(f"{STEPS} steps, a checkpoint every 10", often, "s", never)
    table.add("a step waits for a checkpoint", waits, "s")
    costs = [(a - b) / (STEPS // 10 - 1) for a, b in zip(often, never)]
    table.add("training time that a checkpoint costs", costs, "s")
    table.add("training time of a step", [seconds / STEPS for seconds in never], "s")
    table.print()
    return 0
