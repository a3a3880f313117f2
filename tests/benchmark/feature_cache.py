"""Epochs of a frozen network: the first one, and those from kept features.

The same job - MobileNetV2 as it is, a new head, ants and bees - three times:
with features computed in every epoch, with features that are kept, and again
by a later job that finds them. The digests of the three results are compared:
they must be one.
"""

import sys

from benchmark import figures
from benchmark.cluster import DATA, Cluster, need
from benchmark.image_models import HYMENOPTERA, import_model

EPOCHS = 6


def spec(cache):
    return {
        "spec": {
            "baseModel": "models/mobilenet-v2",
            "task": {"imageClassification": {}},
            "data": {"training": "datasets/pictures", "validationFraction": 0},
            "recipe": "FEATURE_EXTRACTION",
            "hyperparameters": {"epochs": EPOCHS, "precision": "FP32"},
            "evaluation": {"baseline": False},
            "features": {"cache": cache},
        }
    }


def run(cluster, name, cache):
    cluster.submit(name, spec(cache))
    cluster.wait(name, lambda job: job["state"] == "SUCCEEDED", interval=0.05)
    model = cluster.cli("models", "get", name)[0]
    return model["weightsDigest"], cluster.run_record(name)["timing"]


def main():
    args = figures.parser(__doc__).parse_args()
    need(DATA)
    table = figures.Figures(args.json)
    with Cluster() as cluster:
        cluster.start_worker()
        import_model(cluster, "mobilenet_v2")
        cluster.upload("pictures", HYMENOPTERA / "train")
        runs = {
            "computed in every epoch": run(cluster, "anew", False),
            "kept": run(cluster, "kept", True),
            "found": run(cluster, "found", True),
        }
    digests = {digest for digest, _ in runs.values()}
    anew = runs["computed in every epoch"][1]["training_seconds"] / EPOCHS
    for name, (_, timing) in runs.items():
        table.add(f"training, features {name}", [timing["training_seconds"]], "s")
    # Its first epoch computes, the others do not.
    later = (runs["found"][1]["training_seconds"]) / EPOCHS
    table.add("an epoch that computes", [anew], "s")
    table.add("an epoch from kept features", [later], "s")
    table.add("how many times as fast", [anew / later], "times")
    table.add("different digests of the results", [len(digests)], "must be 1")
    table.print()
    return 0 if len(digests) == 1 else sys.exit("the digests differ")
