"""EVL009: whether training deeper buys anything."""

from collections.abc import Iterator

import numpy as np

from evaluate.statistics import mean_bounds, paired, tost
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    formats_of,
    grouped,
    images_of,
    per_seed,
    picture_of,
    shared,
)
from evaluate.verdicts.plateau import COMPOSITE, find_band
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, bounds

NEEDED = 4
LEVEL = 0.05


@verdict("EVL009", outcomes=("no_gain", "gain", "loss", "open"))
def no_gain_of_depth(evidence: Evidence) -> Iterator[Said]:
    """Does a deeper checkpoint beat the plateau?

    The composite of each deeper epoch less that of the plateau epoch, over the seeds, scenes and
    formats that both have: two one-sided tests against the margin. Equal within it is `no_gain`,
    and a reason to stop at the shallower epoch, not a sign that the deeper one is broken. In one
    format alone nothing is determined, whatever the seeds, as for the plateau: depth may help
    where another format asks for more. A recheck of depth takes two formats.
    """
    found = [seen for seen in evidence.composites() if seen.cell.epoch is not None]
    groups = grouped(found, lambda seen: seen.cell.epoch)
    if len(groups) < 2:  # noqa: PLR2004 - a comparison takes two
        raise NoEvidence("depth takes two epochs")
    band = find_band(evidence, COMPOSITE, found)
    start = band.first if band else min(groups)
    margin = evidence.criteria.margin
    for epoch in (epoch for epoch in groups if epoch > start):
        both = shared({start: groups[start], epoch: groups[epoch]}, picture_of)
        if not both[epoch]:
            continue
        deep, shallow = (list(per_seed(both[e]).values()) for e in (epoch, start))
        gain = np.subtract(deep, shallow).tolist()
        by = paired(gain)
        p = tost(gain, margin)
        word, outcome, told = _word(by.low, by.high, p, by.n)
        formats = formats_of(both[epoch])
        yield Said(
            subject=f"ep{epoch} against ep{start}",
            word=word,
            outcome=outcome,
            says=f"ep{epoch} less ep{start}: {by.mean:+.2f} points ({by.n} seeds), {told}",
            n=by.n,
            formats=formats,
            estimate=by.mean,
            interval=bounds(mean_bounds(gain)),
            p=p,
            numbers={"epoch": epoch, "start": start, "margin": margin},
            images=images_of(groups[epoch], 4),
            advice=_advice(outcome, start, formats),
            more_seeds=NEEDED if word == "undetermined" else 0,
        )


def _advice(outcome: str, start: int, formats: int) -> str | None:
    if formats == 1:
        return "draw a second format: one alone determines nothing"
    if outcome == "no_gain":
        return f"take ep{start}: deeper adds nothing, which is not to say it is broken"
    return None


def _word(low: float, high: float, p: float, n: int) -> tuple[Word, str, str]:
    if n >= NEEDED and p <= LEVEL:
        return "no_difference", "no_gain", "equal within the margin"
    if n >= NEEDED and low > 0:
        return "confirmed", "gain", "a gain"
    if n >= NEEDED and high < 0:
        return "confirmed", "loss", "a loss"
    return "undetermined", "open", "which these seeds cannot tell from nothing"
