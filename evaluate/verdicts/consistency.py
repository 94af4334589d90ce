"""EVL021: stable and right, or stable and somebody else."""

from collections.abc import Iterator
from statistics import fmean, stdev

from evaluate.statistics import bootstrap_mean
from evaluate.verdicts.evidence import Evidence, NoEvidence, formats_of, images_of, per_seed
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

ON_TARGET = 4.0
STABLE = 0.5
NEEDED = 4


@verdict(
    "EVL021",
    outcomes=("on_target_stable", "on_target_loose", "off_target_stable", "off_target_loose"),
    predicted_by=("PRV001", "PRV005"),
)
def consistency(evidence: Evidence) -> Iterator[Said]:
    """Is the face stable, and is it hers?

    The mean identity score against the held-out references, and its spread over seeds. On target
    from 4 points on, stable up to half a point; `off_target_stable` is what a LoRA shows that
    learned its base's own pictures.
    """
    name = evidence.criteria.identity
    told = False
    for epoch, label in evidence.checkpoints:
        seen = evidence.of(name, epoch=epoch, checkpoint=label)
        seeds = list(per_seed(seen).values())
        if len(seeds) < 2:  # noqa: PLR2004 - one has no spread
            continue
        told = True
        mean, spread, interval = fmean(seeds), stdev(seeds), bootstrap_mean(seeds)
        on, stable = mean >= ON_TARGET, spread <= STABLE
        sure = len(seeds) >= NEEDED and not interval.low < ON_TARGET <= interval.high
        yield Said(
            subject=label,
            word="confirmed" if sure else "suspect",
            outcome=f"{'on' if on else 'off'}_target_{'stable' if stable else 'loose'}",
            says=f"{label}: identity {mean:.2f} of 5, spread {spread:.2f} over {len(seeds)} seeds",
            n=len(seeds),
            formats=None if formats_of(seen) > 1 else 1,
            estimate=mean,
            interval=(interval.low, interval.high),
            numbers={"epoch": epoch, "spread": spread},
            images=images_of(seen),
        )
    if not told:
        raise NoEvidence(f"`{name}` was not scored on two seeds of one checkpoint")
