"""The head's surface: skull, face, nose, ears and neck, in head coordinates (chin at y = 0)."""

from functools import cache

import numpy as np

from curate.figures.compiled import Floats, kernel
from curate.figures.surface import Piece, ball, sheet, spline

# Height, half width, front and back of each ring from the chin to the crown.
PROFILE_K4 = np.array(
    [
        [0.000, 0.030, 0.345, 0.240],
        [0.020, 0.085, 0.362, 0.120],
        [0.065, 0.160, 0.376, 0.000],
        [0.130, 0.245, 0.382, -0.130],
        [0.210, 0.318, 0.386, -0.240],
        [0.300, 0.365, 0.384, -0.320],
        [0.400, 0.388, 0.374, -0.385],
        [0.500, 0.398, 0.382, -0.425],
        [0.620, 0.398, 0.392, -0.440],
        [0.730, 0.380, 0.378, -0.425],
        [0.820, 0.336, 0.330, -0.375],
        [0.900, 0.262, 0.244, -0.290],
        [0.955, 0.176, 0.150, -0.200],
        [0.990, 0.080, 0.050, -0.100],
        [1.000, 0.001, -0.024, -0.026],
    ]
)
MIDDLE = np.array([0.0, 0.50, -0.03])
RADII = np.array([0.41, 0.54, 0.43])
MY, MZ = 0.50, -0.03
RX2, RY2, RZ2 = 0.41**2, 0.54**2, 0.43**2
AXIS = -0.02
FLAT = 2.0 / 2.35


@kernel
def _skull_points(around_n: Floats, height_n: Floats, lift_n: Floats, profile_k4: Floats) -> Floats:
    """Give points of the skull, lifted along its round normal, shape (n, 3)."""
    result = np.empty((len(around_n), 3))
    last = len(profile_k4) - 1
    for i in range(len(around_n)):
        height = min(max(height_n[i], 0.0), 1.0)
        k = 0
        while k < last - 1 and profile_k4[k + 1, 0] < height:
            k += 1
        low, high = profile_k4[k], profile_k4[k + 1]
        share = (height - low[0]) / (high[0] - low[0])
        wide = low[1] + (high[1] - low[1]) * share
        front = low[2] + (high[2] - low[2]) * share
        back = low[3] + (high[3] - low[3]) * share
        sine, cosine = np.sin(around_n[i]), np.cos(around_n[i])
        # A face is flatter than an ellipse, the back of a head is not.
        x = wide * np.sign(sine) * abs(sine) ** FLAT
        deep = (front - AXIS) * abs(cosine) ** FLAT if cosine > 0 else (AXIS - back) * cosine
        z = AXIS + deep
        nx, ny, nz = x / RX2, (height_n[i] - MY) / RY2, (z - MZ) / RZ2
        scale = lift_n[i] / (np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12)
        result[i, 0] = x + nx * scale
        result[i, 1] = height_n[i] + ny * scale
        result[i, 2] = z + nz * scale
    return result


def on_skull(around: Floats | float, height: Floats | float, lift: Floats | float = 0.0) -> Floats:
    """Give points above the skull; `around` in radians from the front. Broadcasts to (..., 3)."""
    arrays = np.broadcast_arrays(
        np.asarray(around, dtype=np.float64),
        np.asarray(height, dtype=np.float64),
        np.asarray(lift, dtype=np.float64),
    )
    around_n, height_n, lift_n = (array.ravel() for array in arrays)
    points = _skull_points(around_n, height_n, lift_n, _profile())
    return points.reshape(*arrays[0].shape, 3)


@cache
def _profile() -> Floats:
    return spline(PROFILE_K4, 64)


def head_piece(detail: int) -> Piece:
    """Make the head; `detail` is the number of columns. Its uvs are places on the face's decal."""
    rows = max(detail * 3 // 4, 16)
    profile = spline(PROFILE_K4, rows)
    around = np.linspace(-np.pi, np.pi, detail + 1)[None, :]
    points = on_skull(around, profile[:, :1])
    chin = np.exp(-(((points[..., 1] - 0.262) / 0.036) ** 2) - (points[..., 0] / 0.030) ** 2)
    points[..., 2] += np.where(points[..., 2] > 0, 0.042 * chin, 0.0)
    piece = sheet(points, wrap=True)
    vertices = piece.vertices
    round_normals = (vertices - MIDDLE) / RADII**2
    round_normals /= np.linalg.norm(round_normals, axis=1, keepdims=True)
    # Real cheek and nose normals give a toon face blotches; a nearly round face shades cleanly.
    normals = 0.2 * piece.normals + 0.8 * round_normals
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    angle = np.arctan2(vertices[:, 0], vertices[:, 2] + 0.35)
    uvs = np.stack([0.5 + 0.735 * angle, 1.0 - vertices[:, 1]], axis=1)
    return Piece(vertices, normals, uvs, piece.faces)


def ear_piece(sign: float) -> Piece:
    """Make an ear on the left (+1) or right (-1) side."""
    piece = ball(np.zeros(3), np.array([0.035, 0.085, 0.055]), rings=8, columns=10)
    vertices = piece.vertices + np.array([sign * 0.395, 0.36, -0.03])
    return Piece(vertices, piece.normals, piece.uvs, piece.faces)
