"""Rotations and rigid frames.

Right-handed: x to the viewer's right at azimuth 0, y up, z to the character's front.
"""

import math
from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Floats


def turn_x(degrees: float) -> Floats:
    """Rotate about x; the result has shape (3, 3)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])


def turn_y(degrees: float) -> Floats:
    """Rotate about y; the result has shape (3, 3)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])


def turn_z(degrees: float) -> Floats:
    """Rotate about z; the result has shape (3, 3)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def unit(vector: Floats) -> Floats:
    """Scale a vector of shape (3,) to length one; a zero vector becomes up."""
    length = math.sqrt(float(vector @ vector))
    return vector / length if length > 0 else np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A rigid frame: `turn` of shape (3, 3) has the frame's axes as columns."""

    origin: Floats
    turn: Floats

    def place(self, points: Floats) -> Floats:
        """Bring local points of shape (..., 3) into the world."""
        return points @ self.turn.T + self.origin

    def local(self, points: Floats) -> Floats:
        """Bring world points of shape (..., 3) into this frame."""
        return (points - self.origin) @ self.turn

    def child(self, offset: Floats, turn: Floats) -> "Frame":
        """Hang a frame at a local offset of shape (3,) with a local turn."""
        return Frame(origin=self.place(offset), turn=self.turn @ turn)
