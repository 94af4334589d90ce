"""TRG007 untagged-structure."""

from rules.features import captions_tagging, stands_in_prose, tags_naming
from rules.model import Dataset
from rules.needs import CAPTIONS, STRUCTURE
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When structure is tagged too seldom."""

    min_share: float = option(0.5, "share of the captions that should tag it")


@rule("TRG007", Severity.WARNING, needs=(CAPTIONS, STRUCTURE))
def untagged_structure(dataset: Dataset, options: Options) -> Said:
    """A feature that should stay a tag, missing from most captions.

    What it does:
        Counts the captions that tag each feature of `subject.structure` and reports those under
        `min_share`. One that no caption names at all is TRG010's.

    Why is this bad?
        Structure is tagged so that it can be taken off or changed: ribbon, braid. Where most
        pictures show it and few captions say so, the trigger absorbs it, and prompts can
        neither leave it out nor call it up.

    Example:
        `structure: [blue ribbon]` with `blue ribbon` in 4 of 14 captions: tag it wherever it
        can be seen.

    Source:
        The account that this linter grew from: independent structure stays in the tags. Half is
        a prior that leaves room for pictures in which it is hidden.
    """
    total = len(dataset.captioned)
    for feature, tags in tags_naming(dataset, dataset.spec.subject.structure).items():
        count = len(captions_tagging(dataset, tags))
        if count / total >= options.min_share or not (tags or stands_in_prose(dataset, feature)):
            continue
        untagged = (c.path for _, c in dataset.captioned if tags.isdisjoint(c.tags))
        yield Violation(
            message=f"{count:,} of {counted(total, 'caption')} tag `{feature}`, which is to stay "
            "a tag",
            evidence={
                "feature": feature,
                "count": count,
                "captions": total,
                "tags": [*sorted(tags)],
            },
            advice="tag it wherever the picture shows it; where it shall come with the trigger, "
            "move it to `subject.absorb`",
            paths=tuple(dict.fromkeys(untagged)),
            key=feature,
        )
