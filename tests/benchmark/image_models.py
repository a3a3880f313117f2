"""Networks and pictures of the test data, as benchmarks use them."""

import json
import shutil

from benchmark.cluster import DATA

MOBILENET = (
    DATA / "mobilenetv2-1.0-imagenet-tflite-int8/mobilenetv2_1.0_224_imagenet_dequant.safetensors"
)
SQUEEZENET = (
    DATA / "squeezenet1.1-imagenet-keras/squeezenet1_1_features_imagenet.safetensors"
)
HYMENOPTERA = DATA / "img-hymenoptera-subset"
FLOWERS = DATA / "img-flowers-thumbs-subset"

# Name to weights and what a config.json says about them.
MODELS = {
    "mobilenet_v2": (
        MOBILENET,
        {
            "architecture": "mobilenet_v2",
            "padding": "tensorflow_same",
            "pretrained_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3},
        },
    ),
    "squeezenet1_1": (SQUEEZENET, {"architecture": "squeezenet1_1"}),
}


def import_model(cluster, name):
    """Imports a network under its name with `_` and `.` replaced."""
    weights, config = MODELS[name]
    directory = cluster.data / name
    directory.mkdir()
    shutil.copy(weights, directory / "model.safetensors")
    (directory / "config.json").write_text(json.dumps(config))
    cluster.cli("models", "import", directory, f"--name={resource_id(name)}")


def resource_id(name):
    return name.replace("_", "-")


def split_flowers(directory):
    """A fifth of each class, every fifth picture by name, for testing."""
    for folder in sorted(p for p in FLOWERS.iterdir() if p.is_dir()):
        for number, picture in enumerate(sorted(folder.iterdir())):
            part = "test" if number % 5 == 0 else "train"
            target = directory / part / folder.name
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, target)
    return directory / "train", directory / "test"
