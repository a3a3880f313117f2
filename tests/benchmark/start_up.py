"""From submitting a job to its first training batch and first finished step.

The job fine-tunes the default model on the quick start's messages with the
spec's defaults, baseline evaluation left out. "Warm": a worker with its spare
trainer waits. "Cold": the worker program is started when the job is submitted.
The reference is the Python stack's time from process start to the end of its
first optimizer step on the same model and data.
"""

import datetime
import json
import subprocess
import time

from benchmark import figures
from benchmark.cluster import (
    DEFAULT_MODEL,
    REFERENCE_PYTHON,
    REFERENCE_SCRIPT,
    ROOT,
    Cluster,
)

MESSAGES = ROOT / "deploy/quickstart-data"


def spec(baseline):
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": {}},
            "data": {"training": "datasets/messages"},
            "hyperparameters": {"maxSteps": 2},
            "evaluation": {"baseline": baseline},
        }
    }


def measure(cluster, name, baseline=False, before=lambda: None):
    """Seconds from submitting to (first batch in the network, first step done)."""
    started = time.time()
    before()
    cluster.submit(name, spec(baseline))
    cluster.wait(name, lambda job: job["state"] == "SUCCEEDED")
    timing = cluster.run_record(name)["timing"]
    seconds = lambda text: datetime.datetime.fromisoformat(text).timestamp()
    return seconds(timing["first_batch"]) - started, seconds(timing["first_step"]) - started


def reference_seconds():
    run = subprocess.run(
        [
            REFERENCE_PYTHON,
            REFERENCE_SCRIPT,
            f"--model={DEFAULT_MODEL}",
            f"--train={MESSAGES}/customer-messages.csv",
            f"--test={MESSAGES}/customer-messages-test.csv",
            "--output=/tmp/tunesmith-bench-reference",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])["first_step_seconds"]


def main():
    p = figures.parser(__doc__)
    p.add_argument("--runs", type=int, default=5)
    args = p.parse_args()
    table = figures.Figures(args.json)
    compare = REFERENCE_PYTHON.exists() and REFERENCE_SCRIPT.exists()
    warm, warm_baseline, cold, reference = [], [], [], []
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.import_default_model()
        cluster.upload("messages", MESSAGES / "customer-messages.csv")
        for run in range(args.runs):
            time.sleep(3)  # The spare trainer of the last job warms up.
            warm.append(measure(cluster, f"warm-{run}"))
            time.sleep(3)
            warm_baseline.append(measure(cluster, f"warm-baseline-{run}", baseline=True))
            cluster.stop_worker()
            cold.append(
                measure(
                    cluster, f"cold-{run}", before=lambda: cluster.start_worker(wait=False)
                )
            )
            if compare:
                reference.append(reference_seconds())
    table.add("warm: submit to first batch", [w[0] for w in warm], "s")
    table.add("warm: submit to end of first step", [w[1] for w in warm], "s", reference)
    table.add(
        "warm, with baseline: end of first step", [w[1] for w in warm_baseline], "s", reference
    )
    table.add("cold: start of worker to first batch", [c[0] for c in cold], "s")
    table.add("cold: start of worker to end of first step", [c[1] for c in cold], "s", reference)
    table.print()
    if not compare:
        print("no reference: run deploy/setup --reference and set TUNESMITH_REFERENCE_SCRIPT")
    return 0
