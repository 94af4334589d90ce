"""Other places to put a figure: plain, graded, striped, strewn with shapes, noisy."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Bytes = NDArray[np.uint8]
SHAPES = ("rectangle", "ellipse", "line", "polygon")


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(0, 256, 3)
    pale = float(rng.random()) ** 2
    return tuple(int(c + (255 - c) * pale) for c in (red, green, blue))  # type: ignore[return-value]


def make_place(size: tuple[int, int], rng: np.random.Generator, *, plain: bool = False) -> Bytes:
    """Paint a backdrop of (width, height) that has nothing to do with its figure: (h, w, 3)."""
    kind = rng.choice(["plain", "graded", "strewn", "noise"], p=[0.25, 0.25, 0.35, 0.15])
    if plain:
        kind = "plain" if rng.random() < 0.5 else "graded"
    width, height = size
    if kind == "noise":
        cells = int(rng.integers(3, 24))
        noise = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
        smooth = Image.Resampling.BICUBIC if rng.random() < 0.7 else Image.Resampling.NEAREST
        return np.asarray(Image.fromarray(noise).resize(size, smooth))
    ground = Image.new("RGB", (1, 1), _colour(rng)).resize(size)
    if kind != "plain":
        ends = Image.new("RGB", (2, 2))
        one, other = _colour(rng), _colour(rng)
        upright = rng.random() < 0.7
        for x in range(2):
            for y in range(2):
                ends.putpixel((x, y), one if (y if upright else x) else other)
        ground = ends.resize(size, Image.Resampling.BILINEAR)
    if kind == "strewn":
        pen = ImageDraw.Draw(ground)
        for _ in range(int(rng.integers(4, 90))):
            _strew(pen, rng, width, height)
    return np.asarray(ground)


def _strew(pen: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int) -> None:
    x, y = rng.uniform(-0.1, 1.0, 2) * (width, height)
    w, h = rng.uniform(0.02, 0.25, 2) * max(width, height)
    kind = rng.choice(SHAPES)
    if kind == "rectangle":
        pen.rectangle((x, y, x + w, y + h), fill=_colour(rng))
    elif kind == "ellipse":
        pen.ellipse((x, y, x + w, y + h), fill=_colour(rng))
    elif kind == "line":
        pen.line((x, y, x + w, y + h), fill=_colour(rng), width=int(rng.integers(1, 4)))
    else:
        corners = rng.uniform(-1.0, 1.0, (3, 2)) * (w, h) + (x, y)
        pen.polygon([tuple(corner) for corner in corners], fill=_colour(rng))
