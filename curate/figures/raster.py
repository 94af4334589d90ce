"""The z-buffer: which triangle each sample sees, and how near it is.

Shape legend: v vertices, f faces, hw samples (twice the picture's height and width).
"""

import numpy as np

from curate.figures.compiled import Floats, Ints, kernel

NOTHING = -1


def fill(screen_v3: Floats, faces_f3: Ints, height: int, width: int) -> tuple[Floats, Ints]:
    """Rasterise triangles.

    The first columns of `screen_v3` are x and y in samples and 1/depth (0 behind the camera),
    those of `faces_f3` a face's vertices; more columns do not matter.
    Returns 1/depth of the nearest face (h, w), float32, 0 where there is nothing, and the index
    of that face, -1 where there is none.
    """
    # Made here and not in the kernel: numpy asks for large pages, which spares most page faults.
    near_hw = np.empty((height, width), dtype=np.float32)
    owner_hw = np.empty((height, width), dtype=np.int32)
    _fill(screen_v3, faces_f3, near_hw, owner_hw)
    return near_hw, owner_hw


@kernel
def _fill(  # noqa: C901 - spans inside rows inside triangles: calls would cost more
    screen_v3: Floats, faces_f3: Ints, near_hw: Floats, owner_hw: Ints
) -> None:
    height, width = near_hw.shape
    near, owner = near_hw.ravel(), owner_hw.ravel()
    near[:] = 0.0
    owner[:] = NOTHING
    for f in range(faces_f3.shape[0]):
        a, b, c = faces_f3[f, 0], faces_f3[f, 1], faces_f3[f, 2]
        ax, ay, az = screen_v3[a, 0], screen_v3[a, 1], screen_v3[a, 2]
        bx, by, bz = screen_v3[b, 0], screen_v3[b, 1], screen_v3[b, 2]
        cx, cy, cz = screen_v3[c, 0], screen_v3[c, 1], screen_v3[c, 2]
        left = max(np.ceil(min(ax, bx, cx) - 0.5), 0.0)
        right = min(np.floor(max(ax, bx, cx) - 0.5), width - 1.0)
        top = int(max(np.ceil(min(ay, by, cy) - 0.5), 0.0))
        bottom = int(min(np.floor(max(ay, by, cy) - 0.5), height - 1.0))
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if left > right or top > bottom or az <= 0 or bz <= 0 or cz <= 0 or area == 0:
            continue
        # 1/depth is affine in x and y, and a row of the triangle is one span of samples: two
        # edges at most bound it from the left, two from the right, each at start + slope * y.
        step_z = ((cy - ay) * (bz - az) - (by - ay) * (cz - az)) / area
        fall_z = ((bx - ax) * (cz - az) - (cx - ax) * (bz - az)) / area
        start_z = az + step_z * (0.5 - ax) + fall_z * (0.5 - ay)
        low, low_slope, low_too, low_slope_too = left, 0.0, left, 0.0
        high, high_slope, high_too, high_slope_too = right, 0.0, right, 0.0
        px, py, qx, qy = ax, ay, bx, by
        for edge in range(3):
            if edge == 1:
                px, py, qx, qy = bx, by, cx, cy
            elif edge == 2:
                px, py, qx, qy = cx, cy, ax, ay
            if py == qy:
                continue
            slope = (qx - px) / (qy - py)
            start = px + slope * (0.5 - py) - 0.5
            if (qy > py) == (area < 0):
                low, low_slope, low_too, low_slope_too = start, slope, low, low_slope
            else:
                high, high_slope, high_too, high_slope_too = start, slope, high, high_slope
        step = np.float32(step_z)
        for y in range(top, bottom + 1):
            first = int(np.ceil(max(left, low + low_slope * y, low_too + low_slope_too * y)))
            last = int(np.floor(min(right, high + high_slope * y, high_too + high_slope_too * y)))
            begin = np.float32(start_z + fall_z * y + step_z * first)
            place = y * width + first
            count = np.int32(last - first + 1)
            for x in range(count):
                z = begin + np.float32(x) * step
                # An unsigned index spares the test whether it counts from the end.
                here = np.uint64(place + x)
                if z > near[here]:
                    near[here] = z
                    owner[here] = f
