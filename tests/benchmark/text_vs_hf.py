"""Fine-tuning MiniLM on SST-2 and TREC, beside Hugging Face's Trainer.

Same model, data, hyperparameters and seeds on both sides, alternating. Speeds
are those with batches of similar lengths: our default, and the reference's tuned
mode (length grouping, dynamic padding). Accuracies are those with shuffled rows
on both sides, on the test file after training: grouping by length costs some
accuracy in a short training, and in the reference's tuned mode predictions are
not compared with their own labels. The standard error is that of the mean of the
paired differences.
"""

import json
import math
import statistics
import subprocess

from benchmark import figures
from benchmark.cluster import (
    DATA,
    DEFAULT_MODEL,
    REFERENCE_PYTHON,
    REFERENCE_SCRIPT,
    Cluster,
    need,
)

# Data set to (training file, test file, columns when there is no header).
SETS = {
    "sst2": (DATA / "text-sst2/train.tsv", DATA / "text-sst2/test.tsv", ["text", "label"]),
    "trec": (DATA / "text-trec/train.tsv", DATA / "text-trec/test.tsv", None),
}
# Tokens; no text of the two sets is longer. The reference's default mode pads to it.
MAX_LENGTH = 72


def spec(name, seed, order, args):
    return {
        "spec": {
            "baseModel": "models/minilm",
            "task": {"textClassification": {"maxLength": MAX_LENGTH}},
            "data": {
                "training": f"datasets/{name}-train",
                "test": f"datasets/{name}-test",
                "validationFraction": 0,
                "order": order,
            },
            "hyperparameters": {
                "epochs": args.epochs,
                "batchSize": 32,
                "learningRate": args.learning_rate,
                "weightDecay": 0,
                "warmupFraction": 0,
                "precision": "FP32",
            },
            "evaluation": {"baseline": False},
            "seed": seed,
        }
    }


def train(cluster, name, seed, order, args):
    job_name = f"{name}-{seed}-{order.lower().replace('_', '-')}"
    cluster.submit(job_name, spec(name, seed, order, args))
    job = cluster.wait(job_name, lambda job: job["state"] == "SUCCEEDED", interval=0.2)
    final = [
        e for e in job["evaluations"] if e["phase"] == "FINAL" and e["split"] == "TEST"
    ][0]
    return final, cluster.run_record(job_name)["timing"]


def ours(cluster, name, seed, args):
    final, timing = train(cluster, name, seed, "LENGTH_GROUPED", args)
    return {
        "accuracy": train(cluster, name, seed, "SHUFFLED", args)[0]["accuracy"],
        "examples_per_second": timing["training_examples"] / timing["training_seconds"],
        "eval_per_second": int(final["exampleCount"]) / timing["evaluation_seconds"],
    }


def reference(train, test, columns, seed, mode, args):
    run = subprocess.run(
        [
            REFERENCE_PYTHON,
            REFERENCE_SCRIPT,
            f"--model={DEFAULT_MODEL}",
            f"--train={train}",
            f"--test={test}",
            f"--epochs={args.epochs}",
            f"--learning-rate={args.learning_rate}",
            f"--max-length={MAX_LENGTH}",
            f"--seed={seed}",
            f"--mode={mode}",
            *(["--headerless"] if columns else []),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def theirs(train, test, columns, seed, args):
    figure = reference(train, test, columns, seed, "tuned", args)
    rows = len(test.read_bytes().splitlines()) - (0 if columns else 1)
    figure["eval_per_second"] = rows / figure["eval_seconds"]
    figure["accuracy"] = reference(train, test, columns, seed, "default", args)["accuracy"]
    return figure


def limited(cluster, path, columns, limit):
    """The file, or a copy of its first rows."""
    if not limit:
        return path
    lines = path.read_text(encoding="utf-8").split("\n")
    copy = cluster.data / f"{path.parent.name}-{path.name}"
    copy.write_text("\n".join(lines[: limit + (0 if columns else 1)]) + "\n", encoding="utf-8")
    return copy


def main():
    p = figures.parser(__doc__)
    p.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--epochs", type=float, default=1)
    p.add_argument("--learning-rate", type=float, default=5e-5)
    p.add_argument("--limit", type=int, help="first rows of the training file only")
    args = p.parse_args()
    need(REFERENCE_PYTHON, REFERENCE_SCRIPT, DATA)
    table = figures.Figures(args.json)
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.import_default_model()
        for name in args.sets:
            train, test, columns = SETS[name]
            train = limited(cluster, train, columns, args.limit)
            flags = ["--column-names=" + ",".join(columns)] if columns else []
            cluster.upload(f"{name}-train", train, *flags)
            cluster.upload(f"{name}-test", test, *flags)
            pairs = []
            for seed in range(args.seeds):
                pairs.append(
                    (
                        ours(cluster, name, seed, args),
                        theirs(train, test, columns, seed, args),
                    )
                )
            for figure, unit in (
                ("examples_per_second", "examples/s"),
                ("eval_per_second", "examples/s"),
                ("accuracy", "share"),
            ):
                table.add(
                    f"{name}: {figure.replace('_', ' ')}",
                    [a[figure] for a, _ in pairs],
                    unit,
                    [b[figure] for _, b in pairs],
                )
            differences = [a["accuracy"] - b["accuracy"] for a, b in pairs]
            table.add(f"{name}: mean accuracy difference", [statistics.mean(differences)], "share")
            if len(differences) > 1:
                error = statistics.stdev(differences) / math.sqrt(len(differences))
                table.add(f"{name}: its standard error", [error], "share")
    table.print()
    return 0
