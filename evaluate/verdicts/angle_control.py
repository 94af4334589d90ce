"""EVL011: angles and poses that a prompt can ask for, and those that it cannot."""

from collections import Counter
from collections.abc import Iterator, Mapping

from evaluate.spec.cells import Angle
from evaluate.statistics import page_trend
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    grouped,
    images_of,
    per_seed,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import Tally, shares, tally
from evaluate.verdicts.verdict import Said, Word, share

CONTROLLED, SURE, IMPOSSIBLE = 0.75, 0.5, 0.35
ATTRACTED = 0.5
# From this weight on words are pressed.
PRESSED = 1.3


@verdict(
    "EVL011",
    outcomes=("controllable", "weight_needed", "impossible", "open"),
    predicted_by=("COV005", "COV007", "COV008", "CON003"),
)
def angle_control(evidence: Evidence) -> Iterator[Said]:
    """Does an angle come when it is asked for?

    What was asked against what is seen, by the weight of the words. `controllable` where it comes
    in three of four seeds with a Wilson bound of one half; `weight_needed` where no weight below
    1.3 that was drawn brings it, and a higher one does; `impossible` where the upper bound at the
    highest weight is .35 or less. What most misses show instead is the attractor.
    """
    asked = False
    for name, angle in evidence.criteria.angles.items():
        seen = evidence.of(angle.axis, part="angle", angle=name)
        for label, found in grouped(seen, lambda o: o.cell.checkpoint).items():
            asked = True
            yield _said(name, angle, label, found)
    if not asked:
        raise NoEvidence("no picture was asked for an angle")


def shows(seen: Observation, angle: Angle) -> bool:
    """Whether a picture shows an angle."""
    return shows_label(seen.label or "", angle)


def shows_label(label: str, angle: Angle) -> bool:
    """Whether a label is what an angle asks for; `side` stands for both sides."""
    return label == angle.label or label.removesuffix("_left").removesuffix("_right") == angle.label


def attractor(found: list[Observation], angle: Angle) -> tuple[str, float] | None:
    """What most misses show, and their share; None where nothing is shown by half of them."""
    missed = Counter(o.label for o in found if o.label is not None and not shows(o, angle))
    if not missed:
        return None
    label, times = missed.most_common(1)[0]
    share_ = times / missed.total()
    return (label, share_) if share_ >= ATTRACTED else None


def _said(name: str, angle: Angle, label: str, found: list[Observation]) -> Said:
    by_weight = {
        weight: tally(shares(some, lambda o: shows(o, angle)).values())
        for weight, some in grouped(found, lambda o: o.cell.weight).items()
    }
    word, outcome, weight = _word(by_weight)
    n = by_weight[weight].n
    pulled = attractor([o for o in found if o.cell.weight == weight], angle)
    told = "; ".join(f"weight {w:g}: {share(came.k, came.n)}" for w, came in by_weight.items())
    instead = f"; instead {pulled[0]} ({pulled[1]:.0%} of the misses)" if pulled else ""
    return Said(
        subject=f"{name} at {label}",
        word=word,
        outcome=outcome,
        says=f"{name} asked of {label}: {told}{instead}",
        n=n,
        estimate=by_weight[weight].share,
        interval=by_weight[weight].interval,
        p=_trend(found, angle),
        numbers={"weight": weight} | ({"attractor": pulled[0]} if pulled else {}),
        images=images_of(found),
        advice=_advice(outcome, weight),
        more_seeds=8 - n if outcome == "open" and n < 8 else 0,  # noqa: PLR2004 - angles take eight
    )


def _word(by_weight: Mapping[float, Tally]) -> tuple[Word, str, float]:
    top = max(by_weight)
    for weight, came in by_weight.items():
        if came.share >= CONTROLLED and came.interval.low >= SURE:
            return "confirmed", "controllable" if weight < PRESSED else "weight_needed", weight
    if by_weight[top].interval.high <= IMPOSSIBLE:
        return "confirmed", "impossible", top
    return "suspect", "open", top


def _trend(found: list[Observation], angle: Angle) -> float | None:
    """P that a higher weight brings it more often, by Page, over seeds that have all weights."""
    rows = {
        weight: per_seed(some, lambda o: float(shows(o, angle)))
        for weight, some in grouped(found, lambda o: o.cell.weight).items()
    }
    common = set.intersection(*(set(row) for row in rows.values()))
    return page_trend([[row[seed] for row in rows.values()] for seed in sorted(common)])


def _advice(outcome: str, weight: float) -> str | None:
    if outcome == "impossible":
        return "no weight brings it: put it into the pictures that are trained"
    return f"ask with weight {weight:g}" if outcome == "weight_needed" else None
