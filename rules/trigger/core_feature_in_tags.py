"""TRG005 core-feature-in-tags."""

from rules.features import captions_tagging, tags_naming
from rules.fixing import each, remove_tokens
from rules.model import Dataset
from rules.needs import ABSORB, CAPTIONS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When a tagged core feature is a habit, and when a stray."""

    habit: float = option(0.8, "share of the captions from which on it is an error")
    stray: float = option(0.1, "share of the captions under which it is a stray, a warning")


@rule("TRG005", Severity.ERROR, needs=(CAPTIONS, ABSORB))
def core_feature_in_tags(dataset: Dataset, options: Options) -> Said:
    """A feature that the trigger should carry, and the tags carry it.

    What it does:
        Counts the captions that tag each feature of `subject.absorb`. From `habit` on it is an
        error; under `stray` a warning. What lies between is TRG006. A tag
        names a feature when it ends in it: `short twintails` names `twintails`. Sentences are
        not counted.

    Why is this bad?
        What a tag names is learned by the tag. With `blue hair` in every caption the trigger
        alone draws another hair, and every prompt has to say the colour again.

    Example:
        `absorb: [blue hair]` and `tk, 1girl, blue hair, smile`: the caption should be
        `tk, 1girl, smile`.

    Source:
        The account that this linter grew from: colours and the giveaway detail are left out of
        the tags so that the trigger absorbs them; independent structure (ribbon, braid) stays.
        The shares are priors.
    """
    total = len(dataset.captioned)
    for feature, tags in tags_naming(dataset, dataset.spec.subject.absorb).items():
        captions = captions_tagging(dataset, tags)
        share = len(captions) / total
        if not captions or options.stray <= share < options.habit:
            continue
        removals = (
            remove_tokens(c, {t for t in c.tokens if t.tag in tags}, safe=False)
            for c in {c.path: c for c in captions}.values()
        )
        yield Violation(
            message=f"{len(captions):,} of {counted(total, 'caption')} tag `{feature}`, which the "
            "trigger should carry",
            evidence={
                "feature": feature,
                "count": len(captions),
                "captions": total,
                "tags": [*sorted(tags)],
            },
            advice="take it out of the tags",
            paths=tuple(dict.fromkeys(caption.path for caption in captions)),
            severity=Severity.ERROR if share >= options.habit else Severity.WARNING,
            key=feature,
            fixes=each(*removals),
        )
