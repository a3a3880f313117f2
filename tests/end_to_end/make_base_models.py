#!/usr/bin/env python3
"""Makes small base models of every family, each as its ecosystem saves it.

usage: make_base_models.py DIRECTORY TOKENIZER_DIRECTORY
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import torchvision
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertModel,
    ConvNextImageProcessor,
    MobileNetV2Config,
    MobileNetV2ImageProcessor,
    MobileNetV2Model,
    ResNetConfig,
    ResNetModel,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
)

out, tokenizer = (Path(argument) for argument in sys.argv[1:])
torch.manual_seed(7)


def settle(network, size):
    """Gives batch normalisation statistics that fit the weights."""
    layers = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    usual = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = None  # the mean over all batches
    network.train()
    with torch.no_grad():
        for _ in range(8):
            # As uneven as pictures are, from part to part.
            parts = 2 * torch.randn(8, 3, 4, 4)
            network(torch.nn.functional.interpolate(parts, (size, size)))
    network.eval()
    for layer, momentum in zip(layers, usual):
        layer.momentum = momentum


def save_transformers(name, network, processor=None):
    network.save_pretrained(out / name)
    if processor is not None:
        processor.save_pretrained(out / name)


def save_weights(name, network):
    (out / name).mkdir(parents=True)
    state = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(state, out / name / "model.safetensors")


save_transformers(
    "bert",
    BertModel(
        BertConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            initializer_range=0.3,
        )
    ),
)
for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
    shutil.copy(tokenizer / file, out / "bert" / file)
# As many models come: with nothing that says how texts are split.
shutil.copytree(out / "bert", out / "bert_cased")
cased = json.loads((out / "bert_cased/tokenizer.json").read_text())
cased["normalizer"]["lowercase"] = False
(out / "bert_cased/tokenizer.json").write_text(json.dumps(cased))
(out / "bert_cased/tokenizer_config.json").unlink()

save_transformers(
    "vit",
    ViTModel(
        ViTConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            image_size=64,
            patch_size=16,
            initializer_range=0.1,
        )
    ),
    ViTImageProcessor(size={"height": 64, "width": 64}),
)
resnet = ResNetModel(
    ResNetConfig(
        embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic"
    )
)
settle(resnet, 64)
save_transformers(
    "resnet",
    resnet,
    ConvNextImageProcessor(size={"shortest_edge": 64}, crop_pct=0.875),
)
mobilenet = MobileNetV2Model(MobileNetV2Config(depth_multiplier=0.35, min_depth=8))
settle(mobilenet, 96)
save_transformers(
    "mobilenet_v2",
    mobilenet,
    MobileNetV2ImageProcessor(
        size={"shortest_edge": 110}, crop_size={"height": 96, "width": 96}
    ),
)
for architecture in ("resnet18", "mobilenet_v2", "squeezenet1_1"):
    network = torchvision.models.get_model(architecture, weights=None)
    settle(network, 96)
    save_weights(f"torchvision_{architecture}", network)
