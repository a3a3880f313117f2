#!/usr/bin/env python3
"""What torchvision makes of a small picture with fixed parameters.

    python tests/golden/make_augmentation_golden.py    # torchvision 0.26, pillow

Writes tests/golden/images/augmented.json: the picture, and for each case its name,
its parameters and the RGB bytes that come out, in base64. Every function is that of
torchvision.transforms.v2 on a Pillow picture; gaussian_blur, which has no other,
takes it to a tensor and back by itself. RandAugment's operations are those that its
own class does, with bilinear interpolation.
"""

import base64
import json
import pathlib

import numpy as np
from PIL import Image
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as F

WIDTH, HEIGHT = 44, 31
BILINEAR = InterpolationMode.BILINEAR


def picture():
    """Smooth on the left, textured on the right, with a grey and a saturated patch."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = np.random.default_rng(1).integers(-40, 41, (HEIGHT, WIDTH, 3))
    rgb = np.stack([20 + 4 * x, 200 - 5 * y, 120 + 90 * np.sin(x * 0.3 + y * 0.2)], -1)
    rgb = rgb + noise * (x[..., None] > WIDTH // 2)
    rgb[3:9, 4:12] = 90
    rgb[12:18, 4:12] = (255, 0, 30)
    return Image.fromarray(rgb.clip(0, 255).round().astype(np.uint8), "RGB")


def affine(image, angle=0.0, translate=(0, 0), scale=1.0, shear=(0.0, 0.0)):
    return F.affine(image, angle, list(translate), scale, list(shear), BILINEAR)


def moves(image):
    for degrees in [15, -40.5, 123]:
        yield "rotation", [degrees], F.rotate(image, degrees, BILINEAR)
    yield "horizontal_flip", [], F.horizontal_flip(image)
    yield "vertical_flip", [], F.vertical_flip(image)
    for factor in [0.6, 1.7]:
        yield "zoom", [factor], affine(image, scale=factor)
    yield "translation", [7, -4], affine(image, translate=(7, -4))
    for shear in [(20, 0), (0, -35), (15, 25)]:
        yield "shear", list(shear), affine(image, shear=shear)
    crop = F.resized_crop(image, 3, 5, 20, 30, [24, 24], BILINEAR)
    yield "resized_crop", [5, 3, 30, 20, 24], crop


def values(image):
    for factor in [0, 0.7, 1.6]:
        yield "brightness", [factor], F.adjust_brightness(image, factor)
        yield "contrast", [factor], F.adjust_contrast(image, factor)
        yield "saturation", [factor], F.adjust_saturation(image, factor)
    for share in [-0.5, -0.13, 0.31]:
        yield "hue", [share], F.adjust_hue(image, share)
    yield "grayscale", [], F.rgb_to_grayscale(image, 3)
    for size, sigma in [(1, 1), (5, 0.8), (9, 2.5)]:
        yield "gaussian_blur", [size, sigma], F.gaussian_blur(image, [size, size], [sigma, sigma])


def rand_augment(image):
    augment = v2.RandAugment(interpolation=BILINEAR, fill=0)
    for number, (name, (magnitudes_of, signed)) in enumerate(augment._AUGMENTATION_SPACE.items()):
        magnitudes = magnitudes_of(31, image.height, image.width)
        for bin, sign in [(9, 1), (21, -1)] if signed else [(17, 1)]:
            magnitude = 0.0 if magnitudes is None else sign * float(magnitudes[bin])
            result = augment._apply_image_or_video_transform(
                image, name, magnitude, BILINEAR, augment._fill)
            yield "rand_augment", [number, bin, sign], result


def encoded(image):
    return base64.b64encode(image.tobytes()).decode()


def main():
    image = picture()
    cases = []
    for make in [moves, values, rand_augment]:
        for name, parameters, result in make(image):
            cases.append({"name": name, "parameters": parameters, "rgb": encoded(result)})
    golden = {"width": WIDTH, "height": HEIGHT, "rgb": encoded(image), "cases": cases}
    path = pathlib.Path(__file__).parent / "images/augmented.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
