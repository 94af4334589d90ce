"""EVL004: how much evidence there is, and how far trainer samples undersell a LoRA."""

from collections.abc import Iterator
from statistics import fmean
from typing import Final

from evaluate.verdicts.evidence import Evidence, NoEvidence, per_seed, shared
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import GRADE_B, Said, grade

SAMPLE: Final = "sample"


@verdict("EVL004", outcomes=("grade_A", "grade_B", "grade_C", "grade_D", "gap"))
def evidence_grade(evidence: Evidence) -> Iterator[Said]:
    """How much can be said at all?

    A from 8 seeds and 2 formats on, B from 5, C from 3, else D, as is whatever a trainer drew
    along the way: one condition says little. D yields `undetermined` and nothing else. Counted
    are pictures of the LoRA that could be scored. Where trainer samples of the same scenes and
    seeds were scored, too, the gap between them and the matrix is told by epoch.
    """
    drawn = [
        seen
        for seen in evidence.observations
        if seen.cell.part == "matrix" and seen.cell.arm == "lora" and seen.state == "scored"
    ]
    if not drawn:
        raise NoEvidence("no picture of the matrix was judged")
    n = len({seen.cell.seed for seen in drawn})
    formats = len({seen.cell.format for seen in drawn})
    scenes = len({seen.cell.scene for seen in drawn})
    level = grade(n, formats)
    yield Said(
        subject="evidence",
        word="confirmed",
        outcome=f"grade_{level}",
        says=f"grade {level}: {n} seeds, {formats} formats, {scenes} scenes",
        n=n,
        formats=formats,
        numbers={"seeds": n, "formats": formats, "scenes": scenes},
        more_seeds=max(0, GRADE_B - n),
    )
    yield from _gaps(evidence)


def _gaps(evidence: Evidence) -> Iterator[Said]:
    """Matrix less trainer samples of the same attribute, epoch, scene and seed."""
    for epoch, label in evidence.checkpoints:
        gaps, seeds = list[float](), set[int]()
        for name in evidence.scored_attributes:
            both = shared(
                {
                    "matrix": evidence.of(name, epoch=epoch, checkpoint=label),
                    "sample": evidence.of(name, part=SAMPLE, epoch=epoch),
                }
            )
            ours, theirs = per_seed(both["matrix"]), per_seed(both["sample"])
            seeds |= ours.keys()
            if ours:
                gaps.append(fmean(ours[seed] - theirs[seed] for seed in ours))
        if gaps:
            yield Said(
                subject=f"trainer samples at {label}",
                word="undetermined",
                outcome="gap",
                says=f"the matrix scores {fmean(gaps):+.2f} points over trainer samples at {label}",
                n=len(seeds),
                formats=1,
                estimate=fmean(gaps),
            )
