"""Which pictures an epoch shows, in which batches and steps: numbers alone, without torch.

Everything follows from seed, epoch and place, so any step of any epoch can be made again: a
resumed run, and several processes, see what one run would have seen.
"""

import random
from collections.abc import Sequence
from typing import Literal, NamedTuple

from curate.errors import UserError
from train.stamps import seed_of


class Draw(NamedTuple):
    """One picture, shown once.

    Attributes:
        item: its number in the material.
        seed: of its noise, its sigma, and every toss about it.
    """

    item: int
    seed: int


class Shape(NamedTuple):
    """What pictures of one batch have in common: width and height, and rows of text."""

    bucket: tuple[int, int]
    rows: int


Batch = tuple[Draw, ...]
Step = tuple[Batch, ...]


def epoch_steps(  # noqa: PLR0913 - all by keyword
    *,
    shapes: Sequence[Shape],
    repeats: Sequence[int],
    batch: int,
    accumulation: int,
    remainder: Literal["dropped", "kept"],
    seed: int,
    epoch: int,
) -> list[Step]:
    """The steps of one epoch; their number is the same in every epoch.

    Args:
        shapes: of every picture; only equal ones share a batch.
        repeats: how often each is shown.
        batch: pictures a batch, of all processes together.
        accumulation: batches a step.
        remainder: what becomes of batches that fill no step.
        seed: of the run.
        epoch: counted from 0.
    """
    order = random.Random(seed_of("order", seed, epoch))  # noqa: S311 - no secret
    groups: dict[Shape, list[Draw]] = {}
    for item, (shape, times) in enumerate(zip(shapes, repeats, strict=True)):
        draws = (Draw(item, seed_of("draw", seed, epoch, item, i)) for i in range(times))
        groups.setdefault(shape, []).extend(draws)
    batches: list[Batch] = []
    for shape in sorted(groups):
        draws_of = groups[shape]
        order.shuffle(draws_of)
        batches += [tuple(draws_of[i : i + batch]) for i in range(0, len(draws_of), batch)]
    order.shuffle(batches)
    end = len(batches)
    if remainder == "dropped":
        end -= end % accumulation
    return [tuple(batches[i : i + accumulation]) for i in range(0, end, accumulation)]


def check_steps(number: int, shown: int, batch: int, accumulation: int) -> None:
    """Refuse an epoch without a step.

    Raises:
        UserError: the pictures fill none.
    """
    if number == 0:
        raise UserError(
            f"RUN003 an epoch shows {shown:,} pictures, which fill no step of {batch} x "
            f"{accumulation}; lower `accumulation`, raise `repeats`, or set `remainder: kept`"
        )
