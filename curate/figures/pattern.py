"""What is printed on a surface at (u, v): stripes, checks, dots, pleats."""

import numpy as np

from curate.figures.compiled import kernel
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
