"""EVL007: attributes that stay below the top whatever the epoch."""

from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

from evaluate.statistics import Interval, bootstrap_mean, page_trend
from evaluate.verdicts.bands import EQUIVALENCE_FROM
from evaluate.verdicts.evidence import Evidence, NoEvidence, images_of
from evaluate.verdicts.plateau import (
    COMPOSITE,
    find_band,
    scores_by_epoch,
    seeds_and_formats,
    subjects,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, bounds

TOP = 4.5
TREND = 0.10
EPOCHS = 3


class Cap(NamedTuple):
    """An attribute from its plateau on.

    Attributes:
        epoch: of the highest mean.
        mean: there.
        interval: of that mean, of the epoch whose upper bound is highest.
        trend: p of Page's test that it still rises; None where it cannot be asked.
        epochs: how many there are.
        n: seeds.
        formats: that were averaged.
        capped: whether it stays below the top and rises no more.
    """

    epoch: int
    mean: float
    interval: Interval
    trend: float | None
    epochs: int
    n: int
    formats: int
    capped: bool


@verdict(
    "EVL007",
    outcomes=("capped", "not_capped", "open"),
    predicted_by=("BAL002", "RES008", "COV010"),
)
def ceiling(evidence: Evidence) -> Iterator[Said]:
    """Is an attribute capped?

    From its plateau on: `capped` where the highest upper 95% bound stays below 4.5 points and
    Page's test over at least three epochs sees no rise (p > .10); `not_capped` where the lower
    bound of that epoch reaches 4.5. An interval that holds 4.5 shows neither. The base prior tells
    why.
    """
    found = {
        name: cap
        for name, seen in subjects(evidence)
        if name != COMPOSITE and (cap := find_cap(evidence, name))
    }
    if not found:
        raise NoEvidence(f"no attribute has {EQUIVALENCE_FROM} seeds and a plateau")
    for name, cap in found.items():
        seen = evidence.of(name)
        word, outcome, advice = _word(cap)
        trend = "too few epochs for a trend" if cap.trend is None else f"trend p {cap.trend:.2f}"
        yield Said(
            subject=name,
            word=word,
            outcome=outcome,
            says=f"{name} reaches {cap.mean:.1f} of 5 at ep{cap.epoch} "
            f"(at most {cap.interval.high:.1f}), {trend}",
            n=cap.n,
            formats=cap.formats,
            estimate=cap.mean,
            interval=bounds(cap.interval),
            p=cap.trend,
            numbers={"epoch": cap.epoch, "epochs": cap.epochs},
            images=images_of(o for o in seen if o.cell.epoch == cap.epoch),
            advice=advice,
        )


def _word(cap: Cap) -> tuple[Word, str, str | None]:
    if cap.capped:
        return "confirmed", "capped", None
    if cap.interval.low >= TOP:
        return "confirmed", "not_capped", None
    if cap.interval.high < TOP:
        return "suspect", "open", "test deeper epochs"
    return "undetermined", "open", "draw more seeds"


def find_cap(evidence: Evidence, name: str) -> Cap | None:
    """An attribute from its plateau on; None where there are too few seeds for one."""
    found = evidence.of(name)
    band = find_band(evidence, name, found)
    if band is None:
        return None
    scores = {e: v for e, v in scores_by_epoch(found).items() if e >= band.first}
    intervals = {epoch: bootstrap_mean(values) for epoch, values in scores.items()}
    best = max(scores, key=lambda epoch: fmean(scores[epoch]))
    widest = max(intervals.values(), key=lambda interval: interval.high)
    table = list(zip(*scores.values(), strict=True))
    trend = page_trend(table) if len(scores) >= EPOCHS else None
    return Cap(
        epoch=best,
        mean=fmean(scores[best]),
        interval=widest,
        trend=trend,
        epochs=len(scores),
        n=len(table),
        formats=seeds_and_formats(found)[1],
        capped=widest.high < TOP and trend is not None and trend > TREND,
    )
