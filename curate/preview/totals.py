"""What an epoch comes to: how many pictures are fed, in which buckets, in how many steps."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from curate.buckets import steps_per_epoch
from rules.model import Dataset, Picture

Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One training size: its pictures, and how often an epoch shows one of them."""

    size: Size
    pictures: int
    exposures: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    """One epoch.

    Attributes:
        exposures: how often an epoch shows a picture.
        unplaced: fed pictures whose size is unknown, which no bucket counts.
        left_out: reason -> numbers of the pictures, from 1 in the order of the dataset.
        buckets: the fullest first.
    """

    pictures: int
    fed: int
    exposures: int
    steps: int
    unplaced: int
    left_out: Mapping[str, tuple[int, ...]]
    buckets: tuple[Bucket, ...]


def totals(dataset: Dataset) -> Totals:
    """Count what is fed."""
    left_out: defaultdict[str, list[int]] = defaultdict(list)
    for number, picture in enumerate(dataset.pictures, 1):
        if picture.unfed is not None:
            left_out[picture.unfed].append(number)
    pictures: Counter[Size] = Counter()
    exposures: Counter[Size] = Counter()
    for picture in dataset.fed:
        if picture.placement is not None:
            pictures[picture.placement.bucket] += 1
            exposures[picture.placement.bucket] += picture.repeats
    return Totals(
        pictures=len(dataset.pictures),
        fed=len(dataset.fed),
        exposures=exposures.total(),
        steps=steps_per_epoch(dataset.trainer, exposures),
        unplaced=sum(picture.placement is None for picture in dataset.fed),
        left_out={reason: tuple(numbers) for reason, numbers in left_out.items()},
        buckets=tuple(
            Bucket(size=size, pictures=pictures[size], exposures=count)
            for size, count in sorted(exposures.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def is_enlarged(picture: Picture) -> bool:
    """Whether the trainer enlarges the picture, by as much as two decimals show."""
    return picture.placement is not None and round(picture.placement.scale, 2) > 1


def is_cut(picture: Picture) -> bool:
    """Whether the crop takes anything away, as much as a tenth of a percent shows."""
    return picture.placement is not None and round(picture.placement.lost, 3) > 0
