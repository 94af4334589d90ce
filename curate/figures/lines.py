"""Where the pen draws: between figure and backdrop, between parts, along folds.

Shape legend: hw samples, f faces, m materials.
"""

import numpy as np

from curate.figures.compiled import Floats, Ints, kernel
from curate.figures.material import FLAT, HAIR
from curate.figures.noise import smoothstep


@kernel
def _strength(gap: float, same_group: bool, same_sort: bool, flat: bool) -> float:  # noqa: FBT001
    """Tell how strong the line between two surfaces is, whose depths differ by `gap`."""
    if same_group:
        return smoothstep(0.09, 0.16, gap)
    if same_sort:
        # Neighbouring locks of hair, or panels of a dress: only where one lies over the other.
        return smoothstep(0.004, 0.035, gap)
    return max(0.0 if flat else 0.75, smoothstep(0.0, 0.06, gap))


@kernel
def mark_lines(
    depth_hw: Floats,
    owner_hw: Ints,
    groups_f: Ints,
    materials_f: Ints,
    kinds_m: Ints,
    reach: int,
) -> tuple[Floats, Ints]:
    """Give each sample's line strength (h, w) in 0..1 and the material that colours it (h, w)."""
    height, width = depth_hw.shape
    strengths = np.zeros((height, width), dtype=np.float32)
    inks = np.full((height, width), -1, dtype=np.int32)
    for y in range(height):
        for x in range(width):
            face = owner_hw[y, x]
            best, ink = 0.0, -1
            for step in range(4):
                qx = x + (reach if step == 0 else (-reach if step == 1 else 0))
                qy = y + (reach if step == 2 else (-reach if step == 3 else 0))
                if qx < 0 or qy < 0 or qx >= width or qy >= height:
                    continue
                other = owner_hw[qy, qx]
                if other == face:
                    continue
                if face < 0 or other < 0:
                    best, ink = 1.0, materials_f[max(face, other)]
                    break
                gap = depth_hw[y, x] - depth_hw[qy, qx]
                here, there = materials_f[face], materials_f[other]
                hair = kinds_m[here] == HAIR and kinds_m[there] == HAIR
                strength = _strength(
                    abs(gap),
                    groups_f[face] == groups_f[other],
                    here == there or hair,
                    kinds_m[here] == FLAT,
                )
                if strength > best:
                    best, ink = strength, there if gap > 0 else here
            if best > 0:
                strengths[y, x] = best
                inks[y, x] = ink
    return strengths, inks
