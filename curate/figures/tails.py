"""Hair that is tied or stands by itself: tails, braids, buns, the one hair on top."""

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.hair import Surroundings, add_lock, along, push_out
from curate.figures.head import MIDDLE
from curate.figures.material import Material
from curate.figures.surface import Mesh, ball, control_rows


def add_tail(
    mesh: Mesh,
    material: Material,
    around: Surroundings,
    root: Floats,
    heading: Floats,
    *,
    length: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    """Add a bundle of locks that leaves `root` along `heading` and falls."""
    side = np.cross(heading, around.down)
    side /= np.linalg.norm(side) + 1e-9
    other = np.cross(heading, side)
    for i in range(7):
        turn = 2 * np.pi * i / 6
        spread = 0.0 if i == 6 else 0.55
        offset = spread * thick * (np.cos(turn) * side + np.sin(turn) * other)
        long = length * (1.0 + rng.normal(0.0, 0.05) - 0.08 * (i % 3))
        share = np.array([0.25, 0.5, 0.75, 1.0])[:, None]
        arc = root + heading * 0.20 + heading * 0.16 * np.sin(share * np.pi * 0.7)
        hang = arc + around.down * long * share**1.15 + offset * (1.1 - 0.5 * share)
        points = np.concatenate(
            [root[None], (root + heading * 0.13 + 0.9 * offset)[None], push_out(hang, around)]
        )
        base = thick * (0.62 if i < 6 else 0.8)
        wide = [0.35 * base, 0.9 * base, base, 0.95 * base, 0.72 * base, 0.01]
        add_lock(mesh, material, points, wide, 0.55 * base, side)


def add_braid(mesh: Mesh, material: Material, points: Floats, thick: float, across: Floats) -> None:
    """Add a braid along points (n, 3): lobes that cross from side to side."""
    count = len(points)
    for i in range(count - 1):
        sign = 1.0 if i % 2 else -1.0
        way = points[i + 1] - points[max(i - 1, 0)]
        size = thick * (1.0 - 0.35 * i / count)
        start = points[i] - 0.55 * way + across * sign * size * 0.75
        middle = points[i] + across * sign * size * 0.52
        end = points[i] + 0.62 * way - across * sign * size * 0.30
        rows = control_rows(
            np.array([start, middle, end]),
            np.array([0.35, 0.66, 0.30]) * size,
            np.array([0.3, 0.55, 0.28]) * size,
            across,
        )
        mesh.add_tube(rows, material, rings=7, columns=8)


def add_ahoge(mesh: Mesh, material: Material, lean: float) -> None:
    """Add the one hair that stands up; `lean` is where its tip points, -1 to 1."""
    points = np.array(
        [
            [0.0, 1.03, 0.05],
            [-0.05 * lean, 1.15, 0.10],
            [0.03 * lean, 1.25, 0.16],
            [0.16 * lean, 1.25, 0.22],
            [0.25 * lean, 1.16, 0.26],
        ]
    )
    add_lock(mesh, material, points, [0.022, 0.036, 0.036, 0.026, 0.002], 0.02, along(0.3))


def add_bun(mesh: Mesh, material: Material, centre: Floats, size: float) -> None:
    """Add a bun with a coil on it."""
    mesh.add(ball(centre, np.full(3, size)), material)
    away = centre - MIDDLE
    away /= np.linalg.norm(away)
    side = np.cross(away, np.array([0.0, 0.0, 1.0]))
    side /= np.linalg.norm(side)
    other = np.cross(away, side)
    turn = np.linspace(0.0, 3.6 * np.pi, 14)[:, None]
    reach = np.linspace(0.95, 0.30, 14)[:, None] * size
    depth = np.sqrt(np.maximum((1.04 * size) ** 2 - reach**2, 0.0))
    points = centre + reach * (np.cos(turn) * side + np.sin(turn) * other) + away * depth
    rows = control_rows(points, np.full(14, 0.20 * size), np.full(14, 0.16 * size), away)
    mesh.add_tube(rows, material, rings=30, columns=6)
