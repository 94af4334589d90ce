"""EVL002: how well each checkpoint draws each attribute."""

from collections.abc import Iterator
from statistics import fmean

from evaluate.statistics import bootstrap_mean
from evaluate.verdicts.evidence import Evidence, NoEvidence, formats_of, images_of, per_seed
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, bounds


@verdict("EVL002", outcomes=("score",), predicted_by=("RES001", "RES003", "RES008"))
def attribute_score(evidence: Evidence) -> Iterator[Said]:
    """What does an attribute score at a checkpoint?

    The mean of 0 to 5 points over seeds, formats and scenes averaged first, with the 95% interval
    of a bootstrap over seeds. What cannot be seen is left out and never guessed.
    """
    asked = [
        (name, epoch, label, found)
        for name in evidence.scored_attributes
        for epoch, label in evidence.checkpoints
        if (found := evidence.of(name, epoch=epoch, checkpoint=label))
    ]
    if not asked:
        raise NoEvidence("no attribute was scored in the matrix")
    for name, epoch, label, found in asked:
        seeds = list(per_seed(found).values())
        mean = fmean(seeds)
        interval = bounds(bootstrap_mean(seeds))
        shown = f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
        yield Said(
            subject=f"{name} at {label}",
            word="confirmed",
            outcome="score",
            says=f"{name} scores {mean:.2f} of 5{shown} at {label}, {len(seeds)} seeds",
            n=len(seeds),
            formats=None if formats_of(found) > 1 else 1,
            estimate=mean,
            interval=interval,
            numbers={"epoch": epoch},
            images=images_of(found, 4),
        )
