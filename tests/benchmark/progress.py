"""How right a running job's time remaining is, after the first tenth of the run.

Jobs of several kinds run one after the other; what a watcher is told is compared
with how long it really took from then to the job's end. The error is relative to
what really remained; in the last tenth of a run it is relative to that tenth.
"""

import json
import statistics
import subprocess
import time

from benchmark import figures
from benchmark.cluster import BIN, DATA, ROOT, Cluster, need

MESSAGES = ROOT / "deploy/quickstart-data"
# Name to training file, test file and what the task says.
SETS = {
    "messages": (MESSAGES / "customer-messages.csv", MESSAGES / "customer-messages-test.csv", {}),
    "trec": (DATA / "text-trec/train.tsv", DATA / "text-trec/test.tsv", {}),
    "spam": (DATA / "text-sms-spam/spam.resaved-utf8.csv", None, {"textColumn": "masseges"}),
}
# What differs from the defaults: data set, hyperparameters and other fields.
JOBS = {
    "messages": ("messages", {"epochs": 5}, {}),
    "half-frozen": ("messages", {"epochs": 8}, {"freeze": {"firstLayers": {"count": 3}}}),
    "gradual": ("messages", {"epochs": 8}, {"freeze": {"gradualUnfreezing": {}}}),
    "checkpoints": ("messages", {"epochs": 5}, {"checkpoints": {"periodSteps": 5}}),
    "trec": ("trec", {"epochs": 1}, {}),
    "small-batches": ("trec", {"maxSteps": 300, "batchSize": 8}, {}),
    "no-baseline": ("trec", {"epochs": 1}, {"evaluation": {"baseline": False}}),
    "spam": ("spam", {"epochs": 1}, {}),
}


def spec(data_set, hyperparameters, fields):
    _, test, task = SETS[data_set]
    data = {"training": f"datasets/{data_set}"}
    if test:
        data["test"] = f"datasets/{data_set}-test"
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": task},
            "data": data,
            "hyperparameters": hyperparameters,
            **fields,
        }
    }


def seconds(duration):
    return float(duration.removesuffix("s"))


def watch(cluster, name):
    """When the run began and ended, and (when, seconds remaining) in between."""
    command = [BIN / "tunesmith", f"--server={cluster.address}", "--json", "watch", name]
    told, began = [], None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            now, message = time.monotonic(), json.loads(line)
            if message.get("event", {}).get("stateChanged", {}).get("to") == "RUNNING":
                began = now
            if "timeRemaining" in message.get("progress", {}):
                told.append((now, seconds(message["progress"]["timeRemaining"]), message))
        ended = time.monotonic()
    job = cluster.job(name)
    if job["state"] != "SUCCEEDED":
        raise SystemExit(f"{name} ended: {json.dumps(job.get('error'))}\n{cluster.logs()}")
    return began, ended, told


def errors(began, ended, told):
    tenth = (ended - began) / 10
    return [
        abs(remaining - (ended - when)) / max(ended - when, tenth)
        for when, remaining, _ in told
        if when >= began + tenth
    ]


def trace(name, began, ended, told):
    print(f"\n{name}: {ended - began:.1f} s")
    for when, remaining, message in told:
        progress = message["progress"]
        print(
            f"{when - began:7.1f} {progress['phase']:10} {progress.get('step', 0):>5}"
            f"  told {remaining:7.1f}  true {ended - when:7.1f}"
        )


def upload(cluster, names):
    for name in names:
        training, test, _ = SETS[name]
        need(training)
        cluster.upload(name, training)
        if test:
            cluster.upload(f"{name}-test", test)


def main():
    p = figures.parser(__doc__)
    p.add_argument("--job", action="append", choices=JOBS, help="only this one; can be repeated")
    p.add_argument("--threads", type=int, help="of the trainer")
    p.add_argument("--trace", action="store_true", help="print all that was told")
    args = p.parse_args()
    table = figures.Figures(args.json)
    names = args.job or list(JOBS)
    with Cluster() as cluster:
        cluster.start_worker(*([f"--threads={args.threads}"] if args.threads else []))
        cluster.import_default_model()
        upload(cluster, sorted({JOBS[name][0] for name in names}))
        for number, name in enumerate(names):
            job = f"job-{number}"
            cluster.submit(job, spec(*JOBS[name]))
            began, ended, told = watch(cluster, job)
            if args.trace:
                trace(name, began, ended, told)
            found = errors(began, ended, told)
            table.add(f"{name}: run", [ended - began], "s")
            table.add(f"{name}: median error", [100 * statistics.median(found)], "%")
            table.add(f"{name}: worst error", [100 * max(found)], "%")
    table.print()
    return 0
