"""What a caption declares of a picture's framing, view, elevation, pose and expression.

A tag is people's word: it declares what it says and no more, so `standing` declares no pose.
"""

import dataclasses
from collections.abc import Iterable

from rules.model import Evidence
from rules.vocabulary import Axes

# Where several tags name a pose, the most particular one counts.
PRECEDENCE = ("lie", "sit", "kneel", "run", "walk", "posed", "upright")


class Declarations:
    """Tag -> the evidence that it gives, made once for a whole dataset."""

    def __init__(self, axes: Axes) -> None:
        self._by_tag: dict[str, list[tuple[str, Evidence]]] = {}
        for field in dataclasses.fields(axes):
            for tag, label in getattr(axes, field.name).items():
                evidence = Evidence(label=label, source="declared")
                self._by_tag.setdefault(tag, []).append((field.name, evidence))

    def read(self, tags: Iterable[str]) -> dict[str, Evidence]:
        """Axis -> evidence; where tags disagree, the first counts, or the most particular pose."""
        found: dict[str, Evidence] = {}
        for tag in tags:
            for axis, evidence in self._by_tag.get(tag, ()):
                known = found.get(axis)
                if known is None or (axis == "pose" and _rank(evidence) < _rank(known)):
                    found[axis] = evidence
        return found


def _rank(evidence: Evidence) -> int:
    return PRECEDENCE.index(evidence.label)
