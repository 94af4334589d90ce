"""Two signals that pictures are alike: their perceptual hash, and what they show.

A set of one character is all near-duplicates to a hash. So pictures are linked only where nothing
that a person labelled, a classifier saw or a caption says of the outfit tells them apart; and the
finding is sure only where framing, view and the face or pose in it are known to agree.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rules.duplicate.clusters import NearHashes
from rules.evidence import AXES, SIDES
from rules.known_labels import known
from rules.model import Dataset, Picture, once_a_dataset
from rules.pictures_naming import worn_outfits

CLOSE = frozenset({"face", "bust"})


class Look(NamedTuple):
    """A hash and what is shown: a label for each axis and the outfits, None where unknown."""

    hash: int
    shown: tuple[str | None, ...]

    @property
    def sure(self) -> bool:
        """Whether the second signal speaks: framing and view, and the face or the pose in it."""
        framing, view, _, pose, expression = self.shown[: len(AXES)]
        if framing is None or view is None:
            return False
        if framing in CLOSE:
            return expression is not None or view.startswith("back")
        return pose is not None

    def but(self, axis: str) -> tuple[str | None, ...]:
        """What is shown on all other axes, and the outfits."""
        left_out = AXES.index(axis)
        return (*self.shown[:left_out], *self.shown[left_out + 1 :])

    def mirrored(self, value: int) -> "Look":
        """What a picture with this look would show, mirrored."""
        return Look(value, tuple(label and _turned(label) for label in self.shown))

    def agrees(self, other: "Look") -> bool:
        """Whether nothing that is known of both differs."""
        return self.shown == other.shown or all(
            one is None or two is None or one == two
            for one, two in zip(self.shown, other.shown, strict=True)
        )


def _turned(label: str) -> str:
    for side, other in (SIDES, SIDES[::-1]):
        if label.endswith(side):
            return label.removesuffix(side) + other
    return label


class Looks:
    """The looks of pictures that decode, of those with the same pixels only the first."""

    def __init__(self, dataset: Dataset, pictures: Iterable[Picture], distance: int) -> None:
        worn = outfits_by_path(dataset)
        seen: set[str] = set()
        self.pictures: defaultdict[Look, list[Picture]] = defaultdict(list)
        self._by_hash: defaultdict[int, list[Look]] = defaultdict(list)
        for picture in pictures:
            if picture.file is None or picture.file.phash is None:
                continue
            pixels = picture.file.pixels or picture.path
            if pixels in seen:
                continue
            seen.add(pixels)
            look = look_of(picture, worn)
            if look not in self.pictures:
                self._by_hash[look.hash].append(look)
            self.pictures[look].append(picture)
        self._near = NearHashes(self._by_hash, distance)

    def alike(self, look: Look) -> Iterator[Look]:
        """The looks within the distance that nothing tells apart."""
        for value in set(self._near.near(look.hash)):
            for other in self._by_hash[value]:
                if look.agrees(other):
                    yield other


@once_a_dataset
def outfits_by_path(dataset: Dataset) -> Mapping[str, list[str]]:
    """The declared outfits that each picture's caption names."""
    worn: defaultdict[str, list[str]] = defaultdict(list)
    for outfit, wearers in worn_outfits(dataset).items():
        for picture in wearers:
            worn[picture.path].append(outfit)
    return worn


def look_of(picture: Picture, worn: Mapping[str, list[str]]) -> Look:
    """The look of one picture with a hash."""
    labels = tuple(_seen_label(picture, axis) for axis in AXES)
    outfits = worn.get(picture.path)
    hashed = picture.file.phash if picture.file and picture.file.phash else "0"
    return Look(int(hashed, 16), (*labels, ", ".join(outfits) if outfits else None))


def _seen_label(picture: Picture, axis: str) -> str | None:
    """What eyes say: a person's or a classifier's, not the caption's."""
    evidence = known(getattr(picture, axis))
    return evidence.label if evidence and evidence.source != "declared" else None
