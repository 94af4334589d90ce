"""TAG002 repeated-tag."""

from rules.caption.reach import is_cut_into_words
from rules.fixing import each, remove_tokens, span_in_file
from rules.model import Caption, Dataset, Token
from rules.needs import CAPTIONS
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("TAG002", Severity.WARNING, needs=(CAPTIONS,))
def repeated_tag(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags that stand twice in one caption.

    What it does:
        Finds tags that are equal once case, underscores and escapes are ignored. Sentences are
        not compared: prose may name what a tag names.

    Why is this bad?
        A repeated tag weighs more than its neighbours and takes room from them, in this picture
        only. It is nearly always what is left of merging two lists of tags.

    Example:
        `tk, 1girl, blue dress, smile, blue_dress` becomes `tk, 1girl, blue dress, smile`.

    Source:
        Other tools' checks for duplicate tags; most compare the spelling, so that `blue_dress`
        beside `blue dress` escapes them.
    """
    for picture, caption in dataset.captioned:
        # The words of a sentence come again; other rules report that it is cut into them.
        if len(set(caption.tags)) == len(caption.tags) or is_cut_into_words(dataset, picture):
            continue
        again = _repeats(caption)
        names = tuple(dict.fromkeys(token.tag for token in again))
        fix = remove_tokens(caption, frozenset(again), safe=True)
        yield Violation(
            message=f"{counted(len(names), 'tag')} more than once: {quoted(names)}",
            evidence={"tags": list(names), "repeats": len(again)},
            advice="keep the first of each",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, again[0]),
            fixes=each(fix),
        )


def _repeats(caption: Caption) -> list[Token]:
    """Every tag but its first occurrence."""
    seen: set[str] = set()
    again: list[Token] = []
    for token in caption.tokens:
        if token.slot == "prose":
            continue
        if token.tag in seen:
            again.append(token)
        seen.add(token.tag)
    return again
