#!/usr/bin/env python3
"""What image processors of transformers, and timm's evaluation transform, make of
small pictures.

    python tests/golden/make_processor_golden.py    # transformers 5.23, timm 1.0, pillow 13

Writes tests/golden/images/processed.json: pictures as RGB in base64, and for each
case its config files, which picture, and the values that come out, as fp32 in base64
(every 19th row and column of a large result): by the processor that works with
torchvision (`torchvision`), which is transformers' default, and by what works with
Pillow (`pillow`), where it can be compared. timm need not be installed: its sources on
PYTHONPATH do.
"""

import base64
import json
import pathlib
import tempfile

import numpy as np
from PIL import Image
from timm.data import create_transform, resolve_data_config
from transformers import AutoImageProcessor

from make_augmentation_golden import picture

# Between the points that are kept of large results.
STEP = 19
CAFFE = {"image_mean": [123.68, 116.779, 103.939], "image_std": [1, 1, 1]}

# model_type, what preprocessor_config.json says.
PROCESSORS = {
    "vit_squashes": ("vit", {"size": {"height": 20, "width": 20}}),
    "vit_number_squashes": ("vit", {"feature_extractor_type": "ViTFeatureExtractor", "size": 20, "resample": 3}),
    "vit_list": ("vit", {"size": [18, 18], "image_mean": 0.25, "image_std": 0.75}),
    "vit_no_rescale": ("vit", {"size": {"height": 20, "width": 20}, "do_rescale": False, **CAFFE}),
    "vit_no_normalize": ("vit", {"size": {"height": 20, "width": 20}, "do_normalize": False}),
    "vit_bytes": ("vit", {"size": {"height": 20, "width": 20}, "do_rescale": False, "do_normalize": False}),
    "vit_other_factor": ("vit", {"size": {"height": 20, "width": 20}, "rescale_factor": 1 / 127.5,
                                 "image_mean": [1, 1, 1], "image_std": [1, 0.5, 2]}),
    "vit_as_clip": ("vit", {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 25},
                            "crop_size": {"height": 20, "width": 20}}),
    "vit_as_bit_small": ("vit", {"image_processor_type": "BitImageProcessor", "size": 15, "crop_size": 20}),
    "vit_as_deit": ("vit", {"image_processor_type": "DeiTImageProcessorFast", "size": {"height": 25, "width": 25},
                            "crop_size": {"height": 20, "width": 20}}),
    "convnext_cuts": ("resnet", {"size": {"shortest_edge": 20}, "crop_pct": 0.875}),
    "convnext_odd": ("resnet", {"size": 21, "crop_pct": 0.7, "resample": 2}),
    "convnext_squashes": ("resnet", {"size": {"shortest_edge": 384}, "crop_pct": 0.5}),
    "mobilenet_v2": ("mobilenet_v2", {"size": {"shortest_edge": 24}, "crop_size": {"height": 20, "width": 20}}),
    "mobilenet_v2_number": ("mobilenet_v2", {"size": 24, "crop_size": 21}),
}

# What pretrained_cfg says.
TIMM = {
    "timm_center": {"input_size": [3, 20, 20], "crop_pct": 0.875, "interpolation": "bilinear"},
    "timm_defaults": {"input_size": [3, 20, 20]},
    "timm_odd": {"input_size": [3, 21, 21], "crop_pct": 0.7, "mean": [0.5, 0.25, 0], "std": [1, 0.5, 0.25]},
    "timm_squash": {"input_size": [3, 20, 20], "crop_pct": 0.9, "crop_mode": "squash"},
    "timm_squash_all": {"input_size": [3, 20, 20], "crop_pct": 1.0, "crop_mode": "squash"},
}


def rows_first(index, name):
    """Whether Pillow 13 begins with the rows of a picture that it squashes. Torchvision, older Pillows and the
    product begin with the columns; in noise that makes a difference of some steps."""
    squashes = "squash" in name or name.startswith("vit") and name not in ("vit_as_clip", "vit_as_bit_small")
    return index == 1 and squashes


def encoded(values):
    return base64.b64encode(np.ascontiguousarray(values, dtype=np.float32).tobytes()).decode()


def processed(model_type, config, image, backend):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / "config.json").write_text(json.dumps({"model_type": model_type}))
        (path / "preprocessor_config.json").write_text(json.dumps(config))
        processor = AutoImageProcessor.from_pretrained(path, backend=backend)
        return np.asarray(processor(image, return_tensors="np")["pixel_values"][0], dtype=np.float32)


def main():
    landscape = picture()
    portrait = landscape.rotate(90, expand=True).crop((0, 0, 30, 43))
    pictures = [landscape, portrait]
    cases = []
    for index, image in enumerate(pictures):
        for name, (model_type, config) in PROCESSORS.items():
            case = {"name": name, "picture": index, "model_type": model_type, "preprocessor": config}
            for key, backend in (("pillow", "pil"), ("torchvision", "torchvision")):
                # What is missing around a picture the two put at different ends.
                if key == "pillow" and (name == "vit_as_bit_small" or rows_first(index, name)):
                    continue
                values = processed(model_type, config, image, backend)
                # Of a large square a few points say enough.
                case[key] = encoded(values[:, ::STEP, ::STEP] if values.shape[1] > 100 else values)
            cases.append(case)
        for name, config in TIMM.items():
            if rows_first(index, name):
                continue
            transform = create_transform(**resolve_data_config(pretrained_cfg=config))
            cases.append({"name": name, "picture": index, "pretrained_cfg": config,
                          "pillow": encoded(transform(image).numpy())})
    golden = {
        "pictures": [{"width": p.width, "height": p.height, "rgb": base64.b64encode(p.tobytes()).decode()}
                     for p in pictures],
        "cases": cases}
    path = pathlib.Path(__file__).parent / "images/processed.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
