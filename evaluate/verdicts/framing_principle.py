"""EVL018: whether a detail is as large as the head that it sits on."""

import math
from collections.abc import Iterator

from evaluate.statistics import slope
from evaluate.verdicts.evidence import Evidence, NoEvidence, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

AREA = "area:"
HEAD = "area:head"
PICTURES = 6


@verdict(
    "EVL018",
    outcomes=("follows_framing", "own_size", "open"),
    predicted_by=("RES008", "BAL002"),
)
def framing_principle(evidence: Evidence) -> Iterator[Said]:
    """Does a detail grow with the head in the picture?

    The logarithm of a detail's area over that of the head's, seeds resampled whole. A slope whose
    interval holds 1 and not 0 follows the framing: judge the detail where the head is large.
    Whether a tag of size makes a detail larger than its head allows is not asked: that takes areas
    of the same scenes and seeds with and without the tag, and no judge measures them.
    """
    heads = {o.image: o.value for o in evidence.of(HEAD, arm=None) if o.value}
    names = sorted({o.attribute for o in evidence.observations if o.attribute.startswith(AREA)})
    told = False
    for name in names:
        seen = [o for o in evidence.of(name, arm=None) if o.value and o.image in heads]
        seeds = [o.cell.seed for o in seen]
        if name == HEAD or len(seen) < PICTURES or len(set(seeds)) < 2:  # noqa: PLR2004 - clusters
            continue
        xs = [math.log(heads[o.image] or 1.0) for o in seen]
        ys = [math.log(o.value or 1.0) for o in seen]
        if max(xs) == min(xs):
            continue
        told = True
        beta, (low, high) = slope(xs, ys, seeds)
        follows = low <= 1 <= high and low > 0
        yield Said(
            subject=name.removeprefix(AREA),
            word="confirmed" if follows or high < 1 or low > 1 else "undetermined",
            outcome="follows_framing" if follows else "own_size" if high < 1 or low > 1 else "open",
            says=f"{name.removeprefix(AREA)} grows as the head to the power {beta:.2f} "
            f"({low:.2f} to {high:.2f})",
            n=len(set(seeds)),
            estimate=beta,
            interval=(low, high),
            images=images_of(sorted(seen, key=lambda o: -(heads[o.image] or 0))),
            advice="judge it in close pictures" if follows else None,
        )
    if not told:
        raise NoEvidence("no judge measured the areas of a detail and of the head")
