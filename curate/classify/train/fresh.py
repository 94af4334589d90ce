"""Figures that training never drew: reserved hair, outfits and styles, in two halves.

Thresholds are chosen on one half of the reserved values, accuracy is told of the other.
"""

from collections.abc import Iterator
from typing import Literal

from curate.figures.dice import held_out
from curate.figures.figure import Figure
from curate.figures.prior import sample_many

Half = Literal["calibration", "test"]
CALIBRATION = frozenset({"low twintails", "kimono", "aqua"})
BATCH = 500


def reserved(figure: Figure) -> frozenset[str]:
    """Give the reserved values that a figure has."""
    who = figure.character
    outfit = who.outfits[figure.outfit]
    has = {
        "hair_back": who.hair.back,
        "bangs": who.hair.bangs,
        "outfit": outfit.kind,
        "hat": who.accessories.hat,
        "hair_colour": who.hair.colour,
        "shading": figure.style.shading,
    }
    return frozenset(value for axis, value in has.items() if value in held_out()[axis])


def fresh_figures(half: Half, seed: int, count: int) -> list[Figure]:
    """Draw figures all of whose reserved values belong to one half."""

    def stream() -> Iterator[Figure]:
        turn = 0
        while True:
            yield from sample_many("even", seed + turn, BATCH, "held_out")
            turn += 1

    found: list[Figure] = []
    for figure in stream():
        has = reserved(figure)
        if has and (has <= CALIBRATION if half == "calibration" else not has & CALIBRATION):
            found.append(figure)
        if len(found) == count:
            return found
    raise AssertionError("an endless stream ended")
