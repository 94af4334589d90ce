"""EVL003: whether the trigger alone calls the character up."""

from collections.abc import Iterator

from evaluate.statistics import wilson
from evaluate.verdicts.evidence import HALF, Evidence, NoEvidence, Observation, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import shares, tally
from evaluate.verdicts.verdict import Said, share

TRIGGER_ONLY = "K"
USABLE = 0.5
NEEDED = 4


@verdict(
    "EVL003",
    outcomes=("usable_from_trigger", "not_usable", "open"),
    predicted_by=("TRG001", "TRG003", "TRG005", "TRG006", "COV010"),
)
def success_checklist(evidence: Evidence) -> Iterator[Said]:
    """Does every required point come from the trigger alone?

    Format K. A seed passes a point where most of its pictures reach 4 of 5, or yes.
    `usable_from_trigger` where every point's Wilson bound and the share of seeds that pass all
    points together reach one half. Three passes of three have a bound of .44: four seeds are
    the least. `not_usable` where the upper bound of some point stays below one half; a seed of
    which half of the pictures pass counts against neither.
    """
    required = [name for name, one in evidence.criteria.attributes.items() if one.required]
    found = {
        label: points
        for _, label in evidence.checkpoints
        if (points := _points(evidence, label, required))
    }
    if not found:
        raise NoEvidence(f"no required attribute was judged in format {TRIGGER_ONLY}")
    for label, points in found.items():
        yield _said(label, points, required)


def _points(
    evidence: Evidence, label: str, required: list[str]
) -> dict[str, tuple[dict[int, float], list[Observation]]]:
    points = {}
    for name in required:
        seen = evidence.of(name, checkpoint=label, format=TRIGGER_ONLY)
        if seen:
            points[name] = shares(seen, evidence.passed), seen
    return points


def _said(
    label: str,
    points: dict[str, tuple[dict[int, float], list[Observation]]],
    required: list[str],
) -> Said:
    common = sorted(set.intersection(*(set(passed) for passed, _ in points.values())))
    together = [all(points[name][0][seed] > HALF for name in points) for seed in common]
    rates = {name: tally(passed.values()) for name, (passed, _) in points.items()}
    lows = {name: found.interval.low for name, found in rates.items()}
    unseen = [name for name in required if name not in points]
    weakest = min(lows, key=lambda name: lows[name])
    rate = sum(together) / len(together) if together else 0.0
    n = min(found.n for found in rates.values())
    usable = not unseen and lows[weakest] >= USABLE and rate >= USABLE
    failed = [name for name, found in rates.items() if found.interval.high < USABLE]
    outcome = "usable_from_trigger" if usable else "not_usable" if failed else "open"
    told = ", ".join(f"{name} {share(found.k, found.n)}" for name, found in rates.items())
    return Said(
        subject=label,
        word="confirmed" if usable or failed else "suspect",
        outcome=outcome,
        says=f"{label} from the trigger alone: {told}; "
        f"all together {share(sum(together), len(common))}"
        + (f"; never judged: {', '.join(unseen)}" if unseen else ""),
        n=n,
        estimate=rate,
        interval=wilson(sum(together), len(common)),
        numbers={f"low {name}": low for name, low in lows.items()},
        images=images_of(seen for name in failed or points for seen in points[name][1]),
        more_seeds=max(0, NEEDED - n) if outcome == "open" else 0,
    )
