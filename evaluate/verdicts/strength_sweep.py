"""EVL013: whether some strength has both the angle and the character."""

import math
from collections.abc import Iterator

from evaluate.spec.cells import Angle
from evaluate.verdicts.angle_control import shows
from evaluate.verdicts.evidence import Evidence, NoEvidence, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import decided
from evaluate.verdicts.verdict import Said

EACH, BOTH = 0.75, 0.5


@verdict(
    "EVL013",
    outcomes=("tightly_coupled", "trade_off", "open"),
    predicted_by=("COV005", "CON003"),
)
def strength_sweep(evidence: Evidence) -> Iterator[Said]:
    """Is there a strength that keeps the character and obeys the angle?

    At each strength the share of seeds with the identity (4 of 5 points), with the angle, and with
    both. `tightly_coupled` where each alone reaches .75 somewhere and both together nowhere .5;
    else the smallest strength within one standard error of the best for both.
    """
    asked = False
    for name, label, rates in sweeps(evidence):
        asked = True
        axis = evidence.criteria.angles[name].axis
        shown = {"part": "strength", "arm": None, "angle": name}
        seen = evidence.of(axis, **shown)  # type: ignore[arg-type]
        known = evidence.of(evidence.criteria.identity, **shown)  # type: ignore[arg-type]
        yield _said(name, label, rates, images_of([*seen, *known]))
    if not asked:
        raise NoEvidence("no angle was drawn at several strengths with identity judged")


Rates = dict[float, tuple[float, float, float, int]]


def sweeps(evidence: Evidence) -> Iterator[tuple[str, str, Rates]]:
    """Angle, checkpoint, and shares by strength, where there are two strengths at least."""
    for name, angle in evidence.criteria.angles.items():
        seen = evidence.of(angle.axis, part="strength", arm=None, angle=name)
        for label in sorted({o.cell.checkpoint for o in seen if o.cell.checkpoint is not None}):
            rates = _rates(evidence, angle, label, name)
            if len(rates) > 1:
                yield name, label, rates


def _rates(evidence: Evidence, angle: Angle, label: str, name: str) -> Rates:
    """Strength -> share with identity, with the angle, with both, and how many seeds."""
    identity = evidence.criteria.identity
    wanted = {"part": "strength", "arm": None, "angle": name, "checkpoint": label}
    angles = grouped(evidence.of(angle.axis, **wanted), lambda o: o.cell.strength)  # type: ignore[arg-type]
    known = grouped(evidence.of(identity, **wanted), lambda o: o.cell.strength)  # type: ignore[arg-type]
    rates: Rates = {}
    for strength in sorted(angles.keys() & known.keys()):
        obeyed = decided(angles[strength], lambda o: shows(o, angle))
        is_her = decided(known[strength], evidence.passed)
        common = obeyed.keys() & is_her.keys()
        if common:
            n = len(common)
            rates[strength] = (
                sum(is_her[s] for s in common) / n,
                sum(obeyed[s] for s in common) / n,
                sum(obeyed[s] and is_her[s] for s in common) / n,
                n,
            )
    return rates


def _said(name: str, label: str, rates: Rates, images: tuple[str, ...]) -> Said:
    identity = max(rate[0] for rate in rates.values())
    obeyed = max(rate[1] for rate in rates.values())
    both = max(rate[2] for rate in rates.values())
    n = min(rate[3] for rate in rates.values())
    coupled = obeyed >= EACH and identity >= EACH and both < BOTH
    se = math.sqrt(both * (1 - both) / n)
    best = next(strength for strength, rate in rates.items() if rate[2] >= both - se)
    usable = both >= BOTH
    told = "; ".join(f"{w:g}: {i:.0%} her, {a:.0%} {name}" for w, (i, a, _, _) in rates.items())
    return Said(
        subject=f"{name} at {label}",
        word="confirmed" if coupled or usable else "suspect",
        outcome="tightly_coupled" if coupled else "trade_off" if usable else "open",
        says=f"{name} by strength of {label}: {told}; both at most {both:.0%}",
        n=n,
        estimate=best if usable else None,
        numbers={"identity": identity, "angle": obeyed, "both": both, "best_strength": best},
        images=images,
        advice=f"use strength {best:g}"
        if usable
        else "no strength has both: put the angle into the training pictures",
    )
