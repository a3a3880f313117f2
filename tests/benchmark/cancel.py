"""From cancelling a job to its end: one that waits, one that runs."""

import time

from benchmark import figures
from benchmark.cluster import ROOT, Cluster

MESSAGES = ROOT / "deploy/quickstart-data"


def spec():
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": {}},
            "data": {"training": "datasets/messages"},
            "hyperparameters": {"maxSteps": 1000000},
        }
    }


def cancel_seconds(cluster, name):
    started = time.time()
    cluster.cli("cancel", name)
    cluster.wait(name, lambda job: job["state"] == "CANCELLED", interval=0.001)
    return time.time() - started


def main():
    p = figures.parser(__doc__)
    p.add_argument("--runs", type=int, default=5)
    args = p.parse_args()
    table = figures.Figures(args.json)
    waiting, running = [], []
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.import_default_model()
        cluster.upload("messages", MESSAGES / "customer-messages.csv")
        for run in range(args.runs):
            cluster.submit(f"running-{run}", spec())
            cluster.wait(
                f"running-{run}", lambda job: int(job.get("progress", {}).get("step", 0)) > 2
            )
            cluster.submit(f"waiting-{run}", spec())
            waiting.append(cancel_seconds(cluster, f"waiting-{run}"))
            running.append(cancel_seconds(cluster, f"running-{run}"))
    table.add("cancel a waiting job", waiting, "s")
    table.add("cancel a running job", running, "s")
    table.print()
    return 0
