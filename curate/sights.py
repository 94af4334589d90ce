"""What a classifier saw, as it stands in facts.jsonl: without what every line would repeat."""

import json
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from curate.classify.labels import GROUPS, HEADS, QUANTITIES, VIEW_GROUPS
from rules.model import Evidence, Seen
from rules.records import parse_json, record

LABELS = {**HEADS, "view_group": tuple(VIEW_GROUPS)}
Share = Annotated[float, Field(ge=0, le=1)]


@record
class Guess:
    """A head's best guess, its probability, and whether it would rather not say."""

    label: str
    p: Share
    abstained: bool = False


def _told_by(head: str) -> Callable[[Guess], Guess]:
    known = (*LABELS[head], *GROUPS.get(head, ()))

    def checked(guess: Guess) -> Guess:
        if guess.label not in known:
            raise ValueError(f"no label `{guess.label}`; known are {', '.join(known)}")
        return guess

    return checked


@record
class Sight:
    """What one classifier saw in one picture; see `rules.model.Seen`."""

    framing: Annotated[Guess, AfterValidator(_told_by("framing"))] | None = None
    view: Annotated[Guess, AfterValidator(_told_by("view"))] | None = None
    elevation: Annotated[Guess, AfterValidator(_told_by("elevation"))] | None = None
    pose: Annotated[Guess, AfterValidator(_told_by("pose"))] | None = None
    expression: Annotated[Guess, AfterValidator(_told_by("expression"))] | None = None
    mouth: Annotated[Guess, AfterValidator(_told_by("mouth"))] | None = None
    upright: Annotated[Guess, AfterValidator(_told_by("upright"))] | None = None
    view_group: Annotated[Guess, AfterValidator(_told_by("view_group"))] | None = None
    head_height: Share | None = None
    figures: Annotated[float, Field(ge=0)] | None = None
    figure_box: tuple[Share, Share, Share, Share] | None = None


@record
class SightLine:
    """One line of facts.jsonl that a classifier wrote."""

    measurer: str
    sha256: str
    facts: Sight


def written(seen: Seen) -> str:
    """JSON of a sight; what is not known, or as usual, is left out."""
    told: dict[str, object] = {}
    for head in LABELS:
        evidence: Evidence | None = getattr(seen, head)
        if evidence is not None:
            passed = {"abstained": True} if evidence.abstained else {}
            told[head] = {"label": evidence.label, "p": evidence.p, **passed}
    told |= {name: value for name in QUANTITIES if (value := getattr(seen, name)) is not None}
    return json.dumps(told, separators=(",", ":"))


def read_sights(lines: bytes) -> dict[str, Seen]:
    """sha256 -> what was seen, from a JSON array of lines.

    Raises:
        RecordError: a line is none.
    """
    return {
        line.sha256: _seen(line.facts, line.measurer)
        for line in parse_json(tuple[SightLine, ...], lines, "facts.jsonl")
    }


def _seen(sight: Sight, classifier: str) -> Seen:
    return Seen(
        classifier=classifier,
        **{head: _evidence(getattr(sight, head)) for head in LABELS},
        head_height=sight.head_height,
        figures=sight.figures,
        figure_box=sight.figure_box,
    )


def _evidence(guess: Guess | None) -> Evidence | None:
    if guess is None:
        return None
    return Evidence(label=guess.label, source="seen", p=guess.p, abstained=guess.abstained)
