"""Who looks, from where, and how much of the figure fits the picture."""

import math
from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.turns import turn_x, turn_y, turn_z
from rules.records import record


@record
class Camera:
    """The viewer.

    Args:
        azimuth: Degrees around the figure; positive shows the character's left side.
        elevation: Degrees above (positive) or below the horizon.
        roll: Degrees, turns the picture counter-clockwise.
        field: Field of view in degrees; small is flat, large is steep.
        framing: What should fit: face, bust, cowboy or full.
        margin: Free border, as a share of the picture.
        shift: Where the figure stands, -1 (left) to 1 (right) of the free room.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    roll: float = 0.0
    field: float = 24.0
    framing: str = "full"
    margin: float = 0.06
    shift: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A camera aimed at a figure: world to view is `turn @ (point - eye)`; depth is -z.

    `zoom` is pixels per unit of tangent, `centre` the pixel of the view axis.
    """

    eye: Floats
    turn: Floats
    zoom: float
    centre: tuple[float, float]

    def view(self, points: Floats) -> Floats:
        """Bring world points (..., 3) into the view: x right, y up, z towards the viewer."""
        return (points - self.eye) @ self.turn.T

    def project(self, points: Floats) -> Floats:
        """Give x and y in pixels and 1/depth (0 behind the viewer) of world points, (..., 3)."""
        seen = self.view(points)
        depth = -seen[..., 2]
        inverse = np.where(depth > 0.05, 1.0 / np.maximum(depth, 0.05), 0.0)
        x = self.centre[0] + self.zoom * seen[..., 0] * inverse
        y = self.centre[1] - self.zoom * seen[..., 1] * inverse
        return np.stack([x, y, inverse], axis=-1)


def direction(azimuth: float, elevation: float) -> Floats:
    """Give the way towards a viewer (3,), of length 1."""
    turn = turn_x(elevation) @ turn_y(-azimuth)
    towards: Floats = turn[2]
    return towards


def aim(camera: Camera, target: Floats, subject_p3: Floats, size: tuple[int, int]) -> Lens:
    """Point a camera at `target` so that the subject's points fill a picture (width, height)."""
    width, height = size
    turn = turn_z(-camera.roll) @ turn_x(camera.elevation) @ turn_y(-camera.azimuth)
    spread = float(np.linalg.norm(subject_p3 - target, axis=1).max())
    distance = spread / math.tan(math.radians(camera.field) / 2) + 0.6 * spread
    eye = target + turn.T @ np.array([0.0, 0.0, distance])
    seen = (subject_p3 - eye) @ turn.T
    flat = seen[:, :2] / -seen[:, 2:3]
    low, high = flat.min(axis=0), flat.max(axis=0)
    room = 1.0 - 2.0 * camera.margin
    zoom = room * min(width / max(high[0] - low[0], 1e-6), height / max(high[1] - low[1], 1e-6))
    free = width - zoom * (high[0] - low[0]) - 2 * camera.margin * width
    middle = 0.5 * (low + high)
    x = 0.5 * width - zoom * middle[0] + 0.5 * camera.shift * max(free, 0.0)
    y = 0.5 * height + zoom * middle[1]
    return Lens(eye=eye, turn=turn, zoom=zoom, centre=(x, y))
