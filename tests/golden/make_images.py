"""Small pictures of every kind, and the pixels that Pillow makes of them.

    python tests/golden/make_images.py    # needs pillow, numpy

Writes tests/golden/images/cases.json: for each case the file's bytes and, where
Pillow reads it, width, height and RGB bytes, all in base64. The pixels are those of
ImageOps.exif_transpose(image).convert("RGB"). And resized.json: what Image.resize
makes of the case "png".
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 21, 14


def photo():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    r = 255 * x / (WIDTH - 1)
    g = 255 * y / (HEIGHT - 1)
    b = 127 + 127 * np.sin(x * 0.9 + y * 0.4)
    return Image.fromarray(np.stack([r, g, b], -1).round().astype(np.uint8), "RGB")


def encoded(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(depth, interlaced, rows):
    """An RGB PNG from rows of bytes, which is more than Pillow writes."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, 2, 0, 0, interlaced)
    data = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def sixteen_bit(image):
    # The lower byte is there to be dropped.
    values = np.asarray(image).astype(">u2") * 256 + 200
    return png(16, 0, [row.tobytes() for row in values.astype(">u2")])


def interlaced(image):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)]
    passes += [(0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    pixels = np.asarray(image)
    parts = [pixels[y::down, x::right] for x, y, right, down in passes]
    return png(8, 1, [row.tobytes() for part in parts if part.size for row in part])


def ycck(image):
    # The same data, said to be YCCK in Adobe's marker.
    data = encoded(image.convert("CMYK"), "JPEG")
    at = data.index(b"Adobe") + 11
    return data[:at] + b"\x02" + data[at + 1 :]


def cases():
    rgb = photo()
    alpha = rgb.convert("RGBA")
    alpha.putalpha(rgb.convert("L"))
    palette = rgb.quantize(16)
    yield "jpeg", encoded(rgb, "JPEG", quality=90)
    yield "jpeg_444", encoded(rgb, "JPEG", quality=90, subsampling=0)
    yield "jpeg_progressive", encoded(rgb, "JPEG", progressive=True)
    yield "jpeg_grey", encoded(rgb.convert("L"), "JPEG")
    yield "jpeg_cmyk", encoded(rgb.convert("CMYK"), "JPEG")
    yield "jpeg_ycck", ycck(rgb)
    for orientation in range(1, 9):
        yield f"jpeg_orientation_{orientation}", encoded(rgb, "JPEG", exif=turned(orientation))
    yield "png", encoded(rgb, "PNG")
    yield "png_grey", encoded(rgb.convert("L"), "PNG")
    yield "png_one_bit", encoded(rgb.convert("1"), "PNG")
    yield "png_grey_alpha", encoded(alpha.convert("LA"), "PNG")
    yield "png_alpha", encoded(alpha, "PNG")
    yield "png_palette", encoded(palette, "PNG")
    yield "png_palette_transparent", encoded(palette, "PNG", transparency=3)
    yield "png_orientation_6", encoded(rgb, "PNG", exif=turned(6))
    yield "png_sixteen_bit", sixteen_bit(rgb)
    yield "png_interlaced", interlaced(rgb)
    yield "png_animated", encoded(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)])
    yield "webp", encoded(rgb, "WEBP", quality=90)
    yield "webp_lossless", encoded(rgb, "WEBP", lossless=True)
    yield "webp_alpha", encoded(alpha, "WEBP", lossless=True, exact=True)
    yield "webp_orientation_8", encoded(rgb, "WEBP", lossless=True, exif=turned(8))


def main():
    result = {}
    for name, data in cases():
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        result[name] = {
            "file": base64.b64encode(data).decode(),
            "width": image.width,
            "height": image.height,
            "rgb": base64.b64encode(image.tobytes()).decode(),
        }
    # Files that are to be refused.
    frames = [photo(), photo().rotate(180)]
    refused = {
        "webp_animated": encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "gif": encoded(photo(), "GIF"),
        "gif_animated": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "bmp": encoded(photo(), "BMP"),
        "tiff": encoded(photo(), "TIFF"),
    }
    for name, data in refused.items():
        result[name] = {"file": base64.b64encode(data).decode()}
    resized = []
    for width, height in [(8, 5), (40, 30), (21, 5), (7, 14), (1, 1), (63, 42)]:
        for name, kind in [("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)]:
            pixels = photo().resize((width, height), kind).tobytes()
            rgb = base64.b64encode(pixels).decode()
            resized.append({"width": width, "height": height, "filter": name, "rgb": rgb})
    (HERE / "images/resized.json").write_text(json.dumps(resized, indent=1) + "\n")
    path = HERE / "images/cases.json"
    path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
