"""A picture file -> the square of pixels that a model reads; runs in processes of its own.

Only Pillow and numpy: torch is none of these processes' business. Shape legend: s side.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.measure import EXIF_ORIENTATION, OPAQUE, PIXEL_BOUND, PROGRAMS
from rules.records import record

Square = NDArray[np.uint8]
WHITE = (255, 255, 255)
GREY = (128, 128, 128)
# EXIF orientation -> how the stored picture has to be turned.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
DEEP = 256.0


class UnreadablePicture(ValueError):  # noqa: N818 - what it is
    """A picture that cannot be decoded, with the reason."""


@record
class Prepare:
    """Fit a picture into a square: shrunk whole, never cropped, in the middle of a plain ground.

    Attributes:
        side: of the square, in pixels.
        ground: colour around the picture, sRGB.
    """

    side: int
    ground: tuple[int, int, int] = GREY

    def __call__(self, image: Image.Image) -> Square:
        """The square, shape (s, s, 3), sRGB; EXIF applied, alpha over white."""
        orientation = image.getexif().get(EXIF_ORIENTATION, 1)
        small = _over_white(_shrunk(image, self.side))
        if orientation in TURNS:
            small = small.transpose(TURNS[orientation])
        square = Image.new("RGB", (self.side, self.side), self.ground)
        square.paste(small, ((self.side - small.width) // 2, (self.side - small.height) // 2))
        return np.asarray(square)


def read_prepared(prepare: Prepare, path: str) -> Square:
    """Decode a file and prepare it.

    Args:
        prepare: of a classifier.
        path: of the file.

    Raises:
        UnreadablePicture: it does not decode, is too large, or is a program.
    """
    Image.MAX_IMAGE_PIXELS = None  # ours is checked before any pixel is decoded
    try:
        # What Pillow warns of names no file, and where it matters it is an error of the picture.
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            _refuse(image)
            # A JPEG is decoded no finer than needed.
            image.draft(None, (2 * prepare.side, 2 * prepare.side))
            return prepare(image)
    except Exception as error:  # noqa: BLE001 - decoders raise whatever their formats' parsers raise
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnreadablePicture(reason) from None


def _refuse(image: Image.Image) -> None:
    if image.format in PROGRAMS:
        raise UnreadablePicture(f"{image.format} is a program, which is not run")
    if image.width * image.height > PIXEL_BOUND:
        raise UnreadablePicture(f"{image.width}x{image.height} is too large")


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """The picture with its longer side of `side` pixels, the other one at least of one."""
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    plain = _eight_bits(image)
    filter_ = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return plain.resize(size, filter_)


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled: 16 bits scaled to 8, palettes looked up."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float64)
        depth = DEEP if image.mode.startswith("I") and values.max(initial=0) >= DEEP else 1.0
        return Image.fromarray(np.clip(values / depth, 0, OPAQUE).astype(np.uint8))
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in {"RGB", "L"} else image.convert("RGB")


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (*WHITE, OPAQUE))
    return Image.alpha_composite(ground, image).convert("RGB")
