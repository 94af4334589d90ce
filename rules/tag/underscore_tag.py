"""TAG001 underscore-tag."""

from rules.fixing import each, replace_tokens, span_in_file
from rules.model import Caption, Dataset, Token
from rules.needs import CAPTIONS
from rules.quoting import quoted
from rules.registry import NoOptions, rule
from rules.spelling import squeezed
from rules.terms import normal
from rules.violation import Said, Severity, Violation

KEPT = frozenset({"prose", "trigger"})


@rule("TAG001", Severity.WARNING, needs=(CAPTIONS,))
def underscore_tag(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags with underscores under a base that was trained on spaces.

    What it does:
        Finds `_` in tags where the base's profile says that its captions use spaces. Emoticons
        (`^_^`), `score_7` and the declared trigger keep theirs; the trigger in another spelling
        is TRG003's. Several such tags with spaces between them and no comma (`blue_hair
        red_dress`) are told apart and not mended: without their underscores nobody could part
        them any more.

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
    trigger = squeezed(normal(dataset.spec.subject.trigger or ""))
    for picture, caption in dataset.captioned:
        wrong = [
            t
            for t in caption.tokens
            if "_" in t.text
            and "_" not in t.tag
            and t.slot not in KEPT
            and squeezed(t.tag) != trigger
        ]
        if not wrong:
            continue
        rows = [token.text for token in wrong if _is_row_of_tags(token, caption)]
        fix = None
        if not rows:
            fix = replace_tokens(caption, {t: t.text.replace("_", " ") for t in wrong}, safe=True)
        yield Violation(
            message=f"{quoted(token.text for token in wrong)}: {dataset.base.title} writes spaces"
            + (", and commas between tags" if rows else ""),
            evidence={
                "tags": [token.text for token in wrong],
                "count": len(wrong),
                "rows": [*rows],
            },
            advice="part the tags by commas, then write spaces" if rows else "write spaces",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, wrong[0]),
            fixes=each(fix),
        )


def _is_row_of_tags(token: Token, caption: Caption) -> bool:
    """Whether it looks like several tags with spaces for commas, as image boards write them."""
    words = token.text.split()
    underscored = sum("_" in word for word in words)
    return underscored > 1 or (len(words) > 1 and "," not in caption.text)
