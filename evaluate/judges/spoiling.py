"""Pictures spoilt in one way, to see whether a judge notices that and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from evaluate.judges.judge import Task
from evaluate.spec.judges import Box

HUE = 60
# Radius of the blur that takes a part out of sight, as a share of its box's shorter side.
BLUR = 0.5
Change = Callable[[Image.Image], Image.Image]


def _hue(picture: Image.Image) -> Image.Image:
    bands_hwc = np.asarray(picture.convert("HSV")).copy()
    bands_hwc[..., 0] = (bands_hwc[..., 0].astype(int) + HUE * 255 // 360) % 256
    return Image.fromarray(bands_hwc, "HSV").convert("RGB")


def _blur(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(BLUR * min(picture.size)))


def _within(box: Box, change: Change) -> Change:
    """The same change, of one part alone."""

    def changed(picture: Image.Image) -> Image.Image:
        spoilt = picture.copy()
        sides = (picture.width, picture.height) * 2
        left, top, right, bottom = (
            round(share * side) for share, side in zip(box, sides, strict=True)
        )
        place = (left, top, max(left + 1, right), max(top + 1, bottom))
        spoilt.paste(change(picture.crop(place)), place)
        return spoilt

    return changed


class Spoilt(NamedTuple):
    """A change of a reference, what it must take down, and what it must leave."""

    name: str
    change: Change
    touched: frozenset[str]
    spared: frozenset[str]


def spoilings(
    task: Task, handed: frozenset[str], coloured: Mapping[str, Box | None]
) -> Iterator[Spoilt]:
    """Every change that a reference is put through.

    Args:
        task: whose attributes are asked.
        handed: attributes that have a side.
        coloured: attribute that a colour decides -> its box; None for anywhere.
    """
    if handed:
        yield Spoilt("mirror", ImageOps.mirror, handed, frozenset(task.attributes) - handed)
    if somewhere := frozenset(name for name, box in coloured.items() if box is None):
        # The whole picture turns, and with it whatever else a colour decides.
        yield Spoilt("hue", _hue, somewhere, frozenset())
    for name, box in coloured.items():
        if box is not None:
            others = frozenset(other for other, its in coloured.items() if its not in {None, box})
            yield Spoilt("hue", _within(box, _hue), frozenset({name}), others)
            yield Spoilt("blur", _within(box, _blur), frozenset({name}), others)
