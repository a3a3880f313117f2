#!/usr/bin/env python3
"""Writes what torchvision and transformers call the parameters and buffers of whole
networks of pictures.

usage: make_image_names.py OUTPUT_DIRECTORY

Writes {network}.txt with a line for each tensor: its name in a file, and its extents.
Networks are made without memory. Run it with torch 2.11, torchvision 0.26 and
transformers 5.
"""
import pathlib
import sys

import torch
from torchvision import models
from transformers import (
    MobileNetV2Config, MobileNetV2ForImageClassification, ResNetConfig, ResNetForImageClassification, ViTConfig,
    ViTForImageClassification)

from make_image_golden import file_name

TORCHVISION = [
    "mobilenet_v2", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "squeezenet1_0", "squeezenet1_1"]


def write(directory, name, model):
    lines = [
        " ".join([file_name(name), *map(str, tensor.shape)]) + "\n" for name, tensor in model.state_dict().items()
    ]
    (directory / f"{name}.txt").write_text("".join(sorted(lines)))


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    with torch.device("meta"):
        for name in TORCHVISION:
            write(directory, name, models.get_model(name, weights=None))
        write(directory, "mobilenet_v2_of_transformers", MobileNetV2ForImageClassification(MobileNetV2Config()))
        write(directory, "resnet_of_transformers", ResNetForImageClassification(ResNetConfig()))
        write(directory, "vit", ViTForImageClassification(ViTConfig()))


if __name__ == "__main__":
    main()
