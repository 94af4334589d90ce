"""The z-buffer: which triangle each sample sees, and how far away it is.

Shape legend: v vertices, f faces, hw samples (twice the picture's height and width).
"""

import numpy as np

from curate.figures.compiled import Floats, Ints, kernel

NOTHING = -1


@kernel
def _span(low: float, high: float, value: float, step: float) -> tuple[float, float]:
    """Narrow the steps `low`..`high` to those where value + step * n is not negative."""
    if step > 0:
        return max(low, -value / step), high
    if step < 0:
        return low, min(high, -value / step)
    return (low, high) if value >= 0 else (1.0, 0.0)


@kernel
def fill(  # noqa: C901 - spans inside rows inside triangles: calls would cost more
    screen_v3: Floats, faces_f3: Ints, height: int, width: int
) -> tuple[Floats, Ints]:
    """Rasterise triangles.

    The first columns of `screen_v3` are x and y in samples and 1/depth (0 behind the camera),
    those of `faces_f3` a face's vertices; more columns do not matter.
    Returns the nearest depth (h, w), float32, 0 where there is nothing, and the index of its
    face, -1 where there is none.
    """
    near = np.zeros((height, width), dtype=np.float32)
    owner = np.full((height, width), NOTHING, dtype=np.int32)
    for f in range(faces_f3.shape[0]):
        a, b, c = faces_f3[f, 0], faces_f3[f, 1], faces_f3[f, 2]
        ax, ay, az = screen_v3[a, 0], screen_v3[a, 1], screen_v3[a, 2]
        bx, by, bz = screen_v3[b, 0], screen_v3[b, 1], screen_v3[b, 2]
        cx, cy, cz = screen_v3[c, 0], screen_v3[c, 1], screen_v3[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if az <= 0 or bz <= 0 or cz <= 0 or area == 0:
            continue
        left = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        right = min(int(np.floor(max(ax, bx, cx) - 0.5)), width - 1)
        top = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        bottom = min(int(np.floor(max(ay, by, cy) - 0.5)), height - 1)
        if left > right or top > bottom:
            continue
        inverse = 1.0 / area
        # Barycentric weights are affine in x: a row of the triangle is one span of samples.
        step_b = (cy - ay) * inverse
        step_c = -(by - ay) * inverse
        step_z = step_b * (bz - az) + step_c * (cz - az)
        px = left + 0.5 - ax
        for y in range(top, bottom + 1):
            py = y + 0.5 - ay
            weight_b = (px * (cy - ay) - py * (cx - ax)) * inverse
            weight_c = (py * (bx - ax) - px * (by - ay)) * inverse
            low, high = _span(0.0, float(right - left), weight_b, step_b)
            low, high = _span(low, high, weight_c, step_c)
            low, high = _span(low, high, 1 - weight_b - weight_c, -step_b - step_c)
            if low > high:
                continue
            first, last = int(np.ceil(low)), int(np.floor(high))
            z = az + weight_b * (bz - az) + weight_c * (cz - az) + first * step_z
            for x in range(left + first, left + last + 1):
                if z > near[y, x]:
                    near[y, x] = z
                    owner[y, x] = f
                z += step_z
    for y in range(height):
        for x in range(width):
            if near[y, x] > 0:
                near[y, x] = np.float32(1.0) / near[y, x]
    return near, owner
