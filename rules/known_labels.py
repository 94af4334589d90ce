"""Labels that somebody stands by: a person, a classifier that does not abstain, the caption."""

from collections import Counter
from collections.abc import Iterable

from rules.model import Evidence


def known(evidence: Evidence | None) -> Evidence | None:
    """The evidence, unless there is none or the classifier would rather not say."""
    return None if evidence is None or evidence.abstained else evidence


def label_of(evidence: Evidence | None) -> str | None:
    """Its label, None where it is not known."""
    sure = known(evidence)
    return sure.label if sure else None


def count_sources(evidence: Iterable[Evidence | None]) -> dict[str, int]:
    """How many are labelled, how many seen and how many declared; those that are known."""
    counts = Counter(sure.source for sure in map(known, evidence) if sure)
    return {source: counts[source] for source in ("labelled", "seen", "declared") if counts[source]}


def said_by(counts: dict[str, int]) -> str:
    """The same for people: `3 labelled, 41 declared`."""
    return ", ".join(f"{number} {source}" for source, number in counts.items())
