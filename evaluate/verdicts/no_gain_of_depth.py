"""EVL009: whether training deeper buys anything."""

from collections.abc import Iterator

import numpy as np

from evaluate.statistics import paired, tost
from evaluate.verdicts.evidence import Evidence, NoEvidence, aligned, grouped, images_of
from evaluate.verdicts.plateau import COMPOSITE, find_band
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word

NEEDED = 4
LEVEL = 0.05


@verdict("EVL009")
def no_gain_of_depth(evidence: Evidence) -> Iterator[Said]:
    """Does a deeper checkpoint beat the plateau?

    The composite of each deeper epoch less that of the plateau epoch, on the same seeds: two
    one-sided tests against the margin. Equal within it is `no_gain`, and a reason to stop at the
    shallower epoch, not a sign that the deeper one is broken.
    """
    found = list(evidence.composites())
    groups = grouped(found, lambda seen: seen.cell.epoch)
    if len(groups) < 2:  # noqa: PLR2004 - a comparison takes two
        raise NoEvidence("depth takes two epochs")
    band = find_band(evidence, COMPOSITE, found)
    start = band.first if band else min(groups)
    margin = evidence.criteria.margin
    for epoch in (epoch for epoch in groups if epoch > start):
        both = aligned({start: groups[start], epoch: groups[epoch]})
        gain = np.subtract(both[epoch], both[start]).tolist()
        if not gain:
            continue
        by = paired(gain)
        p = tost(gain, margin)
        word, outcome, told = _word(by.low, by.high, p, by.n)
        yield Said(
            subject=f"ep{epoch} against ep{start}",
            word=word,
            outcome=outcome,
            says=f"ep{epoch} less ep{start}: {by.mean:+.2f} points ({by.n} seeds), {told}",
            n=by.n,
            estimate=by.mean,
            interval=(by.low, by.high) if by.n > 1 else None,
            p=p,
            numbers={"epoch": epoch, "start": start, "margin": margin},
            images=images_of(groups[epoch], 4),
            advice=f"take ep{start}: deeper adds nothing, which is not to say it is broken"
            if outcome == "no_gain"
            else None,
            more_seeds=NEEDED if word == "undetermined" else 0,
        )


def _word(low: float, high: float, p: float, n: int) -> tuple[Word, str, str]:
    if n >= NEEDED and p <= LEVEL:
        return "no_difference", "no_gain", "equal within the margin"
    if n >= NEEDED and low > 0:
        return "confirmed", "gain", "a gain"
    if n >= NEEDED and high < 0:
        return "confirmed", "loss", "a loss"
    return "undetermined", "open", "which these seeds cannot tell from nothing"
