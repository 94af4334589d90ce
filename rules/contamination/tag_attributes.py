"""Which attributes of pictures go with which tags, counted once per stratum.

The attribute of a picture never rests on the tag that it is counted for: tags that speak of an
axis, or go with it by nature, are not counted on it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from rules.evidence import view_group
from rules.known_labels import known, label_of
from rules.model import Dataset, Evidence, Picture
from rules.terms import normal

AXES = ("view", "elevation", "pose", "expression")
CONTENT = frozenset({"general", "structure"})
# Legs and feet show in these only.
WHOLE = frozenset({"cowboy", "full"})
Table = tuple[int, int, int, int]
Look = tuple[str, tuple[str | None, ...]]


class Tested(NamedTuple):
    """A tag on an axis: stratum -> label -> pictures with the tag."""

    tag: str
    axis: str
    counts: Mapping[str, Counter[str]]


class TagAttributes:
    """Everything that tests of tags against attributes need, in one pass over the captions.

    Pictures that show the same on every axis are one look, so that a tag of 100,000 captions
    costs one count each, whatever the number of axes.
    """

    def __init__(self, dataset: Dataset, min_pictures: int) -> None:
        self.dataset = dataset
        # axis -> stratum -> label -> pictures, with and without any tag
        self.totals: dict[str, defaultdict[str, Counter[str]]] = {
            axis: defaultdict(Counter) for axis in AXES
        }
        self._axes = {
            tag: axes
            for tag, number in dataset.tag_counts.items()
            if number >= min_pictures
            and dataset.slots_by_tag[tag] in CONTENT
            and (axes := self._tested_axes(tag))
        }
        self._looks: defaultdict[str, Counter[Look]] = defaultdict(Counter)
        every: Counter[Look] = Counter()
        for picture, caption in dataset.captioned:
            look = look_of(picture)
            if look is not None:
                every[look] += 1
                for tag in self._axes.keys() & set(caption.tags):
                    self._looks[tag][look] += 1
        for axis in AXES:
            self.totals[axis].update(_by_stratum(every, axis))

    def _tested_axes(self, tag: str) -> tuple[str, ...]:
        """The axes on which a tag is tested."""
        vocabulary = self.dataset.vocabulary
        return tuple(
            axis
            for axis in AXES
            if tag not in getattr(vocabulary.axes, axis) and not vocabulary.entails.names(tag, axis)
        )

    def __iter__(self) -> Iterator[Tested]:
        for tag, looks in self._looks.items():
            for axis in self._axes[tag]:
                counts = _by_stratum(looks, axis)
                if counts:
                    yield Tested(tag, axis, counts)

    def pictures(
        self, tested: Tested, strata: Collection[str]
    ) -> tuple[tuple[Picture, Evidence], ...]:
        """The pictures behind the counts of some strata, with what is known of them."""
        return tuple(
            (picture, evidence)
            for picture, caption in self.dataset.captioned
            if tested.tag in caption.tags
            and label_of(picture.framing) in strata
            and (evidence := known(getattr(picture, tested.axis)))
        )

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


def look_of(picture: Picture) -> Look | None:
    """The framing of a picture and its label on each axis, None where the framing is unknown."""
    stratum = label_of(picture.framing)
    if stratum is None:
        return None
    labels = []
    for axis in AXES:
        label = label_of(getattr(picture, axis))
        if axis == "pose" and stratum not in WHOLE:
            label = None
        labels.append(view_group(label) if label and axis == "view" else label)
    return stratum, tuple(labels)


def _by_stratum(looks: Counter[Look], axis: str) -> dict[str, Counter[str]]:
    """Stratum -> label on one axis -> pictures."""
    place = AXES.index(axis)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (stratum, labels), number in looks.items():
        label = labels[place]
        if label is not None:
            counts[stratum][label] += number
    return dict(counts)
