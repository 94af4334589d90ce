"""How much of each colour lies where in a picture: what tells colours that an embedding does not.

Embeddings that were taught to see shapes through any colouring are blind to colours on purpose.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Of each channel, so 64 colours.
LEVELS = 4
# From top to bottom; each is counted at its whole width and in its middle.
BANDS = 5
MIDDLE = slice(5, 11)
OF_WIDTH = 16


def palettes(pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
    """Shares (n, 640) of 64 colours in each band and in its middle; every 64 sum to 1."""
    return np.stack([np.concatenate(list(_shares(picture))) for picture in pictures])


def _shares(picture: Image.Image) -> Iterator[NDArray[np.float32]]:
    bytes_HWC = np.asarray(picture.convert("RGB")).astype(np.int64)
    levels_HWC = bytes_HWC * LEVELS // 256
    colours_HW = levels_HWC @ np.array([LEVELS * LEVELS, LEVELS, 1])
    width = colours_HW.shape[1]
    middle = slice(width * MIDDLE.start // OF_WIDTH, width * MIDDLE.stop // OF_WIDTH)
    for band_hW in np.array_split(colours_HW, BANDS):
        for part in (band_hW, band_hW[:, middle]):
            counted = np.bincount(part.ravel(), minlength=LEVELS**3)
            yield (counted / part.size).astype(np.float32)
