"""CON008 mixed-content-under-tag."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from rules.evidence import graded, sources_of, spoken, view_group
from rules.known_labels import known, label_of
from rules.model import Dataset, Evidence, Picture
from rules.needs import CAPTIONS, LOOKED_AT
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation

AXES = ("framing", "view", "elevation", "pose")
WHOLE = frozenset({"cowboy", "full"})
ROUNDING = 1e-9


@record
class Options:
    """When a tag is mixed."""

    min_pictures: int = option(10, "least number of pictures with the tag that somebody looked at")
    min_share: float = option(0.6, "share of the largest part from which it wins over the others")
    max_share: float = option(0.9, "share of the largest part up to which the others still count")
    min_part: int = option(3, "least number of pictures of the second largest part")


@rule("CON008", Severity.WARNING, needs=(CAPTIONS, LOOKED_AT))
def mixed_content_under_tag(dataset: Dataset, options: Options) -> Said:
    """Tags of framing, view, angle or stance whose pictures show several kinds of it.

    What it does:
        Takes the tags that speak of an axis (`from side`, `from behind`, `upper body`,
        `walking`, `standing`) and what a person or a classifier saw in their pictures, left and
        right together. If the largest part has between `min_share` and `max_share` of them and
        the second one at least `min_part` pictures, the tag is mixed: one thing wins, another is
        always in it. `standing` is left to COV003 where some of its full bodies stand upright.

    Why is this bad?
        The tag learns a blend, weighted by how many there are. `from side` with a third of
        three-quarter views never gives a clean profile, and no prompt can take the third out.

    Example:
        `from behind` on 12 half-turned backs and 4 straight ones. Keep it for the 4, and call
        the others by a tag or a sentence of their own.

    Source:
        The account that this linter grew from: align the content of pictures that share a tag,
        for a general tag takes on whatever leaks into it. The shares are this linter's own.
    """
    found: defaultdict[tuple[str, str], list[tuple[Picture, Evidence]]] = defaultdict(list)
    axes_of = _axes_of(dataset)
    for picture, caption in dataset.captioned:
        for tag in axes_of.keys() & set(caption.tags):
            for axis in axes_of[tag]:
                shown = known(getattr(picture, axis))
                if shown is None or shown.source == "declared":
                    continue
                if axis != "pose" or label_of(picture.framing) in WHOLE:
                    found[tag, axis].append((picture, shown))
    for (tag, axis), pictures in sorted(found.items(), key=lambda item: item[0]):
        if len(pictures) >= options.min_pictures:
            yield from _judge(dataset, tag, axis, pictures, options)


def _axes_of(dataset: Dataset) -> Mapping[str, list[str]]:
    """Tag -> the axes that it speaks of."""
    axes: defaultdict[str, list[str]] = defaultdict(list)
    vocabulary = dataset.vocabulary
    for axis in AXES:
        narrow = vocabulary.entails.leaves_open.get(axis, {})
        for tag in {*getattr(vocabulary.axes, axis), *narrow}:
            axes[tag].append(axis)
    return axes


def _judge(
    dataset: Dataset,
    tag: str,
    axis: str,
    pictures: list[tuple[Picture, Evidence]],
    options: Options,
) -> Iterator[Violation]:
    labels = {p.path: view_group(e.label) if axis == "view" else e.label for p, e in pictures}
    counts = Counter(labels.values())
    most, number = max(counts.items(), key=lambda item: (item[1], item[0]))
    total = len(pictures)
    second = sorted(counts.values())[-2] if len(counts) > 1 else 0
    low, high = options.min_share * total - ROUNDING, options.max_share * total + ROUNDING
    if not low <= number <= high or second < options.min_part:
        return
    if axis == "pose" and tag == "standing" and counts["upright"]:
        return
    said = ", ".join(f"{spoken(label)} {count}" for label, count in counts.most_common())
    sources = sources_of(evidence for _, evidence in pictures)
    fewer = fewest(lambda k: number > options.max_share * (total - k) + ROUNDING)
    yield Violation(
        message=f"`{tag}` is mixed: {said} of {total} ({sources})",
        evidence={
            "tag": tag,
            "axis": axis,
            "counts": dict(counts),
            "pictures": total,
            "by": dict(sources.counts()),
        },
        advice=f"take the tag off {fewer} of those that are not {spoken(most)} to clear this, and "
        "say there what they show",
        paths=tuple(path for path, label in labels.items() if label != most),
        severity=graded(dataset, sources, Severity.WARNING),
        key=f"{axis}: {tag}",
    )
