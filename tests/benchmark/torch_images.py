#!/usr/bin/env python3
"""The reference's side of images-vs-torch: PyTorch and torchvision, one JSON line.

Fine-tunes a network on a folder of pictures (a class for each folder) with the
recipe that Tunesmith's jobs have: AdamW without decay of biases and
normalisation, linear schedule with warm-up, clipped gradients, the same crops
and flips. Normalisation does not move: that of the weights at hand was folded
into the convolutions. Pictures are read by as many processes as there are
processors.
"""

import argparse
import json
import os
import time

import torch
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, models
from torchvision.transforms import v2

# Pictures as the weights want them.
MEANS = {"mobilenet_v2": [0.5] * 3, "squeezenet1_1": [0.485, 0.456, 0.406]}
DEVIATIONS = {"mobilenet_v2": [0.5] * 3, "squeezenet1_1": [0.229, 0.224, 0.225]}


def pad_like_tensorflow(model):
    """Strided 3x3 convolutions pad behind only: weights that come from there."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d) and child.stride == (2, 2):
                child.padding = (0, 0)
                setattr(module, name, nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), child))


def network(args, classes):
    model = getattr(models, args.architecture)(num_classes=classes)
    weights = load_file(args.weights)
    body = {name: value for name, value in weights.items() if name.startswith("features.")}
    model.load_state_dict(body, strict=False)
    head = model.classifier[1]
    nn.init.normal_(head.weight, std=0.01)
    nn.init.zeros_(head.bias)
    if args.architecture == "mobilenet_v2":
        pad_like_tensorflow(model)
    if args.recipe == "feature-extraction":
        model.features.requires_grad_(False)
    for norm in norms(model):
        norm.requires_grad_(False)
    return model


def norms(model):
    return [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]


def to_training_mode(model, args):
    model.train()
    if args.recipe == "feature-extraction":
        model.features.eval()
    for norm in norms(model):
        norm.eval()


def loaders(args):
    normalise = [
        v2.PILToTensor(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(MEANS[args.architecture], DEVIATIONS[args.architecture]),
    ]
    evaluated = v2.Compose([v2.Resize(256), v2.CenterCrop(224), *normalise])
    varied = v2.Compose(
        [v2.RandomResizedCrop(224, scale=(0.5, 1)), v2.RandomHorizontalFlip(), *normalise]
    )
    plain = args.recipe == "feature-extraction"
    options = {"batch_size": args.batch_size, "num_workers": os.cpu_count()}
    # The loader of the training tutorial reads what ends like a picture.
    sound = {"is_valid_file": lambda path: path.endswith((".jpg", ".jpeg", ".png"))}
    train = datasets.ImageFolder(args.train, evaluated if plain else varied, **sound)
    test = datasets.ImageFolder(args.test, evaluated, **sound)
    return (
        DataLoader(train, shuffle=True, persistent_workers=True, **options),
        DataLoader(test, **options),
        train.classes,
    )


def accuracy(model, loader):
    model.eval()
    right = 0
    with torch.no_grad():
        for pictures, labels in loader:
            right += (model(pictures).argmax(1) == labels).sum().item()
    return right / len(loader.dataset)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--architecture", required=True, choices=MEANS)
    p.add_argument("--weights", required=True)
    p.add_argument("--train", required=True)
    p.add_argument("--test", required=True)
    p.add_argument("--recipe", required=True, choices=["feature-extraction", "full"])
    p.add_argument("--epochs", type=int, required=True)
    p.add_argument("--learning-rate", type=float, required=True)
    p.add_argument("--batch-size", type=int, default=32)
    p.add_argument("--seed", type=int, default=0)
    args = p.parse_args()
    torch.manual_seed(args.seed)
    train, test, classes = loaders(args)
    model = network(args, len(classes))
    trained = [q for q in model.parameters() if q.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [q for q in trained if q.dim() > 1], "weight_decay": 0.01},
            {"params": [q for q in trained if q.dim() <= 1], "weight_decay": 0},
        ],
        lr=args.learning_rate,
    )
    total = args.epochs * len(train)
    warmup = int(0.1 * total)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / (warmup + 1), (total - step) / max(1, total - warmup)),
    )
    loss_of = nn.CrossEntropyLoss()
    begin = time.monotonic()
    for _ in range(args.epochs):
        to_training_mode(model, args)
        for pictures, labels in train:
            loss = loss_of(model(pictures), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    seconds = time.monotonic() - begin
    print(
        json.dumps(
            {
                "accuracy": accuracy(model, test),
                "images_per_second": args.epochs * len(train.dataset) / seconds,
            }
        )
    )


if __name__ == "__main__":
    main()
