"""From counts to verdicts: does a predicted difference hold?

Trainings are the subjects: n is their number, never that of pictures. A condition's value in one
training is the mean over its pictures.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal

from evaluate.experiments.spec import Effect
from evaluate.statistics import Paired, paired
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
        decides: whether the prediction names it.
        estimate: mean difference over trainings; None where there are none.
        low: one-sided bound at 95%; with `high` an interval of 90%.
        high: the same above.
        n: trainings.
        unread: pictures that could not be read.
        otherwise: share of single pairs of pictures that say otherwise than all of them together.
    """

    name: str
    kind: str
    decides: bool
    least: float
    word: Word
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    unread: int
    otherwise: float | None


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
        found = _bounded(differences, pictures=max(len(more[t]) for t in trainings))
        estimate, low, high = found.mean, found.low, found.high
    elif n == 1:
        estimate = differences[0]
    return Found(
        name=effect.name,
        kind=effect.kind,
        decides=effect.decides,
        least=effect.least,
        word=_word(effect, estimate, low, high, n),
        estimate=estimate,
        low=low,
        high=high,
        n=n,
        unread=unread,
        otherwise=_otherwise(effect, _pairs(more, less, trainings), estimate),
    )


def whole(found: Sequence[Found]) -> Word:
    """The word of a prediction: all parts of it must hold, and one that does not refutes it."""
    words = {one.word for one in found if one.decides}
    if "does not hold" in words:
        return "does not hold"
    return "holds" if words == {"holds"} else "undetermined"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _bounded(differences: Sequence[float], *, pictures: int) -> Paired:
    """The mean with its bounds.

    Trainings that all show the same, as at a ceiling, have no spread, and t would be sure of
    anything: they are bounded as if one picture of one training had come out otherwise.
    """
    found = paired(differences)
    if found.se > 0:
        return found
    first, *others = differences
    nearly = paired([first + 1 / pictures, *others])
    reach = nearly.high - nearly.mean
    return Paired(found.mean, nearly.se, found.mean - reach, found.mean + reach, found.n)


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


def _pairs(
    more: Mapping[int, Sequence[float | None]],
    less: Mapping[int, Sequence[float | None]],
    trainings: Sequence[int],
) -> list[float]:
    """Differences of single pictures of the same noise."""
    return [
        a - b
        for t in trainings
        for a, b in zip(more[t], less[t], strict=False)
        if a is not None and b is not None
    ]


def _otherwise(effect: Effect, pairs: Sequence[float], estimate: float | None) -> float | None:
    """How often one pair would have said otherwise; None where no difference is to be seen."""
    if not pairs:
        return None
    if effect.kind == "equal":
        return fmean(abs(pair) >= effect.least for pair in pairs)
    return fmean(pair * estimate <= 0 for pair in pairs) if estimate else None
