"""Hair: a cap on the skull, bangs in front, locks, tails and braids behind; head coordinates."""

from dataclasses import dataclass

import numpy as np

from curate.figures.character import Hair
from curate.figures.compiled import Floats
from curate.figures.head import MIDDLE, on_skull
from curate.figures.material import Material
from curate.figures.surface import Mesh, Piece, control_rows, sheet

FLOOR_MARGIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What hanging hair meets, in head coordinates.

    Args:
        down: Where hair falls, shape (3,), unit length.
        chest: Middle of the chest, shape (3,).
        axes: Axes of the chest (left, up, front) as rows, shape (3, 3).
        reach: Half width and half depth of the clothed chest.
        up: Away from the floor, shape (3,), unit length.
        floor: The floor's height along `up`.
        spread: How far locks fall apart, sideways from the head: 0 where she stands.
        detail: Columns of a large tube.
    """

    down: Floats
    chest: Floats
    axes: Floats
    reach: tuple[float, float]
    up: Floats
    floor: float
    spread: float
    detail: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtain:
    """Shape of the back hair.

    Args:
        length: Below the nape, in head heights.
        start: Angle of the foremost lock from the front, radians.
        count: Number of locks.
        flare: How far the tips stand off.
        curl: How far the tips turn in.
        tip: Width of the tip against the lock's.
        lift: Height above the skull.
        thick: Half thickness of a lock.
    """

    length: float
    start: float = 1.52
    count: int = 13
    flare: float = 0.10
    curl: float = 0.0
    tip: float = 0.06
    lift: float = 0.065
    thick: float = 0.040


def push_out(points: Floats, around: Surroundings, margin: float = 0.05) -> Floats:
    """Move points (..., 3) out of an elliptic column around the chest, below the shoulders."""
    local = (points - around.chest) @ around.axes.T
    # Above the shoulders the column narrows to a neck, so that hair leaves the head freely.
    rise = np.clip((local[..., 1] - 0.38) / 0.25, 0.0, 1.0)
    wide = (around.reach[0] + margin) * (1 - 0.62 * rise)
    deep = (around.reach[1] + margin) * (1 - 0.45 * rise)
    inside = np.sqrt((local[..., 0] / wide) ** 2 + (local[..., 2] / deep) ** 2)
    scale = np.where(inside < 1.0, 1.0 / np.maximum(inside, 0.15), 1.0)
    below = np.clip((0.75 - local[..., 1]) / 0.2, 0.0, 1.0)
    scale = 1.0 + (scale - 1.0) * below
    local = local * np.stack([1 + 0.35 * (scale - 1), np.ones_like(scale), scale], axis=-1)
    return above_floor(local @ around.axes + around.chest, around)


def above_floor(points: Floats, around: Surroundings) -> Floats:
    """Lift points (..., 3) that would lie in the floor; further tips lie a little higher."""
    sunk = around.floor + FLOOR_MARGIN - points @ around.up
    # Locks that reach the floor lie on each other in the order in which they would sink.
    lift = np.where(sunk > 0, sunk + 0.04 * np.exp(-np.maximum(sunk, 0.0)), 0.0)
    return points + lift[..., None] * around.up


def along(angle: float) -> Floats:
    """Give the horizontal direction along the skull at an angle, shape (3,)."""
    return np.array([np.cos(angle), 0.0, -np.sin(angle)])


def add_lock(
    mesh: Mesh, material: Material, points: Floats, wide: list[float], thick: float, across: Floats
) -> None:
    """Add one lock of hair along control points (k, 3) with k half widths."""
    widths = np.array(wide)
    thickness = thick * np.minimum(1.0, 0.15 + widths / max(widths.max(), 1e-6))
    rows = control_rows(points, widths, thickness, across)
    mesh.add_tube(rows, material, rings=16, columns=8)


HAIRLINE_ANGLES = [0.0, 0.75, 1.05, 1.30, 1.55, 1.85, 2.4, np.pi]
HAIRLINE_HEIGHTS = [0.80, 0.78, 0.68, 0.52, 0.36, 0.20, 0.10, 0.07]


def cap_piece(detail: int, lift: float) -> Piece:
    """Cover the skull down to the hairline."""
    around = np.linspace(-np.pi, np.pi, detail + 1)
    line = np.interp(np.abs(around), HAIRLINE_ANGLES, HAIRLINE_HEIGHTS)
    share = np.linspace(1.0, 0.0, max(detail // 3, 10))[:, None]
    height = line + (1 - line) * np.cos(share * np.pi / 2)
    # The rim bends back to the skin, so that no gap shows under the hair.
    rise = lift * np.minimum(1.0, (1.02 - share[::1]) * 9) + 0 * height
    return sheet(on_skull(around[None, :], height, rise), wrap=True)


def _fall(
    root: Floats, outward: Floats, length: float, flare: float, around: Surroundings, steps: int
) -> Floats:
    """Let strands fall from roots (n, 3) along outward directions (n, 3): shape (n, steps, 3)."""
    share = np.linspace(0.0, 1.0, steps + 1)[1:][None, :, None]
    drift = outward[:, None, :] * flare * np.sin(share * np.pi * 0.8)
    # Hair beside the face goes behind the shoulders as it falls.
    ahead = around.axes[2]
    back = np.clip((root @ ahead - around.chest @ ahead + 0.22), 0.0, None)[:, None, None]
    way = around.down + around.spread * (outward - (outward @ around.up)[:, None] * around.up)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    points = root[:, None, :] + way[:, None, :] * length * share + drift
    back = back * (around.spread == 0)
    points = points - ahead * back * np.minimum(share * length / 0.55, 1.0) ** 0.7
    return push_out(points, around)


def add_curtain(
    mesh: Mesh, material: Material, around: Surroundings, look: Curtain, rng: np.random.Generator
) -> None:
    """Add the back hair: locks side by side from the crown to the tips, over a closed sheet."""
    count = look.count
    angle = np.linspace(look.start, 2 * np.pi - look.start, count)
    jitter = rng.normal(0.0, 1.0, (count, 3))
    root = on_skull(angle, np.full(count, 0.30), look.lift + 0.03)
    outward = root - MIDDLE
    outward[:, 1] = 0.0
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    lengths = look.length * (1 + 0.07 * jitter[:, 0])
    unit_fall = _fall(root, outward, look.length, look.flare, around, 4)
    step = 2 * np.pi * 0.47 / max(count, 1)
    for i in range(count):
        side = angle[i]
        high = on_skull(
            np.full(3, side),
            np.array([0.985, 0.86, 0.60]),
            np.array([0.03, look.lift + 0.02, look.lift + 0.03]),
        )
        tail = root[i] + (unit_fall[i] - root[i]) * (lengths[i] / look.length)
        inward = -outward[i] * look.curl
        tail[-1] += inward
        points = np.concatenate([high, root[i][None], tail])
        base = step * 0.78 * (1 + 0.1 * jitter[i, 1])
        wide = [
            0.35 * base,
            0.8 * base,
            base,
            1.05 * base,
            1.08 * base,
            1.0 * base,
            0.82 * base,
            look.tip * base,
        ]
        add_lock(mesh, material, points, wide, look.thick, along(side))
    dense = np.linspace(
        look.start - 0.02, 2 * np.pi - look.start + 0.02, max(around.detail // 2, 12)
    )
    top = on_skull(dense, np.full(len(dense), 0.62), look.lift)
    middle = on_skull(dense, np.full(len(dense), 0.30), look.lift)
    flat = middle - MIDDLE
    flat[:, 1] = 0.0
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    hanging = _fall(middle, flat, 0.84 * look.length, look.flare, around, 5)
    rows = np.concatenate([top[None], middle[None], np.swapaxes(hanging, 0, 1)])
    mesh.add(sheet(rows[::-1].copy()), material)


def add_bangs(mesh: Mesh, material: Material, kind: str, rng: np.random.Generator) -> None:
    """Add the hair over the forehead: blunt, parted, swept or ragged."""
    makers = {"blunt": _blunt, "parted": _parted, "swept": _swept, "ragged": _ragged}
    for points, wide, side in makers[kind](rng):
        add_lock(mesh, material, points, wide, 0.034, along(side))


Locks = list[tuple[Floats, list[float], float]]
CROWN_HEIGHTS = np.array([0.992, 0.93, 0.80, 0.66])
CROWN_LIFTS = np.array([0.030, 0.070, 0.085, 0.085])


def _front_lock(root: float, side: float, tip: float, sway: float = 0.0) -> Floats:
    angles = np.array([root, 0.75 * side + 0.25 * root, side, side + 0.4 * sway, side + sway])
    heights = np.array([*CROWN_HEIGHTS, tip])
    lifts = np.array([*CROWN_LIFTS, 0.070])
    return on_skull(angles, heights, lifts)


def _blunt(rng: np.random.Generator) -> Locks:
    result: Locks = []
    for i, side in enumerate(np.linspace(-0.80, 0.80, 9)):
        tip = 0.505 + 0.018 * (side / 0.8) ** 2 + rng.normal(0.0, 0.006)
        base = 0.066 + 0.004 * (i % 2)
        points = _front_lock(0.55 * side, side, tip)
        result.append((points, [0.02, 0.05, base, base, 0.80 * base], side))
    return result


def _parted(rng: np.random.Generator) -> Locks:
    result: Locks = []
    for sign in (-1.0, 1.0):
        for i in range(5):
            side = sign * (0.16 + 0.19 * i)
            sway = sign * (0.34 - 0.03 * i)
            tip = 0.60 - 0.055 * i + rng.normal(0.0, 0.01)
            points = _front_lock(sign * (0.04 + 0.06 * i), side, tip, sway)
            result.append((points, [0.015, 0.045, 0.075, 0.062, 0.006], side))
    return result


def _swept(rng: np.random.Generator) -> Locks:
    result: Locks = []
    for i, side in enumerate(np.linspace(-0.80, 0.78, 9)):
        sway = 0.34 - 0.12 * (side + 0.8)
        tip = 0.56 - 0.035 * abs(i - 2) + rng.normal(0.0, 0.008)
        points = _front_lock(-0.35 + 0.42 * (side + 0.8), side - 0.12, max(tip, 0.40), sway)
        result.append((points, [0.018, 0.05, 0.078, 0.064, 0.006], side))
    return result


def _ragged(rng: np.random.Generator) -> Locks:
    result: Locks = []
    for i, side in enumerate(np.linspace(-0.85, 0.85, 9)):
        tip = 0.535 - 0.085 * (i % 2) - 0.02 * (i % 3) + rng.normal(0.0, 0.010)
        points = _front_lock(0.5 * side, side, tip, rng.normal(0.0, 0.06))
        result.append((points, [0.018, 0.05, 0.080, 0.066, 0.006], side))
    return result


def add_sidelocks(
    mesh: Mesh, material: Material, around: Surroundings, length: float, rng: np.random.Generator
) -> None:
    """Add the locks before the ears; `length` runs from the temple, in head heights."""
    for sign in (-1.0, 1.0):
        for i, side in enumerate((1.30, 1.45)):
            angle = sign * side
            top = on_skull(
                np.array([0.5 * angle, 0.85 * angle, angle]),
                np.array([0.985, 0.90, 0.66]),
                np.array([0.03, 0.075, 0.090]),
            )
            root = on_skull(np.array([angle]), np.array([0.45]), np.array([0.085]))[0]
            long = length * (1.0 - 0.22 * i) * (1 + rng.normal(0.0, 0.03))
            share = np.linspace(0.3, 1.0, 3)[:, None]
            hang = (
                root
                + around.down * long * share
                + np.array([sign * 0.03, 0, 0.0]) * np.sin(np.pi * share)
            )
            hang[-1] -= np.array([sign * 0.05, 0, 0])
            points = np.concatenate([top, root[None], push_out(hang, around)])
            base = 0.056 - 0.006 * i
            wide = [0.02, 0.05, base, base, base, 0.8 * base, 0.005]
            add_lock(mesh, material, points, wide, 0.034, along(angle))


def add_intakes(mesh: Mesh, material: Material, hair: Hair, inner: Material) -> None:
    """Add hair intakes: thick scoops that arch forward beside the face and hang down."""
    length, size = hair.intakes, hair.intake_size
    for sign in (-1.0, 1.0):
        points = np.array(
            [
                [0.160, 0.985, 0.090],
                [0.315, 0.965, 0.165],
                [0.455, 0.830, 0.205],
                [0.530, 0.625, 0.210],
                [0.520, 0.405, 0.200],
                [0.475, 0.400 - 0.32 * length, 0.190],
                [0.400, 0.400 - 0.66 * length, 0.205],
            ]
        )
        points[:, 0] *= sign
        wide = np.array([0.03, 0.085, 0.112, 0.118, 0.102, 0.072, 0.004]) * size
        thick = np.array([0.02, 0.050, 0.070, 0.074, 0.064, 0.045, 0.004]) * size
        across = np.array([0.86 * sign, 0.0, -0.51])
        mesh.add_tube(control_rows(points, wide, thick, across), material, rings=20, columns=12)
        # The hollow of the scoop, seen from the front between it and the cheek.
        hollow = points[1:6] + np.array([-0.055 * sign, -0.02, -0.045])
        rows = control_rows(hollow, 0.86 * wide[1:6], 0.55 * thick[1:6], across)
        rows[-1, 3:5] *= 0.2
        mesh.add_tube(rows, inner, rings=14, columns=8)
