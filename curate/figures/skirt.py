"""Skirts: cut around straight legs, hung as the pose lets them, folded."""

from dataclasses import dataclass

import numpy as np

from curate.figures.body import Torso
from curate.figures.cloth import drape, push_out
from curate.figures.compiled import Floats
from curate.figures.rig import Skeleton
from curate.figures.seat import Seat
from curate.figures.surface import Piece, grid_normals, sheet, spline
from curate.figures.turns import unit

WAIST_AND_HIPS = (0.39, 0.18)
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


def _standing(
    skeleton: Skeleton, torso: Torso, cut: Skirt, rows: int, columns: int
) -> tuple[Floats, int]:
    """Give a skirt as it hangs around straight legs, (rows, columns, 3), and how many rows sit."""
    size, plump = skeleton.build, skeleton.thickness
    pelvis = skeleton.frames["pelvis"]
    waist = skeleton.frames["spine"].place(np.array([0.0, 0.10 * size.torso, 0.0]))
    fall, high = unit(pelvis.origin - waist), float(np.linalg.norm(pelvis.origin - waist))
    total = high + cut.length * (size.thigh + size.shin)
    share = np.linspace(0.0, 1.0, rows)[:, None]
    away = share * total
    flare = cut.flare * share**1.1
    wide = np.interp(away / high, DROPS, WIDTHS) * plump + flare + cut.loose
    deep = np.interp(away / high, DROPS, DEPTHS) * plump + flare + cut.loose
    around = np.linspace(-np.pi, np.pi, columns + 1)[:-1]
    left = pelvis.turn[:, 0]
    ex = unit(left - fall * float(left @ fall))
    ez = np.cross(ex, -fall)
    across, ahead = wide * np.sin(around), deep * np.cos(around)
    points = waist + away[..., None] * fall + across[..., None] * ex + ahead[..., None] * ez
    sitting = max(int(np.sum(away < 0.75 * high)), 2)
    drop = (away / high)[:sitting]
    height = np.interp(drop, [0.0, 1.0], WAIST_AND_HIPS)
    points[:sitting] = torso.surface(around, height, 0.028 + 0.03 * drop + cut.loose)
    return points, sitting


def _finer(grid_rc3: Floats, rows: int, columns: int) -> Floats:
    """Resample a grid that is closed around: (rows, columns, 3)."""
    count = grid_rc3.shape[1]
    tall = spline(grid_rc3.reshape(len(grid_rc3), -1), rows).reshape(rows, count, 3)
    thrice = np.concatenate([tall, tall, tall, tall[:, :1]], axis=1)
    flat = np.ascontiguousarray(np.swapaxes(thrice, 0, 1)).reshape(3 * count + 1, -1)
    wide = spline(flat, 3 * columns + 1)[columns : 2 * columns]
    return np.ascontiguousarray(np.swapaxes(wide.reshape(columns, rows, 3), 0, 1))


def hanging_skirt(
    skeleton: Skeleton, torso: Torso, cut: Skirt, seat: Seat | None, detail: int
) -> Piece:
    """Make a skirt that hangs as the pose and the ground let it."""
    threads = (11, 24) if detail < 30 else (14, 32)
    standing, sitting = _standing(skeleton, torso, cut, *threads)
    hung = drape(standing, sitting, skeleton, seat, 0.035 + cut.fold + cut.loose)
    columns = max(2 * cut.pleats, detail) if cut.pleats else detail
    count = 2 * columns if cut.pleats else columns
    hung = _finer(hung, max(detail // 2, 10), count)
    push_out(hung, skeleton, seat, 0.03 + 0.5 * cut.fold + cut.loose)
    points = np.concatenate([hung, hung[:, :1]], axis=1)[::-1].copy()
    if cut.pleats:
        share = np.linspace(1.0, 0.0, len(points))[:, None]
        pleat = np.where(np.arange(count + 1) % 2 == 0, 1.0, -1.0) * cut.fold * share**0.8
        points += grid_normals(points, wrap=True) * pleat[..., None]
    return sheet(points, wrap=True)
