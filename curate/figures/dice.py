"""Throws for one figure, and the values that are kept for evaluation."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

import numpy as np

from curate.figures.library import load
from rules.records import record

Split = Literal["all", "train", "held_out"]
Shares = Mapping[str, float]


@record
class Prior:
    """Shares by name (scaled to sum to one), and probabilities of single features.

    Args:
        heads: Mixture of heights: weight, mean and spread in heads.
        view: front, three_quarter, side, back_side or back; left and right are even.
        clear: How often a view is near its sector's middle and shows what the pose is.
        legs: How often a pose that is told by its legs is shown with them.
        light: How light a plain or a gradient backdrop is, 0 to 1: least and most.
        field: Least and most of the camera's field of view, in degrees.
        margin: Least and most of the free border, as a share of the picture.
        shift: How far from the middle of the free room she may stand, 0 to 1.
        build: How much of their usual spread limbs, shoulders and hips have, 0 to 1.
    """

    heads: tuple[tuple[float, float, float], ...]
    framing: Shares
    pose: Shares
    view: Shares
    elevation: Shares
    hair_colour: Shares
    hair_back: Shares
    bangs: Shares
    expression: Shares
    outfit: Shares
    pattern: Shares
    backdrop: Shares
    shading: Shares
    hat: Shares
    ribbon: float
    half_braid: float
    ahoge: float
    scrunchie: float
    intakes: float
    glasses: float
    line_art: float
    no_outline: float
    texture: float
    rim: float
    paint: float
    roll: float
    covers: float
    clear: float
    legs: float
    light: tuple[float, float]
    field: tuple[float, float]
    margin: tuple[float, float]
    shift: float
    build: float


@cache
def held_out() -> Mapping[str, tuple[str, ...]]:
    """Give the values of each axis that are reserved for evaluation."""
    return {axis: tuple(values) for axis, values in load("held_out").items()}


def choose(shares: Shares, rng: np.random.Generator, without: tuple[str, ...] = ()) -> str:
    """Draw a name by its share, leaving some out."""
    names = [name for name in shares if name not in without]
    weights = np.array([shares[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


class Dice:
    """Throws for one figure; keeps reserved values out of `train` and puts one into `held_out`."""

    def __init__(self, prior: Prior, rng: np.random.Generator, split: Split) -> None:
        self.rng = rng
        self.prior = prior
        self.split = split
        axes = tuple(held_out())
        self.forced = axes[int(rng.integers(len(axes)))] if split == "held_out" else None

    def pick(self, axis: str) -> str:
        """Draw a value of an axis of the prior."""
        shares: Shares = getattr(self.prior, axis)
        if self.split != "all" and axis in held_out():
            reserved = held_out()[axis]
            if self.forced == axis:
                return reserved[int(self.rng.integers(len(reserved)))]
            if self.split == "train":
                return choose(shares, self.rng, reserved)
        return choose(shares, self.rng)

    def chance(self, probability: float) -> bool:
        """Toss a coin."""
        return bool(self.rng.random() < probability)

    def any_of(self, names: Iterable[str]) -> str:
        """Draw one of some words, evenly."""
        words = list(names)
        return str(words[int(self.rng.integers(len(words)))])
