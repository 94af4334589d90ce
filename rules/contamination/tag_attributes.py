"""Which attributes of pictures go with which tags, counted once per stratum.

The attribute of a picture never rests on the tag that it is counted for: tags that speak of an
axis, or go with it by nature, are not counted on it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from rules.evidence import Sources, sources_of, view_group
from rules.known_labels import known
from rules.model import Dataset, Evidence, Picture
from rules.terms import normal

AXES = ("view", "elevation", "pose", "expression")
CONTENT = frozenset({"general", "structure"})
# Legs and feet show in these only.
WHOLE = frozenset({"cowboy", "full"})
Table = tuple[int, int, int, int]


class Tested(NamedTuple):
    """A tag on an axis, with what its pictures show of it.

    Attributes:
        counts: stratum -> label -> pictures with the tag.
        pictures: those of them whose label is known.
    """

    tag: str
    axis: str
    counts: dict[str, Counter[str]]
    pictures: list[tuple[Picture, Evidence]]

    @property
    def sources(self) -> Sources:
        """By whose word."""
        return sources_of(evidence for _, evidence in self.pictures)

    @property
    def known(self) -> int:
        """How many pictures."""
        return len(self.pictures)


class TagAttributes:
    """Everything that tests of tags against attributes need, in one pass over the captions."""

    def __init__(self, dataset: Dataset, min_pictures: int) -> None:
        self.dataset = dataset
        # axis -> stratum -> label -> pictures, with and without any tag
        self.totals: dict[str, defaultdict[str, Counter[str]]] = {
            axis: defaultdict(Counter) for axis in AXES
        }
        self.strata: Counter[str] = Counter()
        self._found: dict[tuple[str, str], Tested] = {}
        frequent = {tag for tag, n in dataset.tag_counts.items() if n >= min_pictures}
        axes_of = {
            tag: axes
            for tag in frequent
            if dataset.slots_by_tag[tag] in CONTENT and (axes := self._axes(tag))
        }
        for picture, caption in dataset.captioned:
            shown = self._count(picture)
            if shown:
                for tag in set(caption.tags) & axes_of.keys():
                    self._add(tag, axes_of[tag], picture, shown)

    def _axes(self, tag: str) -> tuple[str, ...]:
        """The axes on which a tag is tested."""
        vocabulary = self.dataset.vocabulary
        return tuple(
            axis
            for axis in AXES
            if tag not in getattr(vocabulary.axes, axis) and not vocabulary.entails.names(tag, axis)
        )

    def _count(self, picture: Picture) -> tuple[str, list[tuple[str, str, Evidence]]] | None:
        """The stratum of a picture, and what is known of it on each axis."""
        framing = known(picture.framing)
        if framing is None:
            return None
        stratum = framing.label
        self.strata[stratum] += 1
        found = []
        for axis in AXES:
            evidence = known(getattr(picture, axis))
            if evidence is None or (axis == "pose" and stratum not in WHOLE):
                continue
            label = view_group(evidence.label) if axis == "view" else evidence.label
            self.totals[axis][stratum][label] += 1
            found.append((axis, label, evidence))
        return stratum, found

    def _add(
        self,
        tag: str,
        axes: tuple[str, ...],
        picture: Picture,
        shown: tuple[str, list[tuple[str, str, Evidence]]],
    ) -> None:
        stratum, found = shown
        for axis, label, evidence in found:
            if axis in axes:
                tested = self._found.get((tag, axis))
                if tested is None:
                    tested = Tested(tag, axis, defaultdict(Counter), [])
                    self._found[tag, axis] = tested
                tested.counts[stratum][label] += 1
                tested.pictures.append((picture, evidence))

    def __iter__(self) -> Iterator[Tested]:
        yield from self._found.values()

    def tables(self, tested: Tested) -> dict[str, dict[str, Table]]:
        """Label -> stratum -> (k, n, elsewhere_k, elsewhere_n) where something can be told."""
        tables: defaultdict[str, dict[str, Table]] = defaultdict(dict)
        for stratum, labels in tested.counts.items():
            totals = self.totals[tested.axis][stratum]
            n, total = labels.total(), totals.total()
            if n == total:
                continue
            for label, number in totals.items():
                if number < total:
                    k = labels[label]
                    tables[label][stratum] = (k, n, number - k, total - n)
        return tables

    def intended(self, tag: str, label: str) -> bool:
        """Whether `lint.intended` says that a tag and a label belong together."""
        name = label.replace("_", " ")
        return any(
            {tag, name} <= set(map(normal, pair)) for pair in self.dataset.spec.lint.intended
        )
