"""Counts of a dataset: labels by what they rest on, their combinations, buckets, sizes and tags.

Unlike rules, nothing here judges: there are no thresholds, and a picture of which nothing is known
is a row of its own.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import get_type_hints

from rules.model import Dataset, Evidence, Picture
from rules.records import record

SOURCES = ("labelled", "seen", "declared", "abstained")
UNKNOWN = "unknown"
HEAT_AXES = (("framing", "pose"), ("view", "pose"), ("view", "framing"))
TABLE_AXES = ("pose", "framing", "view")
FIRST_AXES = ("framing", "view", "elevation", "pose")
TAGS_SHOWN = 24
TAG_SLOTS = frozenset({"structure", "general"})
MEGAPIXEL = 1_000_000
# Shorter sides in pixels; the last bin is open.
SIDES = (0, 256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 2048)
LEGLESS = frozenset({"face", "bust"})


@record
class Bar:
    """How many pictures bear a label, by what it rests on."""

    label: str
    labelled: int = 0
    seen: int = 0
    declared: int = 0
    abstained: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.labelled + self.seen + self.declared + self.abstained + self.unknown


@record
class Cell:
    """How many pictures share a pose, a framing and a view."""

    pose: str
    framing: str
    view: str
    pictures: int


@record
class Bucket:
    """A training size, how many pictures land in it, and how many are enlarged for it."""

    width: int
    height: int
    pictures: int
    enlarged: int


@record
class SideBin:
    """Pictures whose shorter side has at least `least` pixels, and fewer than the next bin's.

    Attributes:
        enlarged: how many of them the trainer enlarges.
    """

    least: int
    pictures: int
    enlarged: int


@record
class Together:
    """The most frequent tags and how often two of them share a caption.

    Attributes:
        counts: row by row, each tag with each; a tag with itself is its own count.
    """

    tags: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@record
class Stats:
    """Everything that is counted.

    Attributes:
        pictures: that the trainer is fed, which are those counted.
        left_out: pictures of the folder that it is not.
        axes: framing, view, ... -> bars, the fullest first, unknown last.
        table: pose x framing x view, the fullest first.
        resolution: of the training, in pixels.
    """

    dataset: str
    pictures: int
    left_out: int
    resolution: int
    axes: Mapping[str, tuple[Bar, ...]]
    table: tuple[Cell, ...]
    heat: Mapping[str, Mapping[str, Mapping[str, int]]]
    buckets: tuple[Bucket, ...]
    sides: tuple[SideBin, ...]
    together: Together


def count(dataset: Dataset) -> Stats:
    """Count what the trainer is fed."""
    fed = dataset.fed
    table = Counter(tuple(label_of(getattr(p, axis)) for axis in TABLE_AXES) for p in fed)
    return Stats(
        dataset=dataset.name,
        pictures=len(fed),
        left_out=len(dataset.pictures) - len(fed),
        resolution=dataset.resolution,
        axes=bars(fed),
        table=tuple(
            Cell(pose=pose, framing=framing, view=view, pictures=number)
            for (pose, framing, view), number in sorted(table.items(), key=_fullest)
        ),
        heat={f"{rows} x {columns}": _heat(fed, rows, columns) for rows, columns in HEAT_AXES},
        buckets=_buckets(fed),
        sides=_sides(fed),
        together=_together(dataset),
    )


def axes() -> tuple[str, ...]:
    """The attributes of a picture that are evidence, those that people ask for first in front."""
    hints = get_type_hints(Picture)
    known = [f.name for f in dataclasses.fields(Picture) if hints[f.name] == Evidence | None]
    return (*(a for a in FIRST_AXES if a in known), *(a for a in known if a not in FIRST_AXES))


def bars(pictures: Iterable[Picture]) -> dict[str, tuple[Bar, ...]]:
    """The bars of every axis of which anything is known; a pose takes legs to tell."""
    pictures = tuple(pictures)
    bodies = [p for p in pictures if p.framing is None or p.framing.label not in LEGLESS]
    found = {
        axis: _bars(getattr(p, axis) for p in (bodies if axis == "pose" else pictures))
        for axis in axes()
    }
    return {axis: told for axis, told in found.items() if any(b.label != UNKNOWN for b in told)}


def label_of(evidence: Evidence | None) -> str:
    """A label that somebody stands by, else `unknown`."""
    return UNKNOWN if evidence is None or evidence.abstained else evidence.label


def _bars(evidence: Iterable[Evidence | None]) -> tuple[Bar, ...]:
    """What a classifier abstained on is counted under its guess, and told apart."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for said in evidence:
        if said is None:
            counts[UNKNOWN]["unknown"] += 1
        else:
            counts[said.label]["abstained" if said.abstained else said.source] += 1
    every = [Bar(label=label, **told) for label, told in counts.items()]
    return tuple(sorted(every, key=lambda bar: (bar.label == UNKNOWN, -bar.total, bar.label)))


def _fullest(item: tuple[tuple[str, ...], int]) -> tuple[int, tuple[str, ...]]:
    return -item[1], item[0]


def _heat(pictures: Iterable[Picture], rows: str, columns: str) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for picture in pictures:
        counts[label_of(getattr(picture, rows))][label_of(getattr(picture, columns))] += 1
    return {row: dict(counts[row].most_common()) for row in sorted(counts)}


def _buckets(pictures: Iterable[Picture]) -> tuple[Bucket, ...]:
    number: Counter[tuple[int, int]] = Counter()
    enlarged: Counter[tuple[int, int]] = Counter()
    for picture in pictures:
        if picture.placement is not None:
            number[picture.placement.bucket] += 1
            enlarged[picture.placement.bucket] += picture.placement.scale > 1
    return tuple(
        Bucket(width=w, height=h, pictures=n, enlarged=enlarged[w, h])
        for (w, h), n in sorted(number.items())
    )


def _sides(pictures: Iterable[Picture]) -> tuple[SideBin, ...]:
    number: Counter[int] = Counter()
    enlarged: Counter[int] = Counter()
    for picture in pictures:
        if picture.size is not None:
            least = max(side for side in SIDES if side <= min(picture.size))
            number[least] += 1
            enlarged[least] += picture.placement is not None and picture.placement.scale > 1
    return tuple(SideBin(least=s, pictures=number[s], enlarged=enlarged[s]) for s in SIDES)


def _together(dataset: Dataset) -> Together:
    slots = dataset.slots_by_tag
    tags = [t for t, _ in dataset.tag_counts.most_common() if slots.get(t) in TAG_SLOTS]
    shown = tuple(tags[:TAGS_SHOWN])
    number = {tag: place for place, tag in enumerate(shown)}
    counts = [[0] * len(shown) for _ in shown]
    for _, caption in dataset.captioned:
        here = sorted({number[tag] for tag in caption.tags if tag in number})
        for one in here:
            for other in here:
                counts[one][other] += 1
    return Together(tags=shown, counts=tuple(map(tuple, counts)))
