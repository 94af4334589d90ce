"""Brushwork: an edge-keeping smoothing that leaves strokes."""

import numpy as np

from curate.figures.compiled import Bytes, kernel


@kernel
def brush(picture_hw3: Bytes, reach: int, strength: float) -> Bytes:
    """Replace each pixel by the calmest of the four squares at it, mixed by `strength`."""
    height, width = picture_hw3.shape[0], picture_hw3.shape[1]
    result = np.empty_like(picture_hw3)
    for i in range(height):
        for j in range(width):
            best, r, g, b = 1e18, 0.0, 0.0, 0.0
            for corner in range(4):
                top = max(i - reach, 0) if corner < 2 else i
                left = max(j - reach, 0) if corner % 2 == 0 else j
                low = min(top + reach, height - 1)
                right = min(left + reach, width - 1)
                count, square, red, green, blue = 0, 0.0, 0.0, 0.0, 0.0
                for y in range(top, low + 1):
                    for x in range(left, right + 1):
                        pr = float(picture_hw3[y, x, 0])
                        pg = float(picture_hw3[y, x, 1])
                        pb = float(picture_hw3[y, x, 2])
                        red += pr
                        green += pg
                        blue += pb
                        square += pr * pr + pg * pg + pb * pb
                        count += 1
                spread = square / count - (red * red + green * green + blue * blue) / count**2
                if spread < best:
                    best, r, g, b = spread, red / count, green / count, blue / count
            result[i, j, 0] = np.uint8(picture_hw3[i, j, 0] * (1 - strength) + r * strength)
            result[i, j, 1] = np.uint8(picture_hw3[i, j, 1] * (1 - strength) + g * strength)
            result[i, j, 2] = np.uint8(picture_hw3[i, j, 2] * (1 - strength) + b * strength)
    return result
