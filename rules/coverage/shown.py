"""What the pictures of a set show, told once for all rules of coverage."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.evidence import FINER, Sources, evidence_of, sources_of, upright_of, view_group
from rules.known_labels import label_of
from rules.model import Dataset, Evidence, Picture
from rules.violation import Abstention

# The five views of a turnaround; a side whose side is not told is one of them all the same.
TURNAROUND = ("front", "back", "left", "right", "diagonal")
DIAGONAL = frozenset({"three_quarter", "three_quarter_back", "diagonal"})
CLOSE = frozenset({"face", "bust"})
# Of what a classifier that does not abstain says, as much may be wrong.
ERRORS = 0.05


class Shown(NamedTuple):
    """Pictures with the label that each is known to have, and by whose word.

    Attributes:
        doubted: how many sightings were left out as likely errors; `sources` counts them among
            the abstained.
    """

    pictures: tuple[tuple[Picture, str], ...]
    sources: Sources
    doubted: int = 0

    def doubts(self) -> Iterator[Abstention]:
        """What was left out, where anything was."""
        if self.doubted:
            reason = "it was seen so seldom that it may be an error"
            yield Abstention(reason=reason, count=self.doubted, total=self.sources.total)

    @property
    def counts(self) -> Counter[str]:
        """How many have each label, the most frequent first."""
        counted = Counter(label for _, label in self.pictures)
        return Counter(dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))))

    def paths(self, *labels: str) -> tuple[str, ...]:
        """The pictures with one of the labels, or all where none is given."""
        return tuple(p.path for p, label in self.pictures if not labels or label in labels)


def shown(pictures: Iterable[Picture], axis: str) -> Shown:
    """The labels of an axis, without sightings that may well be errors."""
    return _believed([(picture, evidence_of(picture, axis)) for picture in pictures], axis)


def full_bodies(dataset: Dataset) -> tuple[Picture, ...]:
    """The pictures that are known to be full bodies."""
    return tuple(picture for picture in dataset.fed if label_of(picture.framing) == "full")


def stances(pictures: Iterable[Picture]) -> Shown:
    """Who stands upright, and who does not; again without sightings that may well be errors."""
    return _believed([(picture, upright_of(picture)) for picture in pictures], "pose")


def _believed(found: list[tuple[Picture, Evidence | None]], axis: str) -> Shown:
    """What is known, where a label that hardly any picture was seen with counts as unclear.

    A good classifier errs on one picture of twenty. A label that is seen no more often than
    that, and that no person and no caption confirms, is no ground to call a set complete.
    """
    sources = sources_of(evidence for _, evidence in found)
    known = [(p, evidence) for p, evidence in found if evidence and not evidence.abstained]
    lone = Counter(e.label for _, e in known if e.source == "seen")
    confirmed = {e.label for p, e in known if e.source != "seen" or _is_declared(p, axis, e.label)}
    rare = {
        label
        for label, number in lone.items()
        if number <= ERRORS * sources.seen and label not in confirmed
    }
    doubted = sum(lone[label] for label in rare)
    return Shown(
        tuple((p, e.label) for p, e in known if e.label not in rare),
        sources._replace(seen=sources.seen - doubted, abstained=sources.abstained + doubted),
        doubted,
    )


def _is_declared(picture: Picture, axis: str, label: str) -> bool:
    """Whether the caption says what a classifier saw, if less exactly."""
    return any(
        declared.label == label or label in FINER.get(declared.label, ())
        for declared in picture.declared.get(axis, ())
    )


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
