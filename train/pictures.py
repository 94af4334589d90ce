"""A picture as it is trained: upright, on a colour, cut and scaled to its bucket."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageColor, ImageOps

from curate.errors import UserError
from rules.model import Placement

GONE = "is gone since the dataset was read; bring it back, or start again"
# Sixteen bits to eight.
DEEP = 256


def read_picture(path: Path, background: str) -> Image.Image:
    """The upright picture in RGB, what is transparent laid on `background`.

    Raises:
        UserError: it is gone, or does not decode.
    """
    try:
        with Image.open(path) as opened:
            return _in_rgb(ImageOps.exif_transpose(opened), background)
    except FileNotFoundError as error:
        raise UserError(f"{path}: {GONE}") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: does not decode: {error}") from error


def _in_rgb(picture: Image.Image, background: str) -> Image.Image:
    if picture.mode.startswith("I;16"):
        deep = np.asarray(picture, dtype=np.uint16)
        picture = Image.fromarray((deep // DEEP).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, ImageColor.getrgb(background))
    return Image.alpha_composite(ground, layer).convert("RGB")


def to_bucket(picture: Image.Image, placement: Placement, *, mirrored: bool) -> torch.Tensor:
    """What `curate preview` shows of it, as 3×H×W in [-1, 1]."""
    width, height = placement.bucket
    fitted = picture.resize((width, height), Image.Resampling.LANCZOS, box=placement.crop)
    if mirrored:
        fitted = ImageOps.mirror(fitted)
    pixels_HWC = torch.from_numpy(np.array(fitted, dtype=np.uint8))
    return pixels_HWC.permute(2, 0, 1).to(torch.float32) / 127.5 - 1.0
