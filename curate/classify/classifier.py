"""What a classifier is, and what it says of a batch.

Shape legend: n pictures, s side of the square that it reads, d numbers of an embedding.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from curate.classify.prepare import Prepare, Square
from rules.model import Seen

Embeddings = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """What was seen in a batch.

    Attributes:
        seen: one for each picture, in order.
        embeddings: (n, d) of unit length, None where the classifier has none.
    """

    seen: list[Seen]
    embeddings: Embeddings | None = None


class Classifier(Protocol):
    """Something that looks at pictures.

    Attributes:
        id: short and readable, and another one for other weights, prompts, heads, temperatures or
            thresholds: `embedded:1:0f3c...`, `open_clip:ViT-B-32:laion2b:91ab...`.
        prepare: makes of a picture what `classify` reads; it is sent to other processes.
    """

    @property
    def id(self) -> str:
        """Name of the classifier."""

    @property
    def prepare(self) -> Prepare:
        """How pictures are prepared for it."""

    def classify(self, squares: list[Square]) -> Looks:
        """What is seen in prepared pictures, each of shape (s, s, 3)."""


def unit(embeddings_nd: NDArray[np.floating]) -> Embeddings:
    """Embeddings scaled to length 1; one of no length stays as it is."""
    length_n1 = np.linalg.norm(embeddings_nd, axis=1, keepdims=True)
    return np.asarray(embeddings_nd / np.where(length_n1 > 0, length_n1, 1.0), np.float32)
