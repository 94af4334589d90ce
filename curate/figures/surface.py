"""Surfaces as grids of points: tubes along a spline, sheets, and the mesh that collects them.

Shape legend: k control rows, r rows (along), c columns (around), v vertices, f faces.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

from curate.figures.compiled import Floats, Ints, kernel
from curate.figures.material import Material

TINY = 1e-9


@kernel
def spline(rows_kd: Floats, count: int) -> Floats:
    """Pass a Catmull-Rom curve through the rows and sample it evenly, shape (count, d)."""
    num_rows, num_columns = rows_kd.shape
    result = np.empty((count, num_columns))
    for i in range(count):
        place = i * (num_rows - 1) / max(count - 1, 1)
        k = min(int(place), num_rows - 2)
        t = place - k
        before, after = max(k - 1, 0), min(k + 2, num_rows - 1)
        for d in range(num_columns):
            a, b = rows_kd[before, d], rows_kd[k, d]
            c, e = rows_kd[k + 1, d], rows_kd[after, d]
            result[i, d] = b + 0.5 * t * (
                c - a + t * (2 * a - 5 * b + 4 * c - e + t * (3 * (b - c) + e - a))
            )
    return result


@kernel
def _ring_axes(curve_r8: Floats, i: int, tangent_3: Floats, across_3: Floats) -> None:
    """Write a ring's direction along the tube and its width direction, both of length one."""
    low, high = max(i - 1, 0), min(i + 1, len(curve_r8) - 1)
    length, along = 0.0, 0.0
    for d in range(3):
        tangent_3[d] = curve_r8[high, d] - curve_r8[low, d]
        length += tangent_3[d] * tangent_3[d]
    length = np.sqrt(length) + TINY
    for d in range(3):
        tangent_3[d] /= length
        along += tangent_3[d] * curve_r8[i, 5 + d]
    length = 0.0
    for d in range(3):
        across_3[d] = curve_r8[i, 5 + d] - along * tangent_3[d]
        length += across_3[d] * across_3[d]
    length = np.sqrt(length) + TINY
    for d in range(3):
        across_3[d] /= length


@kernel
def tube_points(rows_k8: Floats, num_rings: int, num_columns: int, flat: float) -> Floats:
    """Sweep an ellipse along control rows.

    A row is x, y, z, half width, half thickness and the direction of the width.
    `flat` in 0..1 turns the ellipse into a sheet bent outward (1: no underside).
    The result has shape (num_rings + 2, num_columns + 1, 3); the first and last rings are points.
    """
    curve = spline(rows_k8, num_rings)
    result = np.empty((num_rings + 2, num_columns + 1, 3))
    tangent = np.empty(3)
    across = np.empty(3)
    normal = np.empty(3)
    for i in range(num_rings):
        _ring_axes(curve, i, tangent, across)
        normal[0] = tangent[1] * across[2] - tangent[2] * across[1]
        normal[1] = tangent[2] * across[0] - tangent[0] * across[2]
        normal[2] = tangent[0] * across[1] - tangent[1] * across[0]
        wide, thick = max(curve[i, 3], 0.0), max(curve[i, 4], 0.0)
        for j in range(num_columns + 1):
            angle = 2 * np.pi * j / num_columns
            cosine, sine = np.cos(angle), np.sin(angle)
            if sine < 0:
                sine *= 1 - flat
            for d in range(3):
                result[i + 1, j, d] = (
                    curve[i, d] + wide * cosine * across[d] + thick * sine * normal[d]
                )
    for j in range(num_columns + 1):
        for d in range(3):
            result[0, j, d] = curve[0, d]
            result[num_rings + 1, j, d] = curve[num_rings - 1, d]
    return result


@kernel
def grid_normals(points_rc3: Floats, wrap: bool) -> Floats:  # noqa: FBT001
    """Give the unit normals of a grid of points by central differences, shape (r, c, 3)."""
    rows, columns = points_rc3.shape[0], points_rc3.shape[1]
    result = np.empty((rows, columns, 3))
    for i in range(rows):
        up, down = max(i - 1, 0), min(i + 1, rows - 1)
        for j in range(columns):
            if wrap:
                left = j - 1 if j > 0 else columns - 2
                right = j + 1 if j < columns - 1 else 1
            else:
                left, right = max(j - 1, 0), min(j + 1, columns - 1)
            ax = points_rc3[i, right, 0] - points_rc3[i, left, 0]
            ay = points_rc3[i, right, 1] - points_rc3[i, left, 1]
            az = points_rc3[i, right, 2] - points_rc3[i, left, 2]
            bx = points_rc3[down, j, 0] - points_rc3[up, j, 0]
            by = points_rc3[down, j, 1] - points_rc3[up, j, 1]
            bz = points_rc3[down, j, 2] - points_rc3[up, j, 2]
            nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
            length = np.sqrt(nx * nx + ny * ny + nz * nz)
            if length < TINY:
                # A closing point looks away from the ring after next.
                far = min(i + 2, rows - 1) if i == 0 else max(i - 2, 0)
                nx = points_rc3[i, 0, 0] - points_rc3[far, 0, 0]
                ny = points_rc3[i, 0, 1] - points_rc3[far, 0, 1]
                nz = points_rc3[i, 0, 2] - points_rc3[far, 0, 2]
                length = np.sqrt(nx * nx + ny * ny + nz * nz) + TINY
            result[i, j, 0], result[i, j, 1], result[i, j, 2] = (
                nx / length,
                ny / length,
                nz / length,
            )
    return result


@kernel
def grid_faces(rows: int, columns: int) -> Ints:
    """Split the cells of a grid into triangles, shape (2 (rows - 1)(columns - 1), 3)."""
    result = np.empty((2 * (rows - 1) * (columns - 1), 3), dtype=np.int32)
    place = 0
    for i in range(rows - 1):
        for j in range(columns - 1):
            corner = i * columns + j
            result[place, 0], result[place, 1] = corner, corner + 1
            result[place, 2] = corner + columns
            result[place + 1, 0], result[place + 1, 1] = corner + 1, corner + columns + 1
            result[place + 1, 2] = corner + columns
            place += 2
    return result


@kernel
def grid_uvs(rows: int, columns: int) -> Floats:
    """Number the points of a grid by (across, along) in 0..1, shape (rows * columns, 2)."""
    result = np.empty((rows * columns, 2))
    for i in range(rows):
        for j in range(columns):
            result[i * columns + j, 0] = j / (columns - 1)
            result[i * columns + j, 1] = i / (rows - 1)
    return result


class Piece(NamedTuple):
    """One smooth surface: vertices and normals (v, 3), uvs (v, 2), faces (f, 3).

    Of a closed surface nobody sees the inside.
    """

    vertices: Floats
    normals: Floats
    uvs: Floats
    faces: Ints
    closed: bool = False


def sheet(points_rc3: Floats, *, wrap: bool = False) -> Piece:
    """Make a surface of a grid (r, c, 3); `wrap`: its last column meets its first."""
    rows, columns = points_rc3.shape[:2]
    normals = grid_normals(points_rc3, wrap)
    return Piece(
        points_rc3.reshape(-1, 3),
        normals.reshape(-1, 3),
        grid_uvs(rows, columns),
        grid_faces(rows, columns),
    )


def tube(rows_k8: Floats, *, rings: int = 12, columns: int = 8, flat: float = 0.0) -> Piece:
    """Make a closed tube along control rows of shape (k, 8); see `tube_points`."""
    return sheet(tube_points(rows_k8, rings, columns, flat), wrap=True)._replace(closed=True)


def control_rows(points_k3: Floats, wide: Floats, thick: Floats, across: Floats) -> Floats:
    """Join a tube's columns: points (k, 3), half sizes (k,), width direction (3,) or (k, 3)."""
    points = np.asarray(points_k3, dtype=np.float64)
    rows = np.empty((len(points), 8))
    rows[:, :3] = points
    rows[:, 3] = wide
    rows[:, 4] = thick
    rows[:, 5:] = across
    return rows


@cache
def _unit_box() -> Piece:
    corners, normals = [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            first, second = (axis + 1) % 3, (axis + 2) % 3
            if sign < 0:
                first, second = second, first
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[axis], corner[first], corner[second] = sign, a, b
                corners.append(corner)
                normals.append(sign * np.eye(3)[axis])
    faces = [[4 * s, 4 * s + 1, 4 * s + 2] for s in range(6)]
    faces += [[4 * s, 4 * s + 2, 4 * s + 3] for s in range(6)]
    square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    return Piece(
        np.array(corners),
        np.array(normals),
        np.array(square * 6),
        np.array(faces, dtype=np.int32),
    )


def box(centre: Floats, halves: Floats) -> Piece:
    """Make a box with flat sides around a centre (3,) with half sizes (3,)."""
    unit = _unit_box()
    return unit._replace(vertices=centre + unit.vertices * halves, closed=True)


@cache
def _unit_ball(rings: int, columns: int) -> Piece:
    polar = np.linspace(np.pi, 0.0, rings)[:, None]
    around = np.linspace(0.0, 2 * np.pi, columns + 1)[None, :]
    points = np.stack(
        [
            np.sin(polar) * np.sin(around),
            np.cos(polar) + 0 * around,
            np.sin(polar) * np.cos(around),
        ],
        axis=-1,
    )
    return sheet(points, wrap=True)


def ball(centre: Floats, radii: Floats, *, rings: int = 10, columns: int = 14) -> Piece:
    """Make an ellipsoid with axis-parallel radii (3,) around a centre (3,)."""
    unit = _unit_ball(rings, columns)
    normals = unit.vertices / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return unit._replace(vertices=centre + unit.vertices * radii, normals=normals, closed=True)


@dataclass(slots=True, kw_only=True)
class Mesh:
    """Collects pieces; every piece is one group (lines are drawn between groups).

    `fine` is False for small pictures.
    """

    vertices: list[Floats] = field(default_factory=list)
    normals: list[Floats] = field(default_factory=list)
    uvs: list[Floats] = field(default_factory=list)
    faces: list[Ints] = field(default_factory=list)
    face_counts: list[int] = field(default_factory=list)
    materials: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)
    palette: dict[Material, int] = field(default_factory=dict)
    size: int = 0
    fine: bool = True

    def new_group(self) -> int:
        """Reserve a group that several pieces may share."""
        return len(self.groups) + 1

    def add_tube(
        self,
        rows_k8: Floats,
        material: Material,
        *,
        rings: int,
        columns: int,
        group: int | None = None,
    ) -> None:
        """Append a tube along control rows; a coarse mesh takes fewer rings and columns."""
        if not self.fine:
            rings, columns = max(rings * 5 // 8, 4), max(columns * 3 // 4, 5)
        self.add(tube(rows_k8, rings=rings, columns=columns), material, group=group)

    def add(self, piece: Piece, material: Material, *, group: int | None = None) -> None:
        """Append a surface; without a group it gets its own."""
        self.vertices.append(piece.vertices)
        self.normals.append(piece.normals)
        self.uvs.append(piece.uvs)
        self.faces.append(piece.faces + np.int32(self.size))
        self.face_counts.append(len(piece.faces))
        self.closed.append(piece.closed)
        self.materials.append(self.palette.setdefault(material, len(self.palette)))
        self.groups.append(len(self.groups) + 1 if group is None else group)
        self.size += len(piece.vertices)
