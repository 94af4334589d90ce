"""TAG010 uninformative-tag."""

from rules.features import tags_naming
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.tag.places import caption_paths
from rules.terms import normal
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When a tag tells nothing."""

    max_share: float = option(0.9, "share of the captions over which a tag tells nothing")
    min_captions: int = option(10, "captions that a set must have to be judged")


@rule("TAG010", Severity.INFO, needs=(CAPTIONS,))
def uninformative_tag(dataset: Dataset, options: Options) -> Said:
    """A tag that nearly every caption bears.

    What it does:
        Counts the general tags and reports those in over `max_share` of the captions. Quality,
        counts, trigger, series, artists, everything that the subject declares, and what
        `wanted` or `lint.intended` explains are left out.

    Why is this bad?
        A tag without a counterexample cannot be told from the trigger: both are always there,
        and what they share, either may learn. With `simple background` in every caption the
        character comes with an empty background unless the tag is given and another one asked
        for.

    Example:
        `blue hair` in 14 of 14 captions: hers by nature, so drop the tag and declare it in
        `subject.absorb`. `full body` in 14 of 14: add busts.

    Source:
        Other tools' checks for tags of highest frequency. The share is a convention of theirs.
    """
    total = len(dataset.captioned)
    if total < options.min_captions:
        return
    slots, explained = dataset.slots_by_tag, _explained(dataset)
    found = [
        tag
        for tag, count in dataset.tag_counts.items()
        if count / total > options.max_share and slots[tag] == "general" and tag not in explained
    ]
    places = caption_paths(dataset, found)
    for tag in found:
        count = dataset.tag_counts[tag]
        yield Violation(
            message=f"{count:,} of {counted(total, 'caption')} bear `{tag}`",
            evidence={"tag": tag, "count": count, "captions": total},
            advice="drop it and declare it in `subject.absorb` where it belongs to the "
            "character; declare a series in `caption.series`; else add pictures without it, or "
            "list it in `lint.intended`",
            paths=places[tag],
            key=tag,
        )


def _explained(dataset: Dataset) -> frozenset[str]:
    """Tags that may stand everywhere, because somebody said so."""
    subject, wanted, axes = dataset.spec.subject, dataset.spec.wanted, dataset.vocabulary.axes
    declared = (
        *(subject.absorb + subject.structure + subject.prose_only),
        *subject.handed,
        *(tag for tags in subject.outfits.values() for tag in tags),
    )
    return frozenset().union(
        map(normal, subject.class_words),
        *tags_naming(dataset, declared).values(),
        (normal(tag) for pair in dataset.spec.lint.intended for tag in pair),
        (tag for tag, label in axes.framing.items() if label in wanted.framing),
        (tag for tag, label in axes.view.items() if label in wanted.view),
        (tag for tag, label in axes.elevation.items() if label in wanted.elevation),
        (tag for tag, label in axes.pose.items() if label in wanted.pose),
    )
