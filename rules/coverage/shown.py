"""What the pictures of a set show, told once for all rules of coverage."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from rules.evidence import Sources, evidence_of, sources_of, upright_of, view_group
from rules.known_labels import label_of
from rules.model import Dataset, Picture

# The five views of a turnaround; a side whose side is not told is one of them all the same.
TURNAROUND = ("front", "back", "left", "right", "diagonal")
DIAGONAL = frozenset({"three_quarter", "three_quarter_back", "diagonal"})
CLOSE = frozenset({"face", "bust"})


class Shown(NamedTuple):
    """Pictures with the label that each is known to have, and by whose word."""

    pictures: tuple[tuple[Picture, str], ...]
    sources: Sources

    @property
    def counts(self) -> Counter[str]:
        """How many have each label, the most frequent first."""
        counted = Counter(label for _, label in self.pictures)
        return Counter(dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))))

    def paths(self, *labels: str) -> tuple[str, ...]:
        """The pictures with one of the labels, or all where none is given."""
        return tuple(p.path for p, label in self.pictures if not labels or label in labels)


def shown(pictures: Iterable[Picture], axis: str) -> Shown:
    """The labels of an axis."""
    found = [(picture, evidence_of(picture, axis)) for picture in pictures]
    known = tuple((p, label) for p, evidence in found if (label := label_of(evidence)))
    return Shown(known, sources_of(evidence for _, evidence in found))


def full_bodies(dataset: Dataset) -> tuple[Picture, ...]:
    """The pictures that are known to be full bodies."""
    return tuple(picture for picture in dataset.fed if label_of(picture.framing) == "full")


def stances(pictures: Iterable[Picture]) -> Shown:
    """Who stands upright, and who does not."""
    found = [(picture, upright_of(picture)) for picture in pictures]
    known = tuple((p, label) for p, evidence in found if (label := label_of(evidence)))
    return Shown(known, sources_of(evidence for _, evidence in found))


def turnaround_views(labels: Iterable[str]) -> tuple[str, ...]:
    """Which of the five views of a turnaround are there."""
    seen = set(labels)
    sides = {side for side in ("left", "right") if f"side_{side}" in seen}
    there = {label for label in seen if label in {"front", "back"}} | sides
    if "side" in seen and not sides:
        there.add("left")
    if not {view_group(label) for label in seen}.isdisjoint(DIAGONAL):
        there.add("diagonal")
    return tuple(view for view in TURNAROUND if view in there)
