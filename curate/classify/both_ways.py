"""A prepared picture as it is and mirrored: where one look errs, the other often does not.

Shape legend: n pictures, s side, d numbers of an embedding.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from curate.classify.classifier import Embeddings
from curate.classify.prepare import Square


class Tower(Protocol):
    """What makes embeddings of squares."""

    def encode_pictures(self, squares: Sequence[Square]) -> Embeddings:
        """Embeddings (n, d)."""


def both_ways(tower: Tower, squares: Sequence[Square]) -> Embeddings:
    """The embedding of every picture, then that of its mirror image: (n, 2d).

    A linear head on both halves, the second with its sides swapped, so averages both looks.
    """
    mirrored = [np.ascontiguousarray(np.fliplr(square)) for square in squares]
    looks = [tower.encode_pictures(way) for way in (squares, mirrored)]
    return np.concatenate(looks, axis=1)
