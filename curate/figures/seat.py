"""What a sitting figure sits on: where it is, for those who draw it and those who drape on it."""

from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.rig import Skeleton
from curate.figures.turns import unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """The top of a stool.

    Args:
        high: Its height above the floor.
        middle: Its middle on the floor, shape (3,).
        ahead: Where its front points, shape (3,), unit length.
        wide: Half its size across.
        long: Half its size along.
    """

    high: float
    middle: Floats
    ahead: Floats
    wide: float
    long: float


def seat_of(skeleton: Skeleton) -> Seat:
    """Put a stool under a sitting figure."""
    pelvis, wide = skeleton.frames["pelvis"], 0.62 * skeleton.thickness
    level = np.array([1.0, 0.0, 1.0])
    ahead = unit(pelvis.turn[:, 2] * level)
    return Seat(
        high=float(pelvis.origin[1]) - 0.30 * skeleton.thickness,
        middle=pelvis.origin * level + 0.05 * ahead,
        ahead=ahead,
        wide=wide,
        long=0.9 * wide,
    )
