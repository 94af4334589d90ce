"""TAG001 underscore-tag."""

from rules.fixing import each, replace_tokens, span_in_file
from rules.model import Dataset, Said, Severity, Violation
from rules.needs import CAPTIONS
from rules.quoting import quoted
from rules.registry import NoOptions, rule

KEPT = frozenset({"prose", "trigger"})


@rule("TAG001", Severity.WARNING, needs=(CAPTIONS,))
def underscore_tag(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags with underscores under a base that was trained on spaces.

    What it does:
        Finds `_` in tags where the base's profile says that its captions use spaces. Emoticons
        (`^_^`), `score_7` and the declared trigger keep theirs.

    Why is this bad?
        The text encoder splits `blue_hair` into other tokens than `blue hair`. The base knows
        the second one; the first is nearly a new word that the LoRA learns from nothing.

    Example:
        `looking_at_viewer` becomes `looking at viewer`.

    Source:
        The caption format that the base's makers publish; the converters of every tagger.
    """
    if dataset.base.captions.tag_style != "spaces":
        return
    for picture, caption in dataset.captioned:
        wrong = [
            t for t in caption.tokens if "_" in t.text and "_" not in t.tag and t.slot not in KEPT
        ]
        if not wrong:
            continue
        yield Violation(
            message=f"{quoted(token.text for token in wrong)}: {dataset.base.title} writes spaces",
            evidence={"tags": [token.text for token in wrong], "count": len(wrong)},
            advice="write spaces",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, wrong[0]),
            fixes=each(
                replace_tokens(caption, {t: t.text.replace("_", " ") for t in wrong}, safe=True)
            ),
        )
