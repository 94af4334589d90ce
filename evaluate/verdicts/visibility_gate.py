"""EVL019: attributes that most pictures are too small or too turned to judge."""

from collections.abc import Iterator

from evaluate.verdicts.evidence import Evidence, NoEvidence
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

JUDGED = 0.5


@verdict("EVL019", outcomes=("judged", "hidden", "unscored"), predicted_by=("RES003", "COV009"))
def visibility_gate(evidence: Evidence) -> Iterator[Said]:
    """How many pictures could an attribute be judged in at all?

    Not where a judge does not see it, and not where the head is lower than 160 px (`least_head`).
    What is hidden in half of the pictures wants scenes that show it. `unscored` where a judge
    could score none of them: then nobody knows.
    """
    told, least = False, evidence.criteria.least_head
    for name in evidence.criteria.attributes:
        every = [
            o for o in evidence.observations if o.attribute == name and o.cell.part == "matrix"
        ]
        if not every:
            continue
        told = True
        unscored = sum(o.state == "unscored" for o in every)
        invisible = sum(o.state == "invisible" for o in every)
        small = sum(o.state == "scored" and evidence.too_small(o.image) for o in every)
        judged = len(every) - unscored - invisible - small
        hidden = judged < JUDGED * (len(every) - unscored)
        yield Said(
            subject=name,
            word="undetermined" if unscored == len(every) else "confirmed",
            outcome="unscored" if unscored == len(every) else "hidden" if hidden else "judged",
            says=f"{name} judged in {judged:,} of {len(every):,} pictures: {invisible:,} do not "
            f"show it, {small:,} have a head below {least:g} px, {unscored:,} were not scored",
            n=len({o.cell.seed for o in every}),
            fact=True,
            estimate=judged / len(every),
            numbers={
                "judged": judged,
                "invisible": invisible,
                "small": small,
                "unscored": unscored,
            },
            advice="add scenes that show it: a close-up, an open mouth, a view from behind"
            if hidden
            else None,
        )
    if not told:
        raise NoEvidence("no attribute was judged in the matrix")
