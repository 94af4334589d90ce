"""TRG006 half-absorbed-feature."""

from rules.features import captions_tagging, tags_naming
from rules.model import Dataset
from rules.needs import ABSORB, CAPTIONS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """Between which shares a feature is neither absorbed nor tagged."""

    min_share: float = option(0.1, "share of the captions from which on it is no stray")
    max_share: float = option(0.8, "share of the captions from which on it counts as tagged")


@rule("TRG006", Severity.ERROR, needs=(CAPTIONS, ABSORB))
def half_absorbed_feature(dataset: Dataset, options: Options) -> Said:
    """A feature that some captions tag and others leave to the trigger.

    What it does:
        Counts the captions that tag each feature of `subject.absorb` and reports those between
        `min_share` and `max_share`. Above and below, TRG005 speaks.

    Why is this bad?
        Half of the pictures teach that the trigger means blue hair, the other half that it does
        not. The feature then comes and goes with the seed, and the tag only partly helps.

    Example:
        `blue hair` in 7 of 14 captions: take it out of the 7, or tag it in all and move it from
        `absorb` to `structure`.

    Source:
        The account that this linter grew from, whose captions leave a core feature out of
        every tag list. The shares are priors, the same as in TRG005.
    """
    total = len(dataset.captioned)
    for feature, tags in tags_naming(dataset, dataset.spec.subject.absorb).items():
        captions = captions_tagging(dataset, tags)
        if not options.min_share <= len(captions) / total < options.max_share:
            continue
        yield Violation(
            message=f"{len(captions):,} of {counted(total, 'caption')} tag `{feature}`, "
            f"{total - len(captions):,} leave it to the trigger",
            evidence={
                "feature": feature,
                "count": len(captions),
                "captions": total,
                "tags": [*sorted(tags)],
            },
            advice="take it out of the tags of all captions, or tag it in all and move it from "
            "`subject.absorb` to `subject.structure`",
            paths=tuple(dict.fromkeys(caption.path for caption in captions)),
            key=feature,
        )
