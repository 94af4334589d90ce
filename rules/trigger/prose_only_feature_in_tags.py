"""TRG008 prose-only-feature-in-tags."""

from rules.features import captions_tagging, stands_in_prose, tags_naming
from rules.fixing import each, remove_tokens
from rules.model import Dataset
from rules.needs import CAPTIONS, PROSE_ONLY
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("TRG008", Severity.WARNING, needs=(CAPTIONS, PROSE_ONLY))
def prose_only_feature_in_tags(
    dataset: Dataset,
    options: NoOptions,  # noqa: ARG001 - it has none
) -> Said:
    """A feature for sentences only, among the tags or in no sentence.

    What it does:
        Counts the captions that tag each feature of `subject.prose_only`, and asks whether any
        sentence names it at all.

    Why is this bad?
        A feature is kept to the sentences because its tag pulls towards what the base draws for
        that word, while a sentence can say how it looks here. Tagged, the base's version comes
        back; named nowhere, nothing in a prompt can strengthen it.

    Example:
        `prose_only: [hair intakes]` and `tk, 1girl, hair intakes. ...`: drop the tag and write
        "Her hair has two thick intakes that curve forward.".

    Source:
        The account that this linter grew from: hair intakes, which the base does not draw by
        itself, were described in sentences only.
    """
    total = len(dataset.captioned)
    for feature, tags in tags_naming(dataset, dataset.spec.subject.prose_only).items():
        captions = captions_tagging(dataset, tags)
        told = stands_in_prose(dataset, feature)
        if not captions and told:
            continue
        removals = (
            remove_tokens(c, {t for t in c.tokens if t.tag in tags}, safe=False)
            for c in {c.path: c for c in captions}.values()
        )
        drop = "take it out of the tags"
        yield Violation(
            message=f"{len(captions):,} of {counted(total, 'caption')} tag `{feature}`, which is "
            f"for sentences only{'' if told else ', and no sentence names it'}",
            evidence={
                "feature": feature,
                "count": len(captions),
                "captions": total,
                "tags": [*sorted(tags)],
                "in_prose": told,
            },
            advice="; ".join(
                [drop] * bool(captions)
                + ["say in a sentence how it looks, or take it out of `subject.prose_only`"]
                * (not told)
            ),
            paths=tuple(dict.fromkeys(caption.path for caption in captions)),
            key=feature,
            fixes=each(*removals),
        )
