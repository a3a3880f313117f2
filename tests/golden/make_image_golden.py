#!/usr/bin/env python3
"""Makes the golden files of networks of pictures with torchvision, the reference.

usage: make_image_golden.py OUTPUT_DIRECTORY

Writes {family}_tiny/model.safetensors, a small random network under torchvision's
names, and {family}_tiny/expected.safetensors: the pictures, the features in
evaluation and in training mode, the gradients of mean(features ** 2) in training
mode, and the buffers after that pass. Run it with torch 2.11 and torchvision 0.26.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file
from torchvision.models import MobileNetV2


def mobilenet_v2():
    settings = [[1, 16, 1, 1], [6, 24, 2, 2]]
    model = MobileNetV2(num_classes=3, width_mult=0.1, inverted_residual_setting=settings)
    return model, lambda pictures: model.features(pictures).mean([2, 3])


def randomise(model):
    generator = torch.Generator().manual_seed(1)
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif name.endswith(("running_var", "1.weight", "3.weight", "2.weight")) and tensor.dim() == 1:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif tensor.dim() == 1:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.3)
        else:
            fan_in = tensor[0].numel()
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * (2 / fan_in) ** 0.5)


def write(directory, model, features):
    directory.mkdir(parents=True, exist_ok=True)
    randomise(model)
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    pictures = torch.randn(4, 3, 33, 32, generator=torch.Generator().manual_seed(2))
    expected = {"pictures": pictures}
    model.eval()
    with torch.no_grad():
        expected["evaluation"] = features(pictures)
    model.train()
    result = features(pictures)
    expected["training"] = result.detach().clone()
    result.square().mean().backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            expected["gradient." + name] = parameter.grad
    for name, buffer in model.named_buffers():
        expected["after." + name] = buffer
    save_file(expected, directory / "expected.safetensors", metadata={"format": "pt"})


def main():
    root = pathlib.Path(sys.argv[1])
    write(root / "mobilenet_v2_tiny", *mobilenet_v2())


if __name__ == "__main__":
    main()
