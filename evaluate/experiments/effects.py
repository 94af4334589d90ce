"""From counts to verdicts: does a predicted difference hold?

Trainings are the subjects: n is their number, never that of pictures. A condition's value in one
training is the mean over its pictures.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal

from evaluate.experiments.spec import Effect
from evaluate.statistics import paired
from rules.records import record

Word = Literal["holds", "does not hold", "undetermined"]
# Fewer trainings say nothing, whatever they show.
FEWEST = 3

# Condition -> training -> a value for every picture, None where it could not be read.
Values = Mapping[str, Mapping[int, Sequence[float | None]]]


@record
class Found:
    """What became of a prediction.

    Attributes:
        estimate: mean difference over trainings; None where there are none.
        low: bound below which the true one lies with a chance of 5%.
        high: the same above.
        n: trainings.
        unread: pictures that could not be read.
        flipped: share of single pairs of pictures whose difference has the other sign, or is none.
    """

    name: str
    kind: str
    least: float
    word: Word
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    unread: int
    flipped: float | None


def judge(effect: Effect, values: Values) -> Found:
    """Hold a prediction against what was counted."""
    more, less = values.get(effect.more, {}), values.get(effect.less, {})
    trainings = sorted(more.keys() & less.keys())
    unread = sum(v is None for side in (more, less) for t in trainings for v in side[t])
    means = [(_mean(more[t]), _mean(less[t])) for t in trainings]
    differences = [a - b for a, b in means if a is not None and b is not None]
    n = len(differences)
    estimate, low, high = None, None, None
    if n > 1:
        found = paired(differences)
        estimate, low, high = found.mean, found.low, found.high
    elif n == 1:
        estimate = differences[0]
    return Found(
        name=effect.name,
        kind=effect.kind,
        least=effect.least,
        word=_word(effect, estimate, low, high, n),
        estimate=estimate,
        low=low,
        high=high,
        n=n,
        unread=unread,
        flipped=_flipped(more, less, trainings, estimate),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _word(
    effect: Effect, estimate: float | None, low: float | None, high: float | None, n: int
) -> Word:
    if estimate is None or low is None or high is None or n < FEWEST:
        return "undetermined"
    if effect.kind == "equal":
        if -effect.least < low and high < effect.least:
            return "holds"
        outside = low >= effect.least or high <= -effect.least
        return "does not hold" if outside else "undetermined"
    if low > 0 and estimate >= effect.least:
        return "holds"
    return "does not hold" if high < effect.least else "undetermined"


def _flipped(
    more: Mapping[int, Sequence[float | None]],
    less: Mapping[int, Sequence[float | None]],
    trainings: Sequence[int],
    estimate: float | None,
) -> float | None:
    """How often one seed of one training would have said something else; None of no difference."""
    if not estimate:
        return None
    pairs = [
        a - b
        for t in trainings
        for a, b in zip(more[t], less[t], strict=False)
        if a is not None and b is not None
    ]
    if not pairs:
        return None
    return sum(pair * estimate <= 0 for pair in pairs) / len(pairs)
