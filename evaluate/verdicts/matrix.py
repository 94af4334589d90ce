"""EVL001: whether the matrix was drawn as it was planned."""

from collections.abc import Iterator

from evaluate.verdicts.evidence import Evidence, NoEvidence
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said


@verdict("EVL001", version=2, outcomes=("complete", "partial"))
def matrix(evidence: Evidence) -> Iterator[Said]:
    """Is every planned cell drawn?

    Reads the plan, which is frozen and hashed before the first picture. `complete` or `partial`;
    what is missing is missing from every verdict below.
    """
    if evidence.planned is None:
        raise NoEvidence("there is no plan: the pictures were made elsewhere")
    planned, drawn = evidence.planned
    whole = drawn == planned
    yield Said(
        subject="matrix",
        word="confirmed",
        outcome="complete" if whole else "partial",
        says=f"{drawn:,} of {planned:,} planned cells are drawn",
        n=len({seen.cell.seed for seen in evidence.observations}),
        fact=True,
        estimate=drawn / planned if planned else None,
        advice=None if whole else "run `evaluate matrix` again: it goes on where it stopped",
    )
