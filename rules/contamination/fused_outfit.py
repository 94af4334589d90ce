"""CON005 fused-outfit."""

from collections.abc import Iterable
from typing import Any

from rules.known_labels import count_sources, label_of, said_by
from rules.model import Dataset, Picture
from rules.needs import OUTFITS
from rules.pictures_naming import worn_outfits
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.statistics import wilson_interval
from rules.violation import Abstention, Said, Severity, Violation

AXES = ("framing", "pose")


@record
class Options:
    """When an outfit is judged."""

    min_pictures: int = option(
        8, "least number of pictures of an outfit whose framing (or pose) is known"
    )


@rule("CON005", Severity.WARNING, needs=(OUTFITS,))
def fused_outfit(dataset: Dataset, options: Options) -> Said:
    """Outfits that are worn in one framing or one pose only.

    What it does:
        Takes the pictures that wear each declared outfit: a caption names a garment that no
        other outfit has (or all garments, where each is shared). If at least `min_pictures` of
        them have a known framing, all the same, while other pictures of the set have another
        one, the outfit is reported; the same for pose. A person's label counts before a
        classifier's, and that before the caption's word; the message says how many of each.

    Why is this bad?
        The outfit's tag learns the framing with the cloth. A uniform seen only in walking full
        bodies makes a portrait in uniform step back and walk.

    Example:
        All 12 pictures in a swimsuit are full bodies, while the set has 20 busts. Draw two or
        three busts in it.

    Source:
        The account that this linter grew from: what shares a tag should be alike in nothing
        but what the tag says. Eight of eight leaves a share of 68% or more (Wilson, 95%).
    """
    worn = worn_outfits(dataset)
    unknown: set[str] = set()
    few: set[str] = set()
    for outfit, pictures in worn.items():
        unknown |= {p.path for p in pictures if not any(label_of(getattr(p, a)) for a in AXES)}
        wearers = {p.path for p in pictures}
        few |= wearers if len(wearers) < options.min_pictures else set()
        others = [picture for picture in dataset.fed if picture.path not in wearers]
        only: list[Any] = [
            found for axis in AXES if (found := _only_label(axis, pictures, others, options))
        ]
        if not only:
            continue
        parts = [
            f"{row['k']} of {row['k']} have the {row['axis']} `{row['label']}` "
            f"({said_by(row['by'])}), which {row['elsewhere']} of {row['elsewhere_of']} others have"
            for row in only
        ]
        yield Violation(
            message=f"`{outfit}`, {counted(len(pictures), 'picture')}: {'; '.join(parts)}",
            evidence={"outfit": outfit, "pictures": len(pictures), "axes": only},
            advice=f"show it in another {' and another '.join(row['axis'] for row in only)} too",
            paths=tuple(picture.path for picture in pictures),
            key=outfit,
        )
    total = len({p.path for pictures in worn.values() for p in pictures})
    if unknown:
        reason = "neither framing nor pose is known"
        yield Abstention(reason=reason, count=len(unknown), total=total)
    if few - unknown:
        reason = "the outfit is worn too seldom"
        yield Abstention(reason=reason, count=len(few - unknown), total=total)


def _only_label(
    axis: str, pictures: Iterable[Picture], others: Iterable[Picture], options: Options
) -> dict[str, Any] | None:
    """The one label that all of an outfit's pictures have and others have not, with numbers."""
    here = [evidence for p in pictures if label_of(evidence := getattr(p, axis))]
    labels = {evidence.label for evidence in here}
    elsewhere = [label for p in others if (label := label_of(getattr(p, axis)))]
    if len(here) < options.min_pictures or len(labels) != 1 or set(elsewhere) <= labels:
        return None
    label = labels.pop()
    return {
        "axis": axis,
        "label": label,
        "k": len(here),
        "lower_bound": round(wilson_interval(len(here), len(here))[0], 4),
        "by": count_sources(here),
        "elsewhere": elsewhere.count(label),
        "elsewhere_of": len(elsewhere),
    }
