#!/usr/bin/env python3
"""Networks of pictures that differ from a library's own class, and what libraries
make of the results.

usage: check_standard_forms.py make DIRECTORY
       check_standard_forms.py check DIRECTORY

`make` writes for each case a base model's directory {case}/base, and
{case}/request.safetensors with pictures and the logits that are right: those of
torchvision's network changed by hand, or of transformers. `check` loads {case}/result
as it is, with transformers or torchvision, and compares its logits and labels. Exits 0
when all is well, 77 when a package is missing, 1 with a reason otherwise.
"""
import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
try:
    import torch
    import torch.nn.functional as F
    import torchvision
    import transformers
    from safetensors.torch import load_file, save_file
except ImportError as error:
    print("skipped:", error)
    sys.exit(77)

LABELS = ["ant", "bee", "wasp"]
TOLERANCE = 2e-4


def pad_as_tensorflow(conv):
    def forward(x):
        kernel, stride = conv.kernel_size[0], conv.stride[0]
        total = [max((-(n // -stride) - 1) * stride + kernel - n, 0) for n in x.shape[-2:]]
        x = F.pad(x, (total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2))
        return F.conv2d(x, conv.weight, conv.bias, conv.stride, 0, 1, conv.groups)
    conv.forward = forward


def randomize(net):
    """Statistics and scales far from those of a new network, so that every term shows."""
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.7, 1.3)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.001, 0.5)
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.weight, 0, 0.05)
    return net.eval()


def torchvision_case(architecture, quirks, prefix="", half=False, **arguments):
    def make(directory, size):
        net = randomize(torchvision.models.get_model(architecture, weights=None, num_classes=3, **arguments))
        state = {prefix + k: v.clone() for k, v in net.state_dict().items() if "num_batches" not in k}
        if half:
            state = {k: v.half() for k, v in state.items()}
            net.load_state_dict({k.removeprefix(prefix): v.float() for k, v in state.items()}, strict=False)
        save_file({k: v.contiguous() for k, v in state.items()}, directory / "model.safetensors")
        config = {"architecture": architecture, "num_classes": 3, "label_names": LABELS,
                  "pretrained_cfg": {"input_size": [3, size, size], "crop_pct": 0.875}, **quirks}
        (directory / "config.json").write_text(json.dumps(config))
        for name, module in net.named_modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eps = quirks.get("batch_norm_epsilon", 1e-5)
            if isinstance(module, torch.nn.Conv2d) and quirks.get("padding") == "tensorflow_same":
                pad_as_tensorflow(module)
            if quirks.get("downsample_in_bottleneck") and hasattr(module, "conv3") and module.conv2.stride == (2, 2):
                module.conv1.stride, module.conv2.stride = (2, 2), (1, 1)
        flips = quirks.get("channel_order") == "bgr"
        return lambda x: net(x.flip(1) if flips else x)
    return make


def transformers_case(config, new_size=None):
    def make(directory, size):
        net = randomize(transformers.AutoModelForImageClassification.from_config(config))
        net.save_pretrained(directory)
        if new_size is None:
            return lambda x: net(x).logits
        torch.nn.init.normal_(net.vit.embeddings.position_embeddings)
        net.save_pretrained(directory)
        return lambda x: net(x, interpolate_pos_encoding=True).logits
    return make


def labelled(config):
    config.id2label = dict(enumerate(LABELS))
    config.label2id = {label: i for i, label in enumerate(LABELS)}
    return config


KERAS_MOBILENET = {"padding": "tensorflow_same", "batch_norm_epsilon": 1e-3}
VIT = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, patch_size=8)
# Pictures' sizes beside what makes a case.
CASES = {
    "mobilenet_tensorflow": (96, torchvision_case("mobilenet_v2", KERAS_MOBILENET)),
    "mobilenet_odd_size": (97, torchvision_case("mobilenet_v2", KERAS_MOBILENET)),
    "mobilenet_epsilon": (96, torchvision_case("mobilenet_v2", {"batch_norm_epsilon": 1e-3})),
    "mobilenet_half_width": (96, torchvision_case("mobilenet_v2", KERAS_MOBILENET, width_mult=0.5)),
    "mobilenet_wide": (96, torchvision_case("mobilenet_v2", {}, width_mult=1.4)),
    "mobilenet_plain": (96, torchvision_case("mobilenet_v2", {})),
    "resnet_keras": (96, torchvision_case("resnet50", {"batch_norm_epsilon": 1.001e-5, "channel_order": "bgr",
                                                       "downsample_in_bottleneck": True})),
    "resnet_epsilon": (96, torchvision_case("resnet18", {"batch_norm_epsilon": 1e-3})),
    "resnet_wrapped": (96, torchvision_case("resnet18", {}, prefix="_orig_mod.module.", half=True)),
    "squeezenet_caffe": (96, torchvision_case("squeezenet1_1", {"channel_order": "bgr"})),
    "mobilenet_of_transformers": (96, transformers_case(labelled(
        transformers.MobileNetV2Config(depth_multiplier=0.35, finegrained_output=False, tf_padding=False)))),
    "vit_other_size": (64, transformers_case(labelled(transformers.ViTConfig(image_size=32, **VIT)), 64)),
    "vit_smaller": (24, transformers_case(labelled(transformers.ViTConfig(image_size=32, **VIT)), 24)),
}


def make(root):
    for name, (size, case) in CASES.items():
        torch.manual_seed(len(name))
        directory = root / name / "base"
        directory.mkdir(parents=True)
        with torch.no_grad():
            network = case(directory, size)
            pictures = torch.randn(2, 3, size, size)
            save_file({"pictures": pictures, "logits": network(pictures).contiguous()},
                      root / name / "request.safetensors")


def load(directory):
    config = json.loads((directory / "config.json").read_text())
    if "model_type" in config:
        net, info = transformers.AutoModelForImageClassification.from_pretrained(directory, output_loading_info=True)
        if any(info[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")):
            sys.exit(f"{directory}: {info}")
        processor = transformers.AutoImageProcessor.from_pretrained(directory)
        if processor.crop_size is not None and processor.crop_size["height"] != net.config.to_dict().get(
                "image_size", processor.crop_size["height"]):
            sys.exit(f"{directory}: {processor}")
        return lambda x: net.eval()(x).logits, [net.config.id2label[i] for i in range(net.config.num_labels)]
    net = torchvision.models.get_model(config["architecture"], weights=None, num_classes=config["num_classes"])
    missing, unexpected = net.load_state_dict(load_file(directory / "model.safetensors"), strict=False)
    if unexpected or any("num_batches" not in name for name in missing):
        sys.exit(f"{directory}: {missing} {unexpected}")
    for key in ("padding", "channel_order", "batch_norm_epsilon", "downsample_in_bottleneck", "resize_size"):
        if key in config:
            sys.exit(f"{directory}: a key that no library reads: {key}")
    return net.eval(), config["label_names"]


def check(root):
    for name in CASES:
        network, labels = load(root / name / "result")
        request = load_file(root / name / "request.safetensors")
        if labels != LABELS:
            sys.exit(f"{name}: labels {labels}")
        with torch.no_grad():
            difference = (network(request["pictures"]) - request["logits"]).abs().max() / request["logits"].abs().max()
        print(f"{name}: {difference:.1e}")
        if not difference < TOLERANCE:
            sys.exit(f"{name}: logits differ by {difference:.2e}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    {"make": make, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
