"""How a picture becomes a file: PNG with a palette where colours are few, JPEG or WebP."""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from PIL import Image

from estran.layers.drawing.painting import Painted, Pixels

PictureFormat = Literal["png", "jpeg", "webp"]

MEDIA_TYPES: Mapping[PictureFormat, str] = MappingProxyType(
    {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
)
"""Name of each format, as in `f`, and its media type."""

PALETTE = 256
"""Most colours that a palette holds."""

PALETTE_LEVEL = 2
"""Compression of a picture with a palette: a third larger than level 6, in under half of its time."""

JPEG_QUALITY = 90
WEBP_QUALITY = 90

WHITE = (255, 255, 255)


def png_of(picture: Painted) -> bytes:
    """Return a painted grid as PNG, with its palette when it is short enough."""
    if len(picture.palette) > PALETTE:
        return encoded(picture.pixels(), "png")
    image = Image.fromarray(picture.numbers.astype(np.uint8))
    image.putpalette(np.ascontiguousarray(picture.palette[:, :3]).tobytes(), "RGB")
    alpha = picture.palette[:, 3].tobytes()
    return _saved(image, "png", transparency=alpha, compress_level=PALETTE_LEVEL)


def encoded(pixels: Pixels, name: PictureFormat) -> bytes:
    """Return pixels of shape `(rows, columns, 4)` as a file; JPEG, without transparency, is put on white."""
    image = Image.fromarray(pixels)
    if name == "jpeg":
        ground = Image.new("RGBA", image.size, (*WHITE, 255))
        flat = Image.alpha_composite(ground, image).convert("RGB")
        return _saved(flat, "jpeg", quality=JPEG_QUALITY, optimize=False)
    if name == "webp":
        return _saved(image, "webp", quality=WEBP_QUALITY, method=2)
    return _saved(image, "png", compress_level=4)


def composed(layers: list[Pixels]) -> Pixels:
    """Return pictures of the same size laid one over the other, the first at the bottom."""
    result = Image.fromarray(layers[0])
    for layer in layers[1:]:
        result = Image.alpha_composite(result, Image.fromarray(layer))
    return np.asarray(result)


def _saved(image: Image.Image, name: PictureFormat, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format=name.upper(), **options)
    return file.getvalue()
