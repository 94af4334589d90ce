"""How much of each colour lies where in a picture: what tells colours that an embedding does not.

Embeddings that were taught to see shapes through any colouring are blind to colours on purpose.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Of each channel, so 64 colours.
LEVELS = 4
ROWS, COLUMNS = 5, 4


def palettes(pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
    """Shares (n, 1280) of 64 colours in each of 5 by 4 parts, every 64 of which sum to 1."""
    return np.stack([np.concatenate(list(_shares(picture))) for picture in pictures])


def _shares(picture: Image.Image) -> Iterator[NDArray[np.float32]]:
    bytes_HWC = np.asarray(picture.convert("RGB")).astype(np.int64)
    levels_HWC = bytes_HWC * LEVELS // 256
    colours_HW = levels_HWC @ np.array([LEVELS * LEVELS, LEVELS, 1])
    for row_hW in np.array_split(colours_HW, ROWS):
        for part_hw in np.array_split(row_hW, COLUMNS, axis=1):
            counted = np.bincount(part_hw.ravel(), minlength=LEVELS**3)
            yield (counted / part_hw.size).astype(np.float32)
