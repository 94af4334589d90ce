"""What the painter of the face works with: what it is told, and its strokes on a texel.

Coordinates are those of the head seen from the front, in head heights, y from the chin up.
"""

from typing import NamedTuple

import numpy as np

from curate.figures.compiled import kernel
from curate.figures.noise import smoothstep

Colour = tuple[float, float, float]
Texel = tuple[float, float, float, float]


class FacePaint(NamedTuple):
    """All that the painter needs, flat."""

    open: float
    arc: float
    slant: float
    iris: float
    raise_brow: float
    slant_brow: float
    mouth: float
    curve: float
    gape: float
    round: float
    blush: float
    eye: Colour
    lash: Colour
    brow: Colour
    eye_width: float
    eye_height: float
    eye_apart: float
    eye_level: float
    gaze: float
    detail: float


@kernel
def over(texel: Texel, colour: Colour, alpha: float) -> Texel:
    """Lay a colour over a texel."""
    if alpha <= 0:
        return texel
    kept = texel[3] * (1 - alpha)
    total = kept + alpha
    share = alpha / total
    return (
        texel[0] + (colour[0] - texel[0]) * share,
        texel[1] + (colour[1] - texel[1]) * share,
        texel[2] + (colour[2] - texel[2]) * share,
        total,
    )


@kernel
def inside(distance: float, blur: float) -> float:
    """Turn a signed distance (negative inside) into cover."""
    return 1.0 - smoothstep(-blur, blur, distance)


@kernel
def oval(x: float, y: float, wide: float, high: float) -> float:
    """Give roughly the signed distance to an ellipse."""
    away = float(np.sqrt((x / wide) ** 2 + (y / high) ** 2))
    return (away - 1.0) * min(wide, high)


@kernel
def mixed(a: Colour, b: Colour, t: float) -> Colour:
    """Go from one colour (`t` 0) to another (1)."""
    t = min(max(t, 0.0), 1.0)
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)
