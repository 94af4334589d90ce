"""Skirts: rings that hang from the waist and close around both legs."""

from dataclasses import dataclass

import numpy as np

from curate.figures.body import limb
from curate.figures.compiled import Floats
from curate.figures.rig import SIDES, Skeleton
from curate.figures.surface import Piece, sheet
from curate.figures.turns import unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Skirt:
    """A skirt's cut.

    Args:
        length: From the waist to the hem against the way from the hips to the ankles.
        flare: How much wider the hem is than the hips, in head heights.
        pleats: Number of pleats; 0 hangs smooth.
        fold: Depth of a pleat at the hem.
    """

    length: float
    flare: float = 0.25
    pleats: int = 0
    fold: float = 0.05


def _axis(skeleton: Skeleton) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the waist, the hips, and the directions at the waist and at the hem."""
    spine, pelvis = skeleton.frames["spine"], skeleton.frames["pelvis"]
    waist = spine.place(np.array([0.0, 0.10 * skeleton.build.torso, 0.0]))
    thighs = sum(
        unit(skeleton.point(f"{side}_knee") - skeleton.point(f"{side}_hip")) for side in SIDES
    )
    fall = unit(unit(np.asarray(thighs)) * 0.85 - 0.15 * pelvis.turn[:, 1])
    return waist, pelvis.origin, unit(pelvis.origin - waist), fall


def skirt_piece(skeleton: Skeleton, cut: Skirt, detail: int) -> Piece:
    """Make a skirt around the legs as they are posed."""
    size, plump = skeleton.build, skeleton.thickness
    waist, hips, first, fall = _axis(skeleton)
    high = float(np.linalg.norm(waist - hips))
    total = high + cut.length * (size.thigh + size.shin)
    columns = max(2 * cut.pleats, detail) if cut.pleats else detail
    around = np.linspace(-np.pi, np.pi, 2 * columns + 1 if cut.pleats else columns + 1)
    num_rows = max(detail // 2, 10)
    share = np.linspace(0.0, 1.0, num_rows)
    legs = np.concatenate([limb(skeleton, side, "leg")[3:] for side in SIDES])
    left = skeleton.frames["pelvis"].turn[:, 0]
    pleat = np.where(np.arange(len(around)) % 2 == 0, 1.0, -1.0) if cut.pleats else 0 * around
    rows = []
    for i in range(num_rows):
        away = share[i] * total
        bend = np.clip((away - 0.5 * high) / (1.0 * high), 0.0, 1.0)
        ahead = unit(first * (1 - bend) + fall * bend)
        centre = waist + first * min(away, high) + fall * max(away - high, 0.0)
        ex = unit(left - ahead * float(left @ ahead))
        ez = np.cross(ex, -ahead)
        grown = np.interp(away / high, [0.0, 0.5, 1.0, 1.35], [0.33, 0.42, 0.495, 0.51]) * plump
        grown += cut.flare * share[i] ** 1.1
        deep = np.interp(away / high, [0.0, 0.5, 1.0, 1.35], [0.225, 0.27, 0.33, 0.35]) * plump
        deep += cut.flare * share[i] ** 1.1
        offset = legs[:, :3] - centre
        near = np.exp(-(((offset @ ahead) / (0.16 * size.thigh)) ** 2))
        way = np.outer(offset @ ex, np.sin(around)) + np.outer(offset @ ez, np.cos(around))
        needed = ((way + legs[:, 3:4] + 0.05 + cut.fold) * near[:, None]).max(axis=0)
        base = np.sqrt((grown * np.sin(around)) ** 2 + (deep * np.cos(around)) ** 2)
        radius = np.maximum(base, needed)
        # A knee behind cloth makes a slope, not a spike.
        for _ in range(2):
            radius = np.maximum(
                radius,
                (np.roll(radius[:-1], 1) + np.roll(radius[:-1], -1))[np.r_[0 : len(radius) - 1, 0]]
                / 2,
            )
        radius = radius + pleat * cut.fold * share[i] ** 0.8
        rows.append(
            centre + np.outer(radius * np.sin(around), ex) + np.outer(radius * np.cos(around), ez)
        )
    return sheet(np.array(rows[::-1]), wrap=True)
