"""Probes: what is seen of pictures -> labels of an axis, fitted to figures whose truth is known.

Shape legend: n pictures, d numbers of an embedding or a palette.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.classify.fitting import fit_linear, standard
from rules.records import record

# What is told by colours; all else is told by shapes.
COLOURED = frozenset({"hair_colour", "eye_colour", "ribbon"})
TREES, LEAST_LEAF = 400, 2
# Of the kernel machine: how dearly it pays for a figure on the wrong side.
LOOSE = 10.0
# Decides which quarter of the figures tests a probe.
LOT = 51_000_000

Floats = NDArray[np.float32]
# Of each picture the number of the label that is likeliest.
Call = Callable[[Floats], NDArray[np.int64]]


@record
class Skill:
    """How well one label is read on drawn figures that nothing was fitted to.

    Attributes:
        hits: pictures of it that are called so.
        shown: pictures of it.
        false: other pictures that are called so.
        others: other pictures.
    """

    hits: int
    shown: int
    false: int
    others: int

    @property
    def balanced(self) -> float:
        """Mean of the shares of its own and of other pictures that are read right; .5 is chance."""
        if not self.shown or not self.others:
            return 0.0
        return (self.hits / self.shown + 1 - self.false / self.others) / 2


class Sights(NamedTuple):
    """What probes see of pictures."""

    embeddings_nd: Floats
    palettes_nd: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """From what is seen of pictures to the labels of an axis.

    Attributes:
        see: what it looks at.
    """

    labels: tuple[str, ...]
    see: Callable[[Sights], Floats]
    call: Call
    skills: Mapping[str, Skill]

    def read(self, sights: Sights) -> list[str]:
        """The likeliest label of each picture."""
        return [self.labels[i] for i in self.call(self.see(sights))]


def probe_of(axis: str, sights: Sights, told: Sequence[Mapping[str, str]]) -> Probe:
    """A probe of one axis, told by colours or by shapes."""
    if axis in COLOURED:
        return _fitted(axis, sights, told, attrgetter("palettes_nd"), _trees)
    return _fitted(axis, sights, told, attrgetter("embeddings_nd"), _linear)


def detail_probe(axis: str, sights: Sights, told: Sequence[Mapping[str, str]]) -> Probe:
    """A probe of how one character stands and what she wears, told by shapes and by colours."""
    return _fitted(axis, sights, told, _shapes_and_colours, _kernel)


def _shapes_and_colours(sights: Sights) -> Floats:
    """Both, each of length 1: shares of colours are told apart by their roots."""
    roots_nd = np.sqrt(sights.palettes_nd)
    roots_nd /= np.linalg.norm(roots_nd, axis=1, keepdims=True)
    return np.concatenate([sights.embeddings_nd, roots_nd], axis=1)


def _fitted(
    axis: str,
    sights: Sights,
    told: Sequence[Mapping[str, str]],
    see: Callable[[Sights], Floats],
    fit: Callable[[Floats, NDArray[np.int64], int], Call],
) -> Probe:
    """A probe of one axis: fitted to three of every four figures, tested on the fourth."""
    places = [i for i, truths in enumerate(told) if axis in truths]
    labels = tuple(sorted({told[i][axis] for i in places}))
    numbers = np.array([labels.index(told[i][axis]) for i in places])
    # A quarter by lot: whatever goes round among the figures is in both parts.
    tested = np.random.default_rng(LOT).permutation(len(places)) % 4 == 0
    known_nd = see(sights)[places]
    call = fit(known_nd[~tested], numbers[~tested], len(labels))
    called = call(known_nd[tested])
    skills = {
        label: Skill(
            hits=int(((called == i) & (numbers[tested] == i)).sum()),
            shown=int((numbers[tested] == i).sum()),
            false=int(((called == i) & (numbers[tested] != i)).sum()),
            others=int((numbers[tested] != i).sum()),
        )
        for i, label in enumerate(labels)
    }
    return Probe(labels=labels, see=see, call=call, skills=skills)


def _linear(known_nd: Floats, numbers: NDArray[np.int64], count: int) -> Call:
    mean_d, spread_d = standard(known_nd)

    def standardised(seen_nd: Floats) -> Floats:
        return np.asarray((seen_nd - mean_d) / spread_d, np.float32)

    linear = fit_linear(standardised(known_nd), numbers, count, penalty=3.0)
    return lambda seen_nd: linear(standardised(seen_nd)).argmax(axis=1)


def _kernel(known_nd: Floats, numbers: NDArray[np.int64], _: int) -> Call:
    from sklearn.svm import SVC  # type: ignore[import-untyped]

    if len(set(numbers)) == 1:  # it is the only thing that was ever shown
        return lambda seen_nd: np.full(len(seen_nd), numbers[0])
    machine = SVC(C=LOOSE, class_weight="balanced").fit(known_nd, numbers)
    return lambda seen_nd: np.asarray(machine.predict(seen_nd), np.int64)


def _trees(known_nd: Floats, numbers: NDArray[np.int64], _: int) -> Call:
    from sklearn.ensemble import ExtraTreesClassifier  # type: ignore[import-untyped]

    trees = ExtraTreesClassifier(
        TREES, min_samples_leaf=LEAST_LEAF, class_weight="balanced", random_state=0
    ).fit(known_nd, numbers)
    return lambda seen_nd: np.asarray(trees.predict(seen_nd), np.int64)
