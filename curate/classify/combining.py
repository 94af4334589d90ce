"""Several classifiers' word as one: agreement raises trust, disagreement abstains."""

from collections.abc import Mapping
from typing import Any

from curate.classify.labels import GROUPS, HEADS, QUANTITIES
from rules.model import Evidence, Seen

# What is certain to four digits is not certain.
MOST = 0.9999


def combine(*sights: Mapping[str, Seen]) -> Mapping[str, Seen]:
    """sha256 -> what all that looked at a picture say together."""
    if len(sights) == 1:
        return sights[0]
    together: dict[str, Seen] = {}
    for sight in sights:
        for sha256, seen in sight.items():
            known = together.get(sha256)
            together[sha256] = seen if known is None else combined(known, seen)
    return together


def combined(one: Seen, other: Seen) -> Seen:
    """What two classifiers say of the same picture; what is measured is the first one's."""
    told: dict[str, Any] = {
        head: _agreed(head, getattr(one, head), getattr(other, head))
        for head in (*HEADS, "view_group")
    }
    for name in QUANTITIES:
        told[name] = getattr(other if getattr(one, name) is None else one, name)
    return Seen(classifier=f"{one.classifier} + {other.classifier}", **told)


def _agreed(head: str, one: Evidence | None, other: Evidence | None) -> Evidence | None:
    if one is None or other is None:
        return one or other
    label = _finer(head, one.label, other.label)
    surer = max(one, other, key=lambda e: (not e.abstained, e.p or 0.0))
    if label is not None:
        if one.abstained or other.abstained:
            return _told(label, surer.p or 0.0, abstained=surer.abstained)
        # Both are wrong only where each of them is, if they err each in their own way.
        wrong = (1 - (one.p or 0.0)) * (1 - (other.p or 0.0))
        return _told(label, 1 - wrong, abstained=False)
    if one.abstained != other.abstained:
        return surer
    total = (one.p or 0.0) + (other.p or 0.0)
    return _told(surer.label, (surer.p or 0.0) / total if total else 0.0, abstained=True)


def _finer(head: str, one: str, other: str) -> str | None:
    """The more exact of two labels that do not contradict each other."""
    groups = GROUPS.get(head, {})
    if one == other or one in groups.get(other, ()):
        return one
    return other if other in groups.get(one, ()) else None


def _told(label: str, p: float, *, abstained: bool) -> Evidence:
    return Evidence(label=label, source="seen", p=round(min(p, MOST), 4), abstained=abstained)
