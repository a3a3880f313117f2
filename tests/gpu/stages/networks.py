"""Makes the model directories that stages train: real shapes, random weights."""

import ctypes
import json
import shutil

import torch

from stages import reference_networks

# Name to width, layers, heads, inner width.
BERTS = {
    "bert-base": (768, 12, 12, 3072),
    "minilm": (384, 6, 12, 1536),
    "bert-small": (32, 2, 2, 64),
}
# Name to blocks of each stage, expansion, pixels.
RESNETS = {
    "resnet18": ([2, 2, 2, 2], 1, 224),
    "resnet50": ([3, 4, 6, 3], 4, 224),
    "resnet18-small": ([2, 2, 2, 2], 1, 32),
}
# Name to pixels, pixels of a patch, width, layers, heads, inner width.
VITS = {
    "vit-base": (224, 16, 768, 12, 12, 3072),
    "vit-small": (32, 8, 24, 2, 3, 40),
}
DTYPES = {torch.float32: "F32", torch.int64: "I64"}


def make(context, name):
    """The directory of a network, made if it is not there yet."""
    directory = context.work / "models" / name
    if (directory / "config.json").exists():
        return directory
    directory.mkdir(parents=True, exist_ok=True)
    if name in BERTS:
        config, weights = bert(name)
        inputs = context.bundle / "inputs"
        for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
            shutil.copy(inputs / file, directory)
    elif name in RESNETS:
        config, weights = resnet(name)
    else:
        config, weights = vit(name)
        size = {"height": config["image_size"], "width": config["image_size"]}
        write_json(
            directory / "preprocessor_config.json",
            {
                "image_processor_type": "ViTImageProcessor",
                "do_resize": True,
                "do_rescale": True,
                "do_normalize": True,
                "image_mean": [0.5] * 3,
                "image_std": [0.5] * 3,
                "resample": 2,
                "rescale_factor": 1 / 255,
                "size": size,
            },
        )
    write_safetensors(directory / "model.safetensors", weights)
    write_json(directory / "config.json", config)
    return directory


def bert(name):
    width, layers, heads, inner = BERTS[name]
    network = reference_networks.Bert(width, layers, heads, inner)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "attention_probs_dropout_prob": 0.1,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": width,
        "initializer_range": 0.02,
        "intermediate_size": inner,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "pad_token_id": 0,
        "type_vocab_size": 2,
        "vocab_size": 30522,
    }
    return config, reference_networks.initialise(network, seed=1).state_dict()


def resnet(name):
    depths, expansion, pixels = RESNETS[name]
    network = reference_networks.ResNet(depths, expansion)
    config = {
        "architecture": name.removesuffix("-small"),
        "pretrained_cfg": {"input_size": [3, pixels, pixels]},
    }
    return config, reference_networks.initialise(network, seed=2).state_dict()


def vit(name):
    pixels, patch, width, layers, heads, inner = VITS[name]
    shapes = {
        "embeddings.cls_token": [1, 1, width],
        "embeddings.position_embeddings": [1, (pixels // patch) ** 2 + 1, width],
        "embeddings.patch_embeddings.projection.weight": [width, 3, patch, patch],
        "embeddings.patch_embeddings.projection.bias": [width],
    }

    def linear(path, out, into):
        shapes[path + ".weight"], shapes[path + ".bias"] = [out, into], [out]

    def norm(path):
        shapes[path + ".weight"] = shapes[path + ".bias"] = [width]

    for layer in range(layers):
        path = f"encoder.layer.{layer}."
        for part in ("attention.attention.query", "attention.attention.key",
                     "attention.attention.value", "attention.output.dense"):  # fmt: skip
            linear(path + part, width, width)
        linear(path + "intermediate.dense", inner, width)
        linear(path + "output.dense", width, inner)
        norm(path + "layernorm_before")
        norm(path + "layernorm_after")
    norm("layernorm")
    generator = torch.Generator().manual_seed(3)
    weights = {}
    for tensor, shape in shapes.items():
        if "layernorm" in tensor:
            weights[tensor] = torch.full(shape, float(tensor.endswith("weight")))
        else:
            weights[tensor] = torch.randn(shape, generator=generator) * 0.02
    config = {
        "architectures": ["ViTModel"],
        "model_type": "vit",
        "attention_probs_dropout_prob": 0.0,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "hidden_size": width,
        "image_size": pixels,
        "initializer_range": 0.02,
        "intermediate_size": inner,
        "layer_norm_eps": 1e-12,
        "num_attention_heads": heads,
        "num_channels": 3,
        "num_hidden_layers": layers,
        "patch_size": patch,
        "qkv_bias": True,
    }
    return config, weights


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + size],
        }
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            whole = tensor.detach().contiguous()
            file.write(ctypes.string_at(whole.data_ptr(), whole.numel() * whole.element_size()))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
