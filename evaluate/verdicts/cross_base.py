"""EVL023: two LoRAs on two bases are two systems."""

from collections.abc import Iterator

from evaluate.verdicts.evidence import Evidence, NoEvidence
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said


@verdict("EVL023", outcomes=("same_base", "system_a_vs_system_b"))
def cross_base(evidence: Evidence) -> Iterator[Said]:
    """Do both LoRAs stand on the same base?

    By the hash of the base's file. If not, what differs is base and LoRA together: systems are
    compared, and no LoRA is called better.
    """
    if len(evidence.bases) < 2:  # noqa: PLR2004 - a comparison takes two
        raise NoEvidence("one LoRA, one base")
    same = len(set(evidence.bases.values())) == 1
    shown = ", ".join(f"{name} on {sha[:12]}" for name, sha in evidence.bases.items())
    yield Said(
        subject="bases",
        word="no_difference" if same else "confirmed",
        outcome="same_base" if same else "system_a_vs_system_b",
        says=f"{'one base' if same else 'system A against system B'}: {shown}",
        n=0,
        fact=True,
        advice=None if same else "draw both LoRAs on both bases to tell base and LoRA apart",
    )
