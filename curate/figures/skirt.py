"""Skirts: rings that hang from the waist and close around both legs."""

from dataclasses import dataclass

import numpy as np

from curate.figures.body import limb
from curate.figures.compiled import Floats, kernel
from curate.figures.rig import SIDES, Skeleton
from curate.figures.surface import Piece, sheet
from curate.figures.turns import unit

LEANING = 0.5
DROPS = (0.0, 0.5, 1.0, 1.35)
WIDTHS = (0.352, 0.435, 0.50, 0.515)
DEPTHS = (0.250, 0.29, 0.335, 0.35)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skirt:
    """A skirt's cut.

    Args:
        length: From the waist to the hem against the way from the hips to the ankles.
        flare: How much wider the hem is than the hips, in head heights.
        pleats: Number of pleats; 0 hangs smooth.
        fold: Depth of a pleat at the hem.
        loose: How far it stands off all over, for a skirt over a skirt.
    """

    length: float
    flare: float = 0.25
    pleats: int = 0
    fold: float = 0.05
    loose: float = 0.0


def _axis(skeleton: Skeleton) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the waist, the hips, and the directions at the waist and at the hem."""
    spine, pelvis = skeleton.frames["spine"], skeleton.frames["pelvis"]
    waist = spine.place(np.array([0.0, 0.10 * skeleton.build.torso, 0.0]))
    thighs = sum(
        unit(skeleton.point(f"{side}_knee") - skeleton.point(f"{side}_hip")) for side in SIDES
    )
    fall = unit(unit(np.asarray(thighs)) * 0.85 - 0.15 * pelvis.turn[:, 1])
    return waist, pelvis.origin, unit(pelvis.origin - waist), fall


@kernel
def _radius(
    frame_43: Floats,
    wide: float,
    deep: float,
    legs_n8: Floats,
    clear: float,
    near: float,
    count: int,
) -> Floats:
    """Give a ring's radius in `count` directions (closed): its own ellipse, or around the legs.

    `frame_43` holds the ring's middle, its left, its front and its axis.
    """
    radius = np.empty(count)
    sines = np.sin(np.linspace(-np.pi, np.pi, count))
    cosines = np.cos(np.linspace(-np.pi, np.pi, count))
    for j in range(count):
        radius[j] = np.sqrt((wide * sines[j]) ** 2 + (deep * cosines[j]) ** 2)
    for n in range(len(legs_n8)):
        across, ahead, along = 0.0, 0.0, 0.0
        for d in range(3):
            offset = legs_n8[n, d] - frame_43[0, d]
            across += offset * frame_43[1, d]
            ahead += offset * frame_43[2, d]
            along += offset * frame_43[3, d]
        weight = np.exp(-((along / near) ** 2))
        if weight < 0.02:
            continue
        for j in range(count):
            reach = across * sines[j] + ahead * cosines[j] + legs_n8[n, 3] + clear
            radius[j] = max(radius[j], reach * weight)
    # A knee behind cloth makes a slope, not a spike.
    for _ in range(2):
        before = radius.copy()
        for j in range(count):
            left = before[j - 1] if j > 0 else before[count - 2]
            right = before[j + 1] if j < count - 1 else before[1]
            radius[j] = max(before[j], 0.5 * (left + right))
    return radius


def skirt_piece(skeleton: Skeleton, cut: Skirt, detail: int) -> Piece:
    """Make a skirt around the legs as they are posed."""
    size, plump = skeleton.build, skeleton.thickness
    waist, hips, first, fall = _axis(skeleton)
    high = float(np.linalg.norm(waist - hips))
    total = high + cut.length * (size.thigh + size.shin)
    columns = max(2 * cut.pleats, detail) if cut.pleats else detail
    count = 2 * columns + 1 if cut.pleats else columns + 1
    around = np.linspace(-np.pi, np.pi, count)[:, None]
    pleat = np.where(np.arange(count) % 2 == 0, 1.0, -1.0) * cut.fold * (cut.pleats > 0)
    legs = np.concatenate([limb(skeleton, side, "leg")[3:] for side in SIDES])
    left = skeleton.frames["pelvis"].turn[:, 0]
    # Cloth over raised thighs lies on them instead of standing off.
    level = 1.0 - max(float(-fall[1]), 0.0) if abs(float(first[1])) > LEANING else 0.0
    rows = []
    for share in np.linspace(0.0, 1.0, max(detail // 2, 10)):
        away = float(share) * total
        bend = min(max((away - 0.5 * high) / high, 0.0), 1.0)
        ahead = unit(first * (1 - bend) + fall * bend)
        ex = unit(left - ahead * float(left @ ahead))
        ez = np.cross(ex, -ahead)
        centre = waist + first * min(away, high) + fall * max(away - high, 0.0)
        flare = cut.flare * float(share) ** 1.1
        wide = float(np.interp(away / high, DROPS, WIDTHS)) * plump + (1 - 0.75 * level) * flare
        deep = float(np.interp(away / high, DROPS, DEPTHS)) * plump + flare
        deep *= 1.0 - 0.55 * level * bend
        frame = np.stack([centre, ex, ez, ahead])
        clear, near = 0.05 + cut.fold, 0.26 * size.thigh
        radius = _radius(frame, wide, deep, legs, clear, near, count) + cut.loose
        radius = (radius + pleat * float(share) ** 0.8)[:, None]
        rows.append(centre + radius * (np.sin(around) * ex + np.cos(around) * ez))
    return sheet(np.array(rows[::-1]), wrap=True)
