#!/usr/bin/env python3
"""Asks fine-tuned model directories with the libraries that they are for.

usage: ecosystem_predictions.py < REQUEST > ANSWER

The request is a JSON list of {"model": DIRECTORY, "data": FILE or DIRECTORY};
texts are read from a file (.csv, .tsv, .jsonl) with the columns `text` and
`label`, pictures from folders that are named as their label. The answer has,
for each, {"accuracy": A, "rows": [[LABEL, SCORE], ...]}; pictures are in the
order of their paths.
"""

import csv
import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    AutoModelForImageClassification,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)


def texts_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in file if line.strip()]
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def pictures_of(path):
    return [
        {"image": Image.open(file).convert("RGB"), "label": file.parent.name}
        for file in sorted(path.rglob("*.png"))
    ]


def text_classifier(directory):
    model = AutoModelForSequenceClassification.from_pretrained(directory).eval()
    tokenizer = AutoTokenizer.from_pretrained(directory)
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)]

    def logits(row):
        inputs = tokenizer(row["text"], truncation=True, return_tensors="pt")
        return model(**inputs).logits[0]

    return labels, logits


def transformers_classifier(directory):
    model = AutoModelForImageClassification.from_pretrained(directory).eval()
    processor = AutoImageProcessor.from_pretrained(directory, use_fast=False)
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)]

    def logits(row):
        return model(**processor(row["image"], return_tensors="pt")).logits[0]

    return labels, logits


def torchvision_classifier(directory, config):
    """As the weights' own documentation has it: load_state_dict and presets."""
    import torchvision
    from safetensors.torch import load_file
    from torchvision.transforms import v2

    state = load_file(directory / "model.safetensors")
    model = torchvision.models.get_model(
        config["architecture"], weights=None, num_classes=config["num_classes"]
    )
    model.load_state_dict(state)
    model.eval()
    input = config["pretrained_cfg"]
    size = input["input_size"][1]
    mode = v2.InterpolationMode(input["interpolation"])
    prepare = v2.Compose(
        [
            v2.Resize(int(size / input["crop_pct"]), interpolation=mode),
            v2.CenterCrop(size),
            v2.PILToTensor(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(input["mean"], input["std"]),
        ]
    )
    labels = config.get("label_names") or input["label_names"]
    return labels, lambda row: model(prepare(row["image"])[None])[0]


def classifier_of(directory):
    config = json.loads((directory / "config.json").read_text())
    if "model_type" not in config:
        return torchvision_classifier(directory, config)
    if (directory / "tokenizer.json").exists():
        return text_classifier(directory)
    return transformers_classifier(directory)


def answer(request):
    data = Path(request["data"])
    labels, logits = classifier_of(Path(request["model"]))
    rows = pictures_of(data) if data.is_dir() else texts_of(data)
    result = []
    with torch.no_grad():
        for row in rows:
            scores = torch.softmax(logits(row).double(), 0)
            best = int(scores.argmax())
            result.append([labels[best], float(scores[best])])
    right = sum(one[0] == row["label"] for one, row in zip(result, rows))
    return {"accuracy": right / len(rows), "rows": result}


print(json.dumps([answer(request) for request in json.load(sys.stdin)]))
