"""How many pixels show each part, and where: one pass over the picture.

Shape legend: hw pixels, p materials.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Ints, kernel

Box = tuple[int, int, int, int]

COUNT, SUM, LEFT, TOP, RIGHT, BOTTOM = range(6)


@kernel
def _count(parts_hw: Ints, rows_p6: Ints) -> None:
    """Write each material's pixels, the sum of their columns, and their box."""
    height, width = parts_hw.shape
    rows_p6[:] = 0
    rows_p6[:, LEFT] = width
    rows_p6[:, TOP] = height
    for y in range(height):
        x = 0
        while x < width:
            part, start = parts_hw[y, x], x
            while x < width and parts_hw[y, x] == part:
                x += 1
            if part < 0:
                continue
            rows_p6[part, COUNT] += x - start
            rows_p6[part, SUM] += (x - start) * (start + x - 1) // 2
            rows_p6[part, LEFT] = min(rows_p6[part, LEFT], start)
            rows_p6[part, RIGHT] = max(rows_p6[part, RIGHT], x)
            rows_p6[part, TOP] = min(rows_p6[part, TOP], y)
            rows_p6[part, BOTTOM] = y + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a picture shows of each material.

    Args:
        names: The part that each material belongs to.
        rows: Shape (p, 6): pixels, sum of their columns, box.
    """

    names: tuple[str, ...]
    rows: Ints

    def _of(self, wanted: Collection[str]) -> Ints:
        chosen = [name in wanted for name in self.names]
        return self.rows[np.array(chosen) & (self.rows[:, COUNT] > 0)]

    def areas(self) -> dict[str, int]:
        """Give the pixels of every part that is in sight."""
        areas: dict[str, int] = {}
        for name, count in zip(self.names, self.rows[:, COUNT], strict=True):
            if count:
                areas[name] = areas.get(name, 0) + int(count)
        return areas

    def box(self, wanted: Collection[str]) -> Box | None:
        """Give the box around some parts, None where none is in sight."""
        rows = self._of(wanted)
        if not len(rows):
            return None
        low, high = rows.min(axis=0), rows.max(axis=0)
        return int(low[LEFT]), int(low[TOP]), int(high[RIGHT]), int(high[BOTTOM])

    def spot(self, wanted: Collection[str]) -> tuple[int, float]:
        """Give the number of pixels that show some parts, and the middle of their columns."""
        rows = self._of(wanted)
        count = int(rows[:, COUNT].sum())
        return count, float(rows[:, SUM].sum() / count) if count else 0.0


def tally(parts_hw: Ints, names: tuple[str, ...]) -> Tally:
    """Count what a picture shows; `parts_hw` holds each pixel's material, -1 for none."""
    rows = np.empty((len(names), 6), dtype=np.int64)
    _count(parts_hw, rows)
    return Tally(names=names, rows=rows)
