"""What a caption declares of a picture's framing, view, elevation, pose and expression.

A tag is people's word: it declares what it says and no more, so `standing` declares no pose.
Sentences declare the same axes but expressions; where they contradict each other, nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping

from curate.prose import ProseReader, agreeing
from rules.model import Caption, Declared
from rules.vocabulary import Vocabulary

Told = Mapping[str, tuple[Declared, ...]]
# Of these axes a sentence about two people says nothing of either.
OF_ONE = frozenset({"view", "pose"})
NOTHING: Told = {}


class Declarations:
    """What tags and sentences say, looked up once for a whole dataset."""

    def __init__(self, vocabulary: Vocabulary, trigger: str | None = None) -> None:
        self._by_tag: dict[str, list[tuple[str, Declared]]] = {}
        for field in dataclasses.fields(vocabulary.axes):
            for tag, label in getattr(vocabulary.axes, field.name).items():
                said = field.name, Declared(label, tag)
                self._by_tag.setdefault(tag, []).append(said)
        self._prose = ProseReader(vocabulary.prose, trigger)
        counts = vocabulary.words.counts
        self._female = frozenset(tag for tag in counts if tag == "1girl")
        self._male = frozenset(tag for tag in counts if tag == "1boy")
        one = self._female | self._male | {"solo", "solo focus", "1other"}
        self._several = frozenset({*vocabulary.words.several, *counts}) - one

    def read(self, caption: Caption) -> Told:
        """Axis -> what the caption says of it: its tags, then its sentences."""
        told: dict[str, tuple[Declared, ...]] = {}
        for tag in caption.tags:
            for axis, declared in self._by_tag.get(tag, ()):
                told[axis] = (*told.get(axis, ()), declared)
        if caption.sentences:
            self._read_prose(caption, told)
        return told or NOTHING

    def _read_prose(self, caption: Caption, told: dict[str, tuple[Declared, ...]]) -> None:
        tags = caption.tags
        female, male = (not kinds.isdisjoint(tags) for kinds in (self._female, self._male))
        several = (female and male) or not self._several.isdisjoint(tags)
        gender = "she" if female else "he" if male else None
        found: dict[str, list[Declared]] = {}
        for axis, declared in self._prose.read(caption.sentences, gender):
            if not (several and axis in OF_ONE):
                found.setdefault(axis, []).append(declared)
        for axis, said in found.items():
            kept: Iterable[Declared] = said if axis == "pose" else agreeing(said)
            if kept:
                told[axis] = (*told.get(axis, ()), *kept)
