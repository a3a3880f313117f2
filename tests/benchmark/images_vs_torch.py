"""Fine-tuning networks of pictures, beside PyTorch and torchvision.

Ants and bees by feature extraction with MobileNetV2 and SqueezeNet, and five
kinds of flowers with all of MobileNetV2 trained but its normalisation, which
was folded into its convolutions; the same weights, recipe,
hyperparameters and seeds on both sides, alternating. Accuracies are those on
the held-out folder after training; pictures per second are those of training,
reading included (by feature extraction the reference computes every epoch what
we compute once).
"""

import json
import math
import statistics
import subprocess

from benchmark import figures
from benchmark.cluster import DATA, REFERENCE_PYTHON, ROOT, Cluster, need
from benchmark.image_models import (
    HYMENOPTERA,
    MODELS,
    import_model,
    resource_id,
    split_flowers,
)

# Name to (data, network, recipe, epochs, learning rate).
CASES = {
    "ants and bees, mobilenet": ("hymenoptera", "mobilenet_v2", "feature-extraction", 30, 1e-3),
    "ants and bees, squeezenet": ("hymenoptera", "squeezenet1_1", "feature-extraction", 30, 1e-3),
    "flowers, mobilenet": ("flowers", "mobilenet_v2", "full", 4, 2e-4),
}
RECIPES = {"feature-extraction": "FEATURE_EXTRACTION", "full": "FULL"}


def ours(cluster, case, seed):
    data, architecture, recipe, epochs, rate = CASES[case]
    name = f"{data}-{resource_id(architecture).replace('.', '-')}-{seed}"
    spec = {
        "baseModel": f"models/{resource_id(architecture)}",
        "task": {"imageClassification": {}},
        "data": {
            "training": f"datasets/{data}-train",
            "test": f"datasets/{data}-test",
            "validationFraction": 0,
        },
        "recipe": RECIPES[recipe],
        "hyperparameters": {
            "epochs": epochs,
            "learningRate": rate,
            "batchSize": 32,
            "precision": "FP32",
        },
        "evaluation": {"baseline": False},
        "seed": seed,
    }
    cluster.submit(name, {"spec": spec})
    job = cluster.wait(name, lambda job: job["state"] == "SUCCEEDED", interval=0.2)
    final = [e for e in job["evaluations"] if e["phase"] == "FINAL"][0]
    timing = cluster.run_record(name)["timing"]
    return {
        "accuracy": final["accuracy"],
        "images_per_second": timing["training_examples"] / timing["training_seconds"],
    }


def theirs(folders, case, seed):
    data, architecture, recipe, epochs, rate = CASES[case]
    train, test = folders[data]
    run = subprocess.run(
        [
            REFERENCE_PYTHON,
            ROOT / "tests/benchmark/torch_images.py",
            f"--architecture={architecture}",
            f"--weights={MODELS[architecture][0]}",
            f"--train={train}",
            f"--test={test}",
            f"--recipe={recipe}",
            f"--epochs={epochs}",
            f"--learning-rate={rate}",
            f"--seed={seed}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def report(table, case, pairs):
    for figure, unit in (("images_per_second", "images/s"), ("accuracy", "share")):
        table.add(
            f"{case}: {figure.replace('_', ' ')}",
            [a[figure] for a, _ in pairs],
            unit,
            [b[figure] for _, b in pairs],
        )
    differences = [a["accuracy"] - b["accuracy"] for a, b in pairs]
    table.add(f"{case}: mean accuracy difference", [statistics.mean(differences)], "share")
    if len(differences) > 1:
        error = statistics.stdev(differences) / math.sqrt(len(differences))
        table.add(f"{case}: its standard error", [error], "share")


def main():
    p = figures.parser(__doc__)
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--only", help="cases whose name has this in it")
    args = p.parse_args()
    need(REFERENCE_PYTHON, DATA)
    table = figures.Figures(args.json)
    with Cluster() as cluster:
        cluster.start_worker()
        for architecture in MODELS:
            import_model(cluster, architecture)
        folders = {
            "hymenoptera": (HYMENOPTERA / "train", HYMENOPTERA / "val"),
            "flowers": split_flowers(cluster.directory / "flowers"),
        }
        for name, (train, test) in folders.items():
            cluster.upload(f"{name}-train", train)
            cluster.upload(f"{name}-test", test)
        for case in CASES:
            if args.only and args.only not in case:
                continue
            pairs = [
                (ours(cluster, case, seed), theirs(folders, case, seed))
                for seed in range(args.seeds)
            ]
            report(table, case, pairs)
    table.print()
    return 0
