"""EVL030: what a second look takes back."""

from collections.abc import Iterator

from evaluate.verdicts.evidence import Evidence, NoEvidence
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said


@verdict("EVL030", outcomes=())
def retraction(evidence: Evidence) -> Iterator[Said]:
    """Which verdicts of an earlier run do not stand any more, and why?

    It is made from two files of verdicts, never from one run: `evaluate diff OLD NEW`.
    """
    del evidence
    yield from ()
    raise NoEvidence("a question about two runs: `evaluate diff OLD NEW`")
