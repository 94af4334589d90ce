"""EVL014: what the base draws by itself, and what a LoRA adds to it."""

from collections.abc import Iterator
from statistics import fmean
from typing import Literal

from evaluate.statistics import Interval
from evaluate.verdicts.ceiling import find_cap
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    images_of,
    per_seed,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import shares, tally
from evaluate.verdicts.verdict import Said, share

STRONG, WEAK = 0.5, 0.35
Strength = Literal["strong", "medium", "weak"]
ADVICE = {
    "strong": "few or no training pictures are needed for it",
    "medium": "show it in some of the training pictures",
    "weak": "show it large, in close busts",
}
CAPPED = {
    "weak": "exaggerate it in close busts; a ceiling is likely",
    "medium": "show it larger and more often",
    "strong": "the base can draw it: look at captions and prompts",
}


@verdict(
    "EVL014",
    outcomes=("base_strong", "base_medium", "base_weak"),
    predicted_by=("BAL001", "BAL002", "BAL003", "BAL004"),
)
def base_prior(evidence: Evidence) -> Iterator[Said]:
    """Does the base draw an attribute when it is described, without LoRA and trigger?

    `strong` where the Wilson bound of its hit rate reaches one half, `weak` where the upper bound
    is .35 or less. What the LoRA adds is its best mean less the base's. A cap of a weak attribute
    is the base's, a cap of a strong one is the prompt's; a cap seen in one format alone is none.
    """
    asked = False
    for name in evidence.criteria.attributes:
        seen = evidence.of(name, part="prior", arm="base", feature=name)
        if seen:
            asked = True
            yield _said(evidence, name, seen)
    if not asked:
        raise NoEvidence("no picture of the base alone had an attribute described")


def classed(rate: Interval) -> Strength:
    """What a hit rate says of the base, by its bounds."""
    return "strong" if rate.low >= STRONG else "weak" if rate.high <= WEAK else "medium"


def _said(evidence: Evidence, name: str, seen: list[Observation]) -> Said:
    found = tally(shares(seen, evidence.passed).values())
    kind = classed(found.interval)
    base = fmean(per_seed(seen).values())
    drawn = [
        fmean(per_seed(ours).values())
        for epoch, _ in evidence.checkpoints
        if (ours := evidence.of(name, epoch=epoch))
    ]
    scored = evidence.criteria.attributes[name].kind == "score"
    cap = find_cap(evidence, name) if scored else None
    capped = cap is not None and cap.capped and cap.formats > 1
    numbers: dict[str, float | str] = {"base": base, "hits": found.k, "capped": str(capped).lower()}
    gain = ""
    if drawn:
        numbers |= {"lora": max(drawn), "gain": max(drawn) - base}
        gain = f"; the LoRA adds {max(drawn) - base:+.1f} points" if scored else ""
    return Said(
        subject=name,
        word="confirmed" if kind != "medium" else "suspect",
        outcome=f"base_{kind}",
        says=f"the base alone draws {name} in {share(found.k, found.n)} seeds{gain}",
        n=found.n,
        estimate=found.share,
        interval=found.interval,
        numbers=numbers,
        images=images_of(seen),
        advice=(CAPPED if capped else ADVICE)[kind],
        more_seeds=max(0, 8 - found.n) if kind == "medium" else 0,
    )
