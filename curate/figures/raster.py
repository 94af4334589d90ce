"""The z-buffer: which triangle each sample sees, and how far away it is.

Shape legend: v vertices, f faces, hw samples (twice the picture's height and width).
"""

import numpy as np

from curate.figures.compiled import Floats, Ints, kernel

NOTHING = -1


@kernel
def fill(screen_v3: Floats, faces_f3: Ints, height: int, width: int) -> tuple[Floats, Ints]:
    """Rasterise triangles.

    `screen_v3` holds x and y in samples and 1/depth (0 for a point behind the camera).
    Returns the nearest 1/depth (h, w), float32, and the index of its face, -1 where there is none.
    """
    near = np.zeros((height, width), dtype=np.float32)
    owner = np.full((height, width), NOTHING, dtype=np.int32)
    for f in range(faces_f3.shape[0]):
        a, b, c = faces_f3[f, 0], faces_f3[f, 1], faces_f3[f, 2]
        ax, ay, az = screen_v3[a, 0], screen_v3[a, 1], screen_v3[a, 2]
        bx, by, bz = screen_v3[b, 0], screen_v3[b, 1], screen_v3[b, 2]
        cx, cy, cz = screen_v3[c, 0], screen_v3[c, 1], screen_v3[c, 2]
        if az <= 0 or bz <= 0 or cz <= 0:
            continue
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        left = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        right = min(int(np.floor(max(ax, bx, cx) - 0.5)), width - 1)
        top = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        bottom = min(int(np.floor(max(ay, by, cy) - 0.5)), height - 1)
        if left > right or top > bottom:
            continue
        inverse = 1.0 / area
        # Barycentric weights are affine in x and y: one step each.
        step_b = (cy - ay) * inverse
        step_c = -(by - ay) * inverse
        step_z = step_b * (bz - az) + step_c * (cz - az)
        for y in range(top, bottom + 1):
            py = y + 0.5 - ay
            px = left + 0.5 - ax
            weight_b = (px * (cy - ay) - py * (cx - ax)) * inverse
            weight_c = (py * (bx - ax) - px * (by - ay)) * inverse
            z = az + weight_b * (bz - az) + weight_c * (cz - az)
            for x in range(left, right + 1):
                if weight_b >= 0 and weight_c >= 0 and weight_b + weight_c <= 1 and z > near[y, x]:
                    near[y, x] = z
                    owner[y, x] = f
                weight_b += step_b
                weight_c += step_c
                z += step_z
    return near, owner
