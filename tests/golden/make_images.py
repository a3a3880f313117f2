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


def bmp(bits, rows, compression=0, masks=(), palette=b"", header=40, top_down=False):
    """A bitmap of kinds that Pillow reads and does not write."""
    height = -HEIGHT if top_down else HEIGHT
    if header == 12:
        fields = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        fields = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, compression, 0, 0, 0, 0, 0)
        fields = struct.pack("<I", header) + fields[4:]
    fields += b"".join(struct.pack("<I", mask) for mask in masks)
    fields += bytes(max(0, header - len(fields))) + palette
    offset = 14 + len(fields)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + fields + rows


def bmp_rows(values, bits):
    """Rows from the bottom, padded to four bytes."""
    rows = b""
    for line in values[::-1]:
        if bits == 4:
            line = list(line) + [0] * (len(line) % 2)
            row = bytes(a << 4 | b for a, b in zip(line[::2], line[1::2]))
        else:
            row = line.tobytes()
        rows += row + bytes(-len(row) % 4)
    return rows


def run_lengths(values, half):
    """Encoded and absolute runs, a jump, and ends of lines."""
    data = b""
    for y, line in enumerate(values[::-1].tolist()):
        if y == 3:
            # Over the whole line and to the beginning of the next.
            data += bytes([0, 2, 0, 1])
            continue
        pair = lambda a, b: a << 4 | b if half else a
        data += bytes([5, pair(line[0], line[1])])
        some = line[5:12]
        if half:
            packed = bytes(a << 4 | b for a, b in zip(some[::2], some[1::2] + [0]))
        else:
            packed = bytes(some)
        data += bytes([0, len(some)]) + packed + bytes(len(packed) % 2)
        data += bytes([WIDTH - 12, pair(line[12], line[13])])
        data += bytes([0, 0])
    return data + bytes([0, 1])


def bitmaps(image):
    pixels = np.asarray(image).astype(np.uint32)
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    yield "bmp", encoded(image, "BMP")
    yield "bmp_one_bit", encoded(image.convert("1"), "BMP")
    yield "bmp_palette", encoded(image.quantize(16), "BMP")
    yield "bmp_alpha", encoded(image.convert("RGBA"), "BMP")
    five = (r >> 3 << 10 | g >> 3 << 5 | b >> 3).astype("<u2")
    six = (r >> 3 << 11 | g >> 2 << 5 | b >> 3).astype("<u2")
    wide = (r << 24 | g << 16 | b << 8 | r).astype("<u4")
    yield "bmp_555", bmp(16, bmp_rows(five, 16))
    yield "bmp_565", bmp(16, bmp_rows(six, 16), 3, (0xF800, 0x7E0, 0x1F))
    masks = (0xFF000000, 0xFF0000, 0xFF00, 0xFF)
    yield "bmp_masks", bmp(32, bmp_rows(wide, 32), 3, masks, header=56)
    yield "bmp_top_down", bmp(24, bmp_rows(pixels[..., ::-1].astype(np.uint8), 24), top_down=True)
    colors = [(i * 16, 255 - i * 9, i * 5) for i in range(16)]
    palette = b"".join(bytes(color) + b"\0" for color in colors)
    indices = (r >> 4).astype(np.uint8)
    core = b"".join(bytes(color) for color in colors)
    yield "bmp_os2", bmp(4, bmp_rows(indices, 4), palette=core, header=12)
    yield "bmp_four_bit", bmp(4, bmp_rows(indices, 4), palette=palette)
    yield "bmp_rle4", bmp(4, run_lengths(indices, True), 2, palette=palette)
    many = palette + bytes(240 * 4)
    yield "bmp_rle8", bmp(8, run_lengths(indices, False), 1, palette=many)


def tiff(blocks, tags, order="<"):
    """An uncompressed TIFF from its strips or tiles and further tags."""
    tiled = 322 in tags
    tags = {256: [WIDTH], 257: [HEIGHT], 259: [1], **tags}
    offsets, at = [], 8
    for block in blocks:
        offsets.append(at)
        at += len(block)
    tags[324 if tiled else 273] = offsets
    tags[325 if tiled else 279] = [len(block) for block in blocks]
    entries, extra = b"", b""
    extra_at = at + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        kind = "I" if tag in (273, 279, 324, 325) else "H"
        data = struct.pack(f"{order}{len(values)}{kind}", *values)
        entries += struct.pack(f"{order}HHI", tag, 4 if kind == "I" else 3, len(values))
        if len(data) > 4:
            entries += struct.pack(f"{order}I", extra_at + len(extra))
            extra += data
        else:
            entries += data.ljust(4, b"\0")
    header = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, at)
    directory = struct.pack(f"{order}H", len(tags)) + entries + bytes(4)
    return header + b"".join(blocks) + directory + extra


def tiffs(image, alpha):
    yield "tiff", encoded(image, "TIFF")
    for name in ["tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg"]:
        yield "tiff_" + name.removeprefix("tiff_"), encoded(image, "TIFF", compression=name)
    yield "tiff_fax", encoded(image.convert("1"), "TIFF", compression="group4")
    yield "tiff_grey", encoded(image.convert("L"), "TIFF")
    yield "tiff_palette", encoded(image.quantize(16), "TIFF")
    yield "tiff_cmyk", encoded(image.convert("CMYK"), "TIFF", compression="tiff_lzw")
    yield "tiff_alpha", encoded(alpha, "TIFF")
    yield "tiff_orientation_6", encoded(image, "TIFF", exif=turned(6))
    pages = [image.rotate(180)]
    yield "tiff_animated", encoded(image, "TIFF", save_all=True, append_images=pages)
    rgb = np.asarray(image)
    tiles = []
    for x in (0, 16):
        tile = np.zeros((16, 16, 3), np.uint8)
        part = rgb[:, x : x + 16]
        tile[: part.shape[0], : part.shape[1]] = part
        tiles.append(tile.tobytes())
    kind = {258: [8, 8, 8], 262: [2], 277: [3]}
    yield "tiff_tiles", tiff(tiles, {**kind, 322: [16], 323: [16]})
    strips = [rgb[y : y + 5].tobytes() for y in range(0, HEIGHT, 5)]
    yield "tiff_strips_mm", tiff(strips, {**kind, 278: [5]}, order=">")
    planes = [rgb[..., c].tobytes() for c in range(3)]
    yield "tiff_planes", tiff(planes, {**kind, 278: [HEIGHT], 284: [2]})
    deep = (rgb.astype("<u2") * 256 + 200).tobytes()
    yield "tiff_sixteen_bit", tiff([deep], {**kind, 258: [16] * 3, 278: [HEIGHT]})
    part = np.asarray(alpha).astype(int)
    part[..., :3] = part[..., :3] * part[..., 3:] // 255
    tags = {258: [8] * 4, 262: [2], 277: [4], 278: [HEIGHT], 338: [1]}
    yield "tiff_premultiplied", tiff([part.astype(np.uint8).tobytes()], tags)
    grey = np.asarray(image.convert("L"))
    nibbles = np.pad(grey >> 4, ((0, 0), (0, 1)))
    rows = (nibbles[:, ::2] << 4 | nibbles[:, 1::2]).astype(np.uint8).tobytes()
    yield "tiff_white_is_zero", tiff([rows], {258: [4], 262: [0], 277: [1], 278: [HEIGHT]})


def portable(image):
    rgb = np.asarray(image)
    grey = rgb[..., 0]
    yield "pnm", encoded(image, "PPM")
    yield "pnm_grey", encoded(image.convert("L"), "PPM")
    yield "pnm_bits", encoded(image.convert("1"), "PPM")
    size = f"{WIDTH} {HEIGHT}\n"
    text = " ".join(map(str, rgb.ravel()))
    yield "pnm_text", f"P3\n# of a test\n{size}255\n{text}\n".encode()
    yield "pnm_grey_text", f"P2 {size}15 {' '.join(map(str, (grey // 17).ravel()))}\n".encode()
    bits = "".join("01"[int(value > 99)] for value in grey.ravel())
    yield "pnm_bit_text", f"P1 {size}{bits}\n".encode()
    yield "pnm_hundred", f"P6 {size}100\n".encode() + (rgb // 3).tobytes()


def moving(image, alpha):
    """Kinds of which the first picture counts."""
    rest = [image.rotate(180)]
    yield "gif", encoded(image, "GIF")
    yield "gif_plain", encoded(image, "GIF", interlace=0)
    yield "gif_grey", encoded(image.convert("L"), "GIF")
    yield "gif_transparent", encoded(image.quantize(7), "GIF", transparency=3)
    yield "gif_animated", encoded(image, "GIF", save_all=True, append_images=rest)
    # A picture that begins right of and below where the canvas does.
    inner = bytearray(encoded(image.quantize(7), "GIF"))
    screen = struct.pack("<HH", WIDTH + 5, HEIGHT + 2)
    inner[6:10] = screen
    at = inner.index(b"\x2c" + struct.pack("<HHHH", 0, 0, WIDTH, HEIGHT))
    inner[at + 1 : at + 5] = struct.pack("<HH", 4, 2)
    yield "gif_inner", bytes(inner)
    yield "webp_animated", encoded(image, "WEBP", save_all=True, append_images=rest)
    yield "avif", encoded(image, "AVIF", quality=90)
    yield "avif_444", encoded(image, "AVIF", quality=95, subsampling="4:4:4")
    yield "avif_alpha", encoded(alpha, "AVIF", quality=90)
    for orientation in range(2, 9):
        yield (
            f"avif_orientation_{orientation}",
            encoded(image, "AVIF", quality=90, exif=turned(orientation)),
        )
    yield "avif_animated", encoded(image, "AVIF", save_all=True, append_images=rest)


def without_adobe(image):
    """A CMYK JPEG that lost the marker of Adobe's programs."""
    data = encoded(image.convert("CMYK"), "JPEG")
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0] :]


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
    yield "jpeg_cmyk_plain", without_adobe(rgb)
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
    yield from bitmaps(rgb)
    yield from tiffs(rgb, alpha)
    yield from portable(rgb)
    yield from moving(rgb, alpha)


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
    # To be refused.
    heif = struct.pack(">I4s4sI8s", 24, b"ftyp", b"heic", 0, b"mif1heic")
    result["heif"] = {"file": base64.b64encode(heif).decode()}
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
