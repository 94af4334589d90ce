"""Brushwork: an edge-keeping smoothing that leaves strokes."""

import numpy as np

from curate.figures.compiled import Bytes, Ints, kernel

SIDE = 3


def brush(picture_hw3: Bytes, strength: float) -> Bytes:
    """Replace each pixel by the calmest of the four squares at it, mixed by `strength`."""
    height, width = picture_hw3.shape[:2]
    squares = np.empty((height - SIDE + 1, width - SIDE + 1, 4), dtype=np.int32)
    result = np.empty_like(picture_hw3)
    _weigh(picture_hw3, squares)
    _stroke(picture_hw3, squares, strength, result)
    return result


@kernel
def _weigh(picture_hw3: Bytes, squares_hw4: Ints) -> None:
    """Write the sums of the colours in each square, and how uneven they are."""
    height, width = picture_hw3.shape[0], picture_hw3.shape[1]
    area = SIDE * SIDE
    column = np.empty((width, 4), dtype=np.int32)
    for i in range(height - SIDE + 1):
        for x in range(width):
            red, green, blue, square = np.int32(0), np.int32(0), np.int32(0), np.int32(0)
            for y in range(i, i + SIDE):
                r = np.int32(picture_hw3[y, x, 0])
                g = np.int32(picture_hw3[y, x, 1])
                b = np.int32(picture_hw3[y, x, 2])
                red, green, blue = red + r, green + g, blue + b
                square += r * r + g * g + b * b
            column[x, 0], column[x, 1], column[x, 2], column[x, 3] = red, green, blue, square
        for x in range(width - SIDE + 1):
            red = column[x, 0] + column[x + 1, 0] + column[x + 2, 0]
            green = column[x, 1] + column[x + 1, 1] + column[x + 2, 1]
            blue = column[x, 2] + column[x + 1, 2] + column[x + 2, 2]
            square = column[x, 3] + column[x + 1, 3] + column[x + 2, 3]
            squares_hw4[i, x, 0], squares_hw4[i, x, 1], squares_hw4[i, x, 2] = red, green, blue
            squares_hw4[i, x, 3] = area * square - red * red - green * green - blue * blue


@kernel
def _stroke(picture_hw3: Bytes, squares_hw4: Ints, strength: float, result_hw3: Bytes) -> None:
    height, width = picture_hw3.shape[0], picture_hw3.shape[1]
    squares, stride = squares_hw4.ravel(), 4 * squares_hw4.shape[1]
    share = strength / (SIDE * SIDE)
    for i in range(height):
        top, low = stride * max(i - SIDE + 1, 0), stride * min(i, height - SIDE)
        for j in range(width):
            left, right = 4 * max(j - SIDE + 1, 0), 4 * min(j, width - SIDE)
            # Choices by value: which square is calmest is anyone's guess, and branches guess.
            best, second = top + left, top + right
            best = second if squares[second + 3] < squares[best + 3] else best
            third, fourth = low + left, low + right
            third = fourth if squares[fourth + 3] < squares[third + 3] else third
            best = third if squares[third + 3] < squares[best + 3] else best
            for d in range(3):
                kept = picture_hw3[i, j, d] * (1.0 - strength)
                result_hw3[i, j, d] = np.uint8(kept + squares[best + d] * share + 0.5)
