"""Bows, scrunchies, hats and glasses."""

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.head import on_skull
from curate.figures.material import Material
from curate.figures.surface import Mesh, Piece, ball, control_rows, sheet
from curate.figures.turns import Frame, turn_x, turn_z


def add_bow(mesh: Mesh, material: Material, frame: Frame, size: float) -> None:
    """Tie a bow at a frame (left, up, out): two loops, two ends and a knot."""
    across = frame.turn[:, 1]
    for sign in (-1.0, 1.0):
        loop = np.array(
            [
                [0.02 * sign, 0.0, 0.02],
                [0.22 * sign, 0.05, 0.10],
                [0.55 * sign, 0.14, 0.12],
                [0.86 * sign, 0.17, 0.04],
                [0.95 * sign, 0.15, 0.0],
            ]
        )
        wide = np.array([0.07, 0.22, 0.38, 0.36, 0.20]) * size
        thick = np.array([0.06, 0.12, 0.15, 0.11, 0.03]) * size
        rows = control_rows(frame.place(loop * size), wide, thick, across)
        mesh.add_tube(rows, material, rings=12, columns=12)
        fold = np.array(
            [[0.05 * sign, 0.0, 0.11], [0.24 * sign, 0.07, 0.23], [0.46 * sign, 0.12, 0.275]]
        )
        rows = control_rows(
            frame.place(fold * size),
            np.array([0.06, 0.045, 0.006]) * size,
            np.array([0.04, 0.03, 0.01]) * size,
            across,
        )
        mesh.add_tube(rows, material, rings=8, columns=6)
        end = np.array(
            [
                [0.03 * sign, -0.02, 0.02],
                [0.20 * sign, -0.36, 0.07],
                [0.33 * sign, -0.75, 0.04],
                [0.36 * sign, -1.05, 0.02],
            ]
        )
        rows = control_rows(
            frame.place(end * size),
            np.array([0.06, 0.13, 0.17, 0.19]) * size,
            np.array([0.04, 0.03, 0.025, 0.02]) * size,
            frame.turn[:, 0],
        )
        mesh.add_tube(rows, material, rings=10, columns=8)
    mesh.add(_placed(ball(np.zeros(3), np.array([0.13, 0.15, 0.13]) * size), frame), material)


def _placed(piece: Piece, frame: Frame) -> Piece:
    return Piece(frame.place(piece.vertices), piece.normals @ frame.turn.T, piece.uvs, piece.faces)


def add_scrunchie(
    mesh: Mesh, material: Material, centre: Floats, axis: Floats, size: float
) -> None:
    """Put a crinkled ring around a bundle of hair that runs along `axis`."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.8 else np.array([1.0, 0.0, 0.0])
    first = np.cross(axis, helper)
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    turn = np.linspace(0.0, 2 * np.pi, 37)
    ring = centre + size * (np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second)
    crinkle = 1.0 + 0.20 * np.sin(9 * turn)
    rows = control_rows(ring, 0.42 * size * crinkle, 0.42 * size * crinkle, axis)
    mesh.add_tube(rows, material, rings=48, columns=8)


def add_glasses(mesh: Mesh, material: Material, level: float, apart: float) -> None:
    """Put round-cornered glasses before the eyes."""
    group = mesh.new_group()
    turn = np.linspace(0.0, 2 * np.pi, 21)
    for sign in (-1.0, 1.0):
        x = sign * apart + 0.135 * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.7
        y = level - 0.01 + 0.105 * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.7
        rows = control_rows(
            np.stack([x, y, 0.445 - 0.45 * x * x], axis=1),
            np.full(21, 0.010),
            np.full(21, 0.010),
            np.array([0.0, 0.0, 1.0]),
        )
        mesh.add_tube(rows, material, rings=30, columns=6, group=group)
        arm = np.array(
            [
                [sign * (apart + 0.135), level + 0.03, 0.40],
                [sign * 0.415, level + 0.03, 0.1],
                [sign * 0.42, level, -0.05],
            ]
        )
        rows = control_rows(arm, np.full(3, 0.008), np.full(3, 0.008), np.array([0.0, 1.0, 0.0]))
        mesh.add_tube(rows, material, rings=6, columns=5, group=group)
    bridge = np.array(
        [[-0.06, level + 0.02, 0.442], [0, level + 0.035, 0.455], [0.06, level + 0.02, 0.442]]
    )
    rows = control_rows(bridge, np.full(3, 0.009), np.full(3, 0.009), np.array([0.0, 0.0, 1.0]))
    mesh.add_tube(rows, material, rings=5, columns=5, group=group)


def _crown(height: float, puff: float, top: float, detail: int, rows: int = 12) -> Floats:
    """Give a cap over the skull from `height` up; `puff` stands off, `top` adds at the crown."""
    around = np.linspace(-np.pi, np.pi, detail + 1)[None, :]
    share = np.linspace(1.0, 0.0, rows)[:, None]
    heights = height + (1.0 - height) * np.cos(share * np.pi / 2)
    points = on_skull(around, heights)
    outward = points - np.array([0.0, 0.55, -0.03])
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    crown: Floats = points + outward * (puff + top * (1 - share) ** 0.6)[..., None]
    return crown


def _cone(turn: Floats, levels: Floats, loose: float) -> Floats:
    """Give rings (rows, columns, 3) of a witch hat at levels (rows, 1) of its height."""
    radius = 0.56 * (1 - levels) ** 0.85 + 0.005 + loose
    rings = [
        radius * np.sin(turn),
        0.76 + 0.97 * levels + 0 * turn,
        radius * np.cos(turn) - 0.03 - 0.22 * levels**2,
    ]
    return np.stack(np.broadcast_arrays(*rings), axis=-1)


def _worn(piece: Piece, back: float) -> Piece:
    """Push a hat back on the head by some degrees."""
    turn, pivot = turn_x(-back), np.array([0.0, 0.72, -0.12])
    vertices = (piece.vertices - pivot) @ turn.T + pivot
    return piece._replace(vertices=vertices, normals=piece.normals @ turn.T)


def _beret(detail: int) -> list[Piece]:
    """Make a beret that lies to one side, and its stalk."""
    puff = ball(np.zeros(3), np.array([0.58, 0.19, 0.56]), columns=detail)
    lean = turn_z(-9.0) @ turn_x(-8.0)
    middle = np.array([0.07, 0.97, -0.06])
    stalk = ball(np.array([0.0, 0.19, 0.0]), np.array([0.03, 0.045, 0.03]))
    return [
        part._replace(vertices=part.vertices @ lean.T + middle, normals=part.normals @ lean.T)
        for part in (puff, stalk)
    ]


def _cap(detail: int) -> tuple[Piece, Piece]:
    """Make a cap and its peak."""
    front = np.linspace(-0.95, 0.95, 15)
    reach = np.linspace(0.0, 1.0, 6)[:, None]
    x = 0.52 * np.sin(front) * (1 + 0.05 * reach)
    z = 0.50 * np.cos(front) + reach * 0.36 * np.cos(front * 1.35)
    y = 0.80 - 0.07 * reach * np.cos(front) + 0.02 * np.cos(front)
    peak = sheet(np.stack(np.broadcast_arrays(x, y, z), axis=-1))
    return sheet(_crown(0.74, 0.13, 0.05, detail), wrap=True), _worn(peak, 4.0)


def add_hat(mesh: Mesh, kind: str, material: Material, trim: Material, detail: int) -> None:
    """Put on a beret, a cap, a straw hat or a witch hat."""
    if kind == "beret":
        for piece in _beret(detail):
            mesh.add(piece, material)
        return
    if kind == "cap":
        crown, peak = _cap(detail)
        mesh.add(crown, material)
        mesh.add(peak, trim)
        return
    # A brim's edge is long: the columns of a head would give it corners.
    columns = 3 * detail // 2
    turn = np.linspace(-np.pi, np.pi, columns + 1)
    radius = 0.92 if kind == "straw hat" else 0.90
    share = np.linspace(1.0, 0.0, 7)[:, None]
    wide = 0.44 + (radius - 0.44) * share
    y = 0.79 - 0.09 * share**2 + 0.03 * np.sin(2 * turn) * share
    rim = np.stack(np.broadcast_arrays(wide * np.sin(turn), y, wide * np.cos(turn) - 0.03), axis=-1)
    if kind == "straw hat":
        dome = _crown(0.74, 0.13, 0.08, columns)
        away = dome[:3] - np.array([0.0, 0.70, -0.03])
        band = dome[:3] + 0.022 * away / np.linalg.norm(away, axis=-1, keepdims=True)
    else:
        dome = _cone(turn, np.linspace(0.0, 1.0, 12)[:, None], 0.0)
        band = _cone(turn, np.linspace(0.01, 0.13, 4)[:, None], 0.016)
    for points, worn in ((rim, material), (dome, material), (band, trim)):
        mesh.add(_worn(sheet(points, wrap=True), 11.0), worn)
