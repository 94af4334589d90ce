"""When a label of a picture contradicts what its caption declares.

Neighbours never do: between a bust and a cowboy shot, a side and a three-quarter view, or a sit
and a kneel, people and classifiers draw the line in different places.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.evidence import TESTED, spoken, view_group
from rules.known_labels import known
from rules.model import Dataset, Declared, Evidence, Picture
from rules.violation import Abstention, Severity, Violation

FRAMINGS = ("face", "bust", "cowboy", "full")
VIEWS = ("front", "three_quarter", "side", "three_quarter_back", "back")
ELEVATIONS = ("below", "eye", "above")
ON_FEET = frozenset({"upright", "posed", "walk", "run"})
MOVING = frozenset({"posed", "walk", "run"})
# Framings in which legs show.
WHOLE = frozenset({"cowboy", "full"})
# A face in profile turns on a body that may face anywhere.
OF_FACE = frozenset({"profile", "in profile"})


class Pixels(NamedTuple):
    """A picture, what its pixels show on one axis, and what its caption says of that."""

    picture: Picture
    axis: str
    shown: Evidence
    told: tuple[Declared, ...]


def compared(dataset: Dataset, axis: str) -> Iterator[Pixels]:
    """The captioned pictures of which both the pixels and the caption say something."""
    for picture, _ in dataset.captioned:
        shown = known(getattr(picture, axis))
        told = picture.declared.get(axis, ())
        if shown is not None and shown.source != "declared" and told:
            yield Pixels(picture, axis, shown, told)


def uncompared(dataset: Dataset, axis: str) -> Iterator[Abstention]:
    """The captioned pictures that say something which nobody's eyes have confirmed or denied."""
    telling = [picture for picture, _ in dataset.captioned if picture.declared.get(axis)]
    blind = sum(
        (evidence := known(getattr(picture, axis))) is None or evidence.source == "declared"
        for picture in telling
    )
    if blind:
        reason = f"nobody has looked at the {axis}"
        yield Abstention(reason=reason, count=blind, total=len(telling))


def contradicts(axis: str, told: str, shown: str, *, sure: bool) -> bool:
    """Whether a declared label and a shown one cannot both be meant.

    Args:
        axis: framing, view, elevation or pose.
        told: by the caption.
        shown: by the pixels.
        sure: whether a person says so, who also tells neighbouring elevations apart.
    """
    if axis == "framing":
        return abs(FRAMINGS.index(told) - FRAMINGS.index(shown)) > 1
    if axis == "elevation":
        apart = abs(ELEVATIONS.index(told) - ELEVATIONS.index(shown))
        return apart > (0 if sure else 1)
    if axis == "pose":
        if (told in ON_FEET) != (shown in ON_FEET):
            return True
        return (told == "upright" and shown in MOVING) or (
            shown == "upright" and told in {"walk", "run"}
        )
    if {_side(told), _side(shown)} == {"left", "right"}:
        return True
    return all(abs(one - other) > 1 for one in _turns(told) for other in _turns(shown))


def _turns(view: str) -> tuple[int, ...]:
    """How far a view is turned from the front, in eighths of a circle; a diagonal may be either."""
    if view == "diagonal":
        return VIEWS.index("three_quarter"), VIEWS.index("three_quarter_back")
    return (VIEWS.index(view_group(view)),)


def _side(view: str) -> str:
    return view.rpartition("_")[2] if view.endswith(("_left", "_right")) else ""


def mismatches(
    dataset: Dataset, axes: Iterable[str], min_p: float
) -> Iterator[tuple[Pixels, tuple[Declared, ...]]]:
    """Pictures of which every word of the caption contradicts the pixels, with those words."""
    for axis in axes:
        for found in compared(dataset, axis):
            sure = found.shown.source == "labelled"
            if not sure and (found.shown.p or 0.0) < min_p:
                continue
            told = tuple(d for d in found.told if not (axis == "view" and d.words in OF_FACE))
            if told and all(contradicts(axis, d.label, found.shown.label, sure=sure) for d in told):
                yield found, told


def violation(
    dataset: Dataset, found: Pixels, words: Iterable[str], severity: Severity | None = None
) -> Violation:
    """One picture's mismatch; a classifier that was not tested only advises."""
    shown = found.shown
    by = "a person labelled it" if shown.source == "labelled" else f"seen with p {shown.p:.2f}"
    said = ", ".join(f"`{word}`" for word in dict.fromkeys(words))
    label = spoken(shown.label)
    return Violation(
        message=f"the caption says {said}, the pixels say {label} ({by})",
        evidence={
            "axis": found.axis,
            "declared": [d.label for d in found.told],
            "shown": shown.label,
            "source": shown.source,
            "p": shown.p,
        },
        advice="look at it; correct the caption, or label the picture if it shows something else",
        paths=(found.picture.path,),
        severity=severity or _advised(dataset, shown),
        picture=found.picture.sha256,
        key=found.axis,
    )


def _advised(dataset: Dataset, shown: Evidence) -> Severity:
    """A warning where a person or a tested classifier says so, else an info."""
    tested = shown.source == "labelled" or dataset.tested_on >= TESTED
    return Severity.WARNING if tested else Severity.INFO
