"""EVL024: whether a handed feature is on its side."""

from collections.abc import Iterator

from evaluate.verdicts.evidence import Evidence, NoEvidence, images_of, yes
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import shares, tally
from evaluate.verdicts.verdict import Said, share

SURE = 0.5
NEEDED = 4


@verdict("EVL024", outcomes=("stable", "wrong_side", "open"), predicted_by=("TAG008", "DUP003"))
def direction(evidence: Evidence) -> Iterator[Said]:
    """Is a feature on the side where it was taught?

    Yes or no a picture, most pictures of a seed decide. `stable` where Wilson's bound reaches one
    half: three of three have .44, four of four .51. `wrong_side` where the upper bound stays below
    it; a seed with as many pictures of either side is no proof of it.
    """
    told = False
    for name, side in evidence.criteria.handed.items():
        for epoch, label in evidence.checkpoints:
            seen = evidence.of(name, epoch=epoch, checkpoint=label)
            found = tally(shares(seen, yes).values())
            if not found.n:
                continue
            told = True
            k, n, (low, high) = found.k, found.n, found.interval
            stable, wrong = low >= SURE, high < SURE
            yield Said(
                subject=f"{name} at {label}",
                word="confirmed" if stable or wrong else "suspect",
                outcome="stable" if stable else "wrong_side" if wrong else "open",
                says=f"{name} on the viewer's {side} in {share(k, n)} seeds of {label}",
                n=n,
                estimate=found.share,
                interval=(low, high),
                numbers={"epoch": epoch},
                images=images_of(seen),
                advice="look for mirrored training and for captions of both sides"
                if wrong
                else None,
                more_seeds=0 if stable or wrong else max(NEEDED - n, NEEDED if n >= NEEDED else 1),
            )
    if not told:
        raise NoEvidence("no handed feature was judged")
