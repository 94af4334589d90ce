"""Where the pen draws: between figure and backdrop, between parts, along folds.

Shape legend: hw samples, f faces, m materials.
"""

import numpy as np

from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.material import FLAT, GROUP, HAIR, KIND, MATERIAL
from curate.figures.noise import smoothstep

# Inside one surface a line begins where it lies this far over itself, in head heights.
FOLD = 0.09


@kernel
def label(owner_hw: Ints, faces_f5: Ints, groups_hw: Ints) -> None:
    """Write each sample's group, 0 where there is nothing."""
    owner, groups = owner_hw.ravel(), groups_hw.ravel()
    for place in range(owner.size):
        face = owner[place]
        groups[place] = faces_f5[face, GROUP] if face >= 0 else 0


@kernel
def _strength(gap: float, same_group: bool, same_sort: bool, flat: bool) -> float:  # noqa: FBT001
    """Tell how strong the line between two surfaces is, whose depths differ by `gap`."""
    if same_group:
        return smoothstep(FOLD, 0.16, gap)
    if same_sort:
        # Neighbouring locks of hair, or panels of a dress: only where one lies over the other.
        return smoothstep(0.004, 0.035, gap)
    return max(0.0 if flat else 0.75, smoothstep(0.0, 0.06, gap))


@kernel
def _suspects(near_hw: Floats, groups_hw: Ints, y: int, reach: int, suspect_w: Bytes) -> None:
    """Mark the samples of a row that may lie on a line: `reach` away something else begins."""
    height, width = near_hw.shape
    up, down = max(y - reach, 0), min(y + reach, height - 1)
    near, above, below = near_hw[y], near_hw[up], near_hw[down]
    groups, over, under = groups_hw[y], groups_hw[up], groups_hw[down]
    suspect_w[:] = 1
    for i in range(width - 2 * reach):
        x, left, right = np.uint64(i + reach), np.uint64(i), np.uint64(i + 2 * reach)
        z, group = near[x], groups[x]
        # |1/a - 1/b| > FOLD, without a division.
        least = np.float32(FOLD) * z
        other = (group != groups[left]) | (group != groups[right])
        other |= (group != over[x]) | (group != under[x])
        other |= abs(z - near[left]) > least * near[left]
        other |= abs(z - near[right]) > least * near[right]
        other |= abs(z - above[x]) > least * above[x]
        other |= abs(z - below[x]) > least * below[x]
        suspect_w[x] = other


@kernel
def mark(
    near_hw: Floats,
    owner_hw: Ints,
    groups_hw: Ints,
    faces_f5: Ints,
    rows_m: Floats,
    reach: int,
    strengths_hw: Bytes,
    inks_hw: Ints,
) -> None:
    """Write each sample's line strength in 0..255 and, where there is one, its ink's material."""
    height, width = near_hw.shape
    suspect = np.empty(width, dtype=np.uint8)
    strengths_hw[:] = 0
    for y in range(height):
        _suspects(near_hw, groups_hw, y, reach, suspect)
        for x in range(width):
            if not suspect[x]:
                continue
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
                    best, ink = 1.0, faces_f5[max(face, other), MATERIAL]
                    break
                gap = np.float32(1.0) / near_hw[y, x] - np.float32(1.0) / near_hw[qy, qx]
                here, there = faces_f5[face, MATERIAL], faces_f5[other, MATERIAL]
                hair = rows_m[here, KIND] == HAIR and rows_m[there, KIND] == HAIR
                strength = _strength(
                    abs(gap),
                    groups_hw[y, x] == groups_hw[qy, qx],
                    here == there or hair,
                    rows_m[here, KIND] == FLAT,
                )
                if strength > best:
                    best, ink = strength, there if gap > 0 else here
            if best > 0.0:
                strengths_hw[y, x] = np.uint8(best * 255.0 + 0.5)
                inks_hw[y, x] = ink
