#!/usr/bin/env python3
"""Makes the golden files of networks of pictures with torchvision and transformers,
the references.

usage: make_image_golden.py OUTPUT_DIRECTORY

Writes {network}_tiny/model.safetensors, a small random network under the names that
files have, and {network}_tiny/expected.safetensors: the pictures, the features in
evaluation and in training mode, the gradients of mean(features ** 2) in training
mode, and the buffers after that pass. Networks of transformers are whole
directories with a head. Run it with torch 2.11, torchvision 0.26 and
transformers 5.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models import MobileNetV2
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.squeezenet import Fire
from transformers import (
    ConvNextImageProcessor, ResNetConfig, ResNetForImageClassification, ViTConfig, ViTForImageClassification,
    ViTImageProcessor)

LABELS = {0: "no", 1: "perhaps", 2: "yes"}
PICTURES = torch.randn(4, 3, 33, 32, generator=torch.Generator().manual_seed(2))


def mobilenet_v2():
    settings = [[1, 16, 1, 1], [6, 24, 2, 2]]
    model = MobileNetV2(num_classes=3, width_mult=0.1, inverted_residual_setting=settings)
    return model, lambda pictures: model.features(pictures).mean([2, 3])


def resnet_of_torchvision(block, width):
    """torchvision's class has the real widths built in: this is its parts with others."""
    model = ResNet.__new__(ResNet)
    nn.Module.__init__(model)
    model._norm_layer, model.inplanes, model.dilation, model.groups, model.base_width = nn.BatchNorm2d, 8, 1, 1, 64
    model.conv1 = nn.Conv2d(3, 8, kernel_size=7, stride=2, padding=3, bias=False)
    model.bn1 = nn.BatchNorm2d(8)
    model.relu = nn.ReLU(inplace=True)
    model.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
    model.layer1 = model._make_layer(block, width, 1)
    model.layer2 = model._make_layer(block, 2 * width, 2, stride=2)
    model.layer3 = model.layer4 = model.fc = nn.Identity()
    model.avgpool = nn.AdaptiveAvgPool2d((1, 1))
    return model, model


def resnet_of_transformers(**settings):
    config = ResNetConfig(embedding_size=8, depths=[2, 1], id2label=LABELS, **settings)
    model = ResNetForImageClassification(config)
    return model, lambda pictures: model.resnet(pictures).pooler_output.flatten(1)


def squeezenet():
    """torchvision's class has the real widths built in: this is its parts with others."""
    model = nn.Module()
    pool = {"kernel_size": 3, "stride": 2, "ceil_mode": True}
    model.features = nn.Sequential(
        nn.Conv2d(3, 8, kernel_size=3, stride=2), nn.ReLU(), nn.MaxPool2d(**pool),
        Fire(8, 4, 6, 6), Fire(12, 4, 6, 6), nn.MaxPool2d(**pool), Fire(12, 6, 8, 8))
    return model, model.features


def vit():
    config = ViTConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=32,
        patch_size=8, id2label=LABELS)
    model = ViTForImageClassification(config)
    return model, lambda pictures: model.vit(pictures).last_hidden_state[:, 0].contiguous()


# What files call the modules that transformers 5 renames when it loads them.
FILE_NAMES = {
    "vit.layers.": "vit.encoder.layer.", "attention.q_proj": "attention.attention.query",
    "attention.k_proj": "attention.attention.key", "attention.v_proj": "attention.attention.value",
    "attention.o_proj": "attention.output.dense", "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense"}


def file_name(name):
    for now, before in FILE_NAMES.items():
        name = name.replace(now, before)
    return name


def randomise(model):
    generator = torch.Generator().manual_seed(1)
    norms = {
        f"{name}.weight" for name, module in model.named_modules() if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm))
    }
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif name.endswith("running_var") or name in norms:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif tensor.dim() == 1:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.3)
        else:
            fan_in = tensor[0].numel()
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * (2 / fan_in) ** 0.5)


def write(directory, model, features, processor=None, rows=33):
    pictures = PICTURES[:, :, :rows].contiguous()
    directory.mkdir(parents=True, exist_ok=True)
    randomise(model)
    if processor is None:
        weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    else:
        model.save_pretrained(directory)
        processor.save_pretrained(directory)
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
            expected["gradient." + file_name(name)] = parameter.grad
    for name, buffer in model.named_buffers():
        expected["after." + file_name(name)] = buffer
    save_file(expected, directory / "expected.safetensors", metadata={"format": "pt"})


def main():
    root = pathlib.Path(sys.argv[1])
    write(root / "mobilenet_v2_tiny", *mobilenet_v2())
    write(root / "resnet_torchvision_basic_tiny", *resnet_of_torchvision(BasicBlock, 8))
    write(root / "resnet_torchvision_bottleneck_tiny", *resnet_of_torchvision(Bottleneck, 4))
    resize = ConvNextImageProcessor(size={"shortest_edge": 32}, crop_pct=0.8)
    write(root / "resnet_basic_tiny", *resnet_of_transformers(
        layer_type="basic", hidden_sizes=[8, 12], downsample_in_first_stage=True, hidden_act="silu"),
        resize)
    write(root / "resnet_bottleneck_tiny", *resnet_of_transformers(
        layer_type="bottleneck", hidden_sizes=[16, 24], downsample_in_bottleneck=True), resize)
    write(root / "squeezenet_tiny", *squeezenet())
    write(root / "vit_tiny", *vit(), ViTImageProcessor(size={"height": 32, "width": 32}), rows=32)


if __name__ == "__main__":
    main()
