"""Heads: from a picture's embedding to probabilities, quantities, and whether it is like any known.

Shape legend: n pictures, d numbers of an embedding, k labels of a head, r directions, c classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from curate.classify.judging import judge, softmax
from rules.model import Seen
from rules.records import record

Floats = NDArray[np.float32]


@record
class HeadCard:
    """How one head's logits become words: its labels in order, temperature and threshold."""

    labels: tuple[str, ...]
    temperature: Annotated[float, Field(gt=0)] = 1.0
    threshold: Annotated[float, Field(ge=0)] = 0.0


@record
class HeadsCard:
    """What a file of heads says of itself.

    Attributes:
        backbone: sha256 of the weights whose embeddings they read.
        heads: name -> how it speaks.
        view_group: threshold of groups of views; None where they are not told.
        farthest: from where on a picture is unlike all known ones; None where nothing tells.
        tested_on: how many labelled pictures of the user's own tested them.
        note: what they were fitted on, for people.
    """

    backbone: str
    heads: Mapping[str, HeadCard]
    view_group: Annotated[float, Field(ge=0)] | None = None
    farthest: float | None = None
    tested_on: Annotated[int, Field(ge=0)] = 0
    note: str = ""

    @property
    def thresholds(self) -> dict[str, float]:
        """Of every head, and of groups of views where they are told."""
        groups = {} if self.view_group is None else {"view_group": self.view_group}
        return {name: head.threshold for name, head in self.heads.items()} | groups


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """A linear map of standardised embeddings: weight (k, d), bias (k,)."""

    weight: Floats
    bias: Floats

    def __call__(self, standard_nd: Floats) -> Floats:
        """Values of shape (n, k)."""
        return np.asarray(standard_nd @ self.weight.T + self.bias, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Familiar:
    """Where known pictures lie.

    Attributes:
        whiten: (d, r), turns standardised embeddings so that known ones have unit spread.
        means: (c, r), the classes' middles there.
    """

    whiten: Floats
    means: Floats

    def distances(self, standard_nd: Floats) -> Floats:
        """Mahalanobis distance to the nearest class, shape (n,), a root mean square over r."""
        turned_nr = standard_nd @ self.whiten
        squares_nc = (
            (turned_nr**2).sum(axis=1)[:, None]
            - 2 * turned_nr @ self.means.T
            + (self.means**2).sum(axis=1)[None, :]
        )
        least_n = squares_nc.min(axis=1).clip(min=0)
        return np.asarray(np.sqrt(least_n / self.whiten.shape[1]), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heads:
    """Everything that turns embeddings into what is seen.

    Attributes:
        card: labels, temperatures, thresholds.
        mean: (d,), of known embeddings as `encode_image` gives them.
        scale: (d,), their spread.
        heads: name -> map to logits.
        quantities: name -> map to values.
        familiar: None where unlike pictures are not told apart.
    """

    card: HeadsCard
    mean: Floats
    scale: Floats
    heads: Mapping[str, Linear]
    quantities: Mapping[str, Linear] = field(default_factory=dict)
    familiar: Familiar | None = None

    def standardise(self, embeddings_nd: Floats) -> Floats:
        """Embeddings with the known ones' mean and spread taken out."""
        return np.asarray((embeddings_nd - self.mean) / self.scale, np.float32)

    def logits(self, embeddings_nd: Floats) -> dict[str, Floats]:
        """Head -> logits (n, k), before any temperature."""
        standard_nd = self.standardise(embeddings_nd)
        return {name: linear(standard_nd) for name, linear in self.heads.items()}

    def probabilities(self, embeddings_nd: Floats) -> dict[str, NDArray[np.float64]]:
        """Head -> calibrated probabilities (n, k)."""
        return {
            name: softmax(logits_nk / self.card.heads[name].temperature)
            for name, logits_nk in self.logits(embeddings_nd).items()
        }

    def unlike(self, embeddings_nd: Floats) -> NDArray[np.bool_]:
        """Which pictures are unlike all known ones, shape (n,)."""
        if self.familiar is None or self.card.farthest is None:
            return np.zeros(len(embeddings_nd), bool)
        distances_n = self.familiar.distances(self.standardise(embeddings_nd))
        return np.asarray(distances_n > self.card.farthest)

    def see(self, embeddings_nd: Floats, classifier: str) -> list[Seen]:
        """What is seen in pictures with these embeddings, in the name of a classifier's id."""
        if not len(embeddings_nd):
            return []
        standard_nd = self.standardise(embeddings_nd)
        return judge(
            classifier=classifier,
            probabilities=self.probabilities(embeddings_nd),
            thresholds=self.card.thresholds,
            quantities={name: linear(standard_nd) for name, linear in self.quantities.items()},
            unlike_n=self.unlike(embeddings_nd),
        )
