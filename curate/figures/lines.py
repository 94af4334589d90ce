"""Where the pen draws: between figure and backdrop, between parts, along folds.

Shape legend: hw samples, f faces, m materials.
"""

import numpy as np

from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.material import FLAT, GROUP, HAIR, MATERIAL
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
    faces_f5: Ints,
    kinds_m: Ints,
    reach: int,
) -> tuple[Bytes, Ints]:
    """Give each sample's line strength (h, w) in 0..255 and the material that colours it (h, w)."""
    height, width = depth_hw.shape
    strengths = np.zeros((height, width), dtype=np.uint8)
    inks = np.zeros((height, width), dtype=np.int16)
    for y in range(height):
        for x in range(width):
            face = owner_hw[y, x]
            if (
                reach <= x < width - reach
                and reach <= y < height - reach
                and face == owner_hw[y, x + reach]
                and face == owner_hw[y, x - reach]
                and face == owner_hw[y + reach, x]
                and face == owner_hw[y - reach, x]
            ):
                continue
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
                    best, ink = 1.0, faces_f5[max(face, other), MATERIAL]
                    break
                gap = depth_hw[y, x] - depth_hw[qy, qx]
                here, there = faces_f5[face, MATERIAL], faces_f5[other, MATERIAL]
                hair = kinds_m[here] == HAIR and kinds_m[there] == HAIR
                strength = _strength(
                    abs(gap),
                    faces_f5[face, GROUP] == faces_f5[other, GROUP],
                    here == there or hair,
                    kinds_m[here] == FLAT,
                )
                if strength > best:
                    best, ink = strength, there if gap > 0 else here
            if best > 0.0:
                strengths[y, x] = np.uint8(best * 255.0 + 0.5)
                inks[y, x] = ink
    return strengths, inks
