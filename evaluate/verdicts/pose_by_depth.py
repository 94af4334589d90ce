"""EVL017: whether the posed stance grows with depth."""

from collections.abc import Iterator

from evaluate.statistics import page_trend, paired_shares
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    by_block,
    by_seed,
    grouped,
    images_of,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import counts
from evaluate.verdicts.verdict import Said, Word

UPRIGHT = "upright"
CONSTANT = 0.2
LEVEL = 0.05
NEEDED = 4


@verdict(
    "EVL017",
    outcomes=("grows", "fades", "constant", "open"),
    predicted_by=("COV002", "COV004", "COV001"),
)
def pose_by_depth(evidence: Evidence) -> Iterator[Said]:
    """Do poses stiffen the deeper one trains?

    The share of neutral pictures that do not stand upright, by epoch: Page's test both ways, and
    the 90% interval of the last epoch less the first. `constant` where it lies within .2.
    """
    seen = [o for o in evidence.of("pose", part="pose") if o.label]
    groups = grouped(seen, lambda o: o.cell.epoch)
    if len(groups) < 2:  # noqa: PLR2004 - a change takes two
        raise NoEvidence("neutral pictures of two epochs are needed")
    posed = {e: counts(some, _is_posed) for e, some in groups.items()}
    common = sorted(set.intersection(*(set(seeds) for seeds in posed.values())))
    if not common:
        raise NoEvidence("no seed was drawn at every epoch")
    shares = {
        e: by_seed(by_block(some, lambda o: float(_is_posed(o)))) for e, some in groups.items()
    }
    table = [[shares[e][seed] for e in groups] for seed in common]
    rise, fall = page_trend(table), page_trend(table, falling=True)
    first, last = posed[min(groups)], posed[max(groups)]
    both = sum(first[s] and last[s] for s in common)
    more = sum(last[s] and not first[s] for s in common)
    less = sum(first[s] and not last[s] for s in common)
    low, high = paired_shares(both, more, less, len(common) - both - more - less)
    word, outcome = _word(rise, fall, (low, high), len(common))
    told = ", ".join(f"ep{e} {sum(posed[e].values())} of {len(posed[e])}" for e in groups)
    yield Said(
        subject="posed stance",
        word=word,
        outcome=outcome,
        says=f"posed: {told}; last less first {low:+.2f} to {high:+.2f}",
        n=len(common),
        estimate=(more - less) / len(common),
        interval=(low, high),
        p=min((p for p in (rise, fall) if p is not None), default=None),
        images=images_of(seen),
        more_seeds=0 if outcome != "open" else NEEDED,
    )


def _is_posed(seen: Observation) -> bool:
    return seen.label != UPRIGHT


def _word(
    rise: float | None, fall: float | None, bounds: tuple[float, float], n: int
) -> tuple[Word, str]:
    if n >= NEEDED and rise is not None and rise <= LEVEL:
        return "confirmed", "grows"
    if n >= NEEDED and fall is not None and fall <= LEVEL:
        return "confirmed", "fades"
    if bounds[0] > -CONSTANT and bounds[1] < CONSTANT:
        return "no_difference", "constant"
    return "undetermined", "open"
