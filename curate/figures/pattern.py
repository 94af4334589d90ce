"""What is printed on a surface at (u, v): stripes, checks, dots, pleats, a face."""

import numpy as np

from curate.figures.compiled import Floats, kernel
from curate.figures.material import BANDS, DOTS, HEM, PLAID, STRIPES
from curate.figures.noise import smoothstep


@kernel
def pattern_at(kind: int, scale: float, u: float, v: float) -> float:
    """Tell how much of the pattern colour shows at (u, v)."""
    if kind == STRIPES:
        return 1.0 if (u * scale) % 1.0 < 0.5 else 0.0
    if kind == BANDS:
        return 1.0 if (v * scale) % 1.0 < 0.5 else 0.0
    if kind == PLAID:
        across = 0.5 if (u * scale) % 1.0 < 0.3 else 0.0
        return across + (0.5 if (v * scale * 0.5) % 1.0 < 0.3 else 0.0)
    if kind == DOTS:
        odd = np.floor(v * scale * 0.5) % 2
        x = (u * scale + 0.5 * odd) % 1.0 - 0.5
        y = (v * scale * 0.5) % 1.0 - 0.5
        return 1.0 if x * x + y * y < 0.07 else 0.0
    if kind == HEM:
        return 1.0 if 0.06 < v < 0.13 else 0.0
    return 0.0


@kernel
def pleat_at(count: float, u: float, v: float) -> float:
    """Tell whether (u, v) lies in the light: the inner side of each pleat is dark."""
    phase = (u * count) % 1.0
    depth = 0.30 * (1.0 - v) ** 0.5
    fold = 1.0 - smoothstep(depth - 0.03, depth + 0.03, phase)
    return 1.0 - fold * (1.0 - smoothstep(0.85, 0.98, v))


@kernel
def texel_at(decal_tt4: Floats, u: float, v: float) -> tuple[float, float, float, float]:
    """Read the decal at (u, v) in 0..1 with bilinear weights."""
    size = decal_tt4.shape[0]
    x = min(max(u * size - 0.5, 0.0), size - 1.001)
    y = min(max(v * size - 0.5, 0.0), size - 1.001)
    ix, iy = int(x), int(y)
    fx, fy = x - ix, y - iy
    a, b, c, d = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
    t = decal_tt4
    return (
        a * t[iy, ix, 0] + b * t[iy, ix + 1, 0] + c * t[iy + 1, ix, 0] + d * t[iy + 1, ix + 1, 0],
        a * t[iy, ix, 1] + b * t[iy, ix + 1, 1] + c * t[iy + 1, ix, 1] + d * t[iy + 1, ix + 1, 1],
        a * t[iy, ix, 2] + b * t[iy, ix + 1, 2] + c * t[iy + 1, ix, 2] + d * t[iy + 1, ix + 1, 2],
        a * t[iy, ix, 3] + b * t[iy, ix + 1, 3] + c * t[iy + 1, ix, 3] + d * t[iy + 1, ix + 1, 3],
    )
