"""TAG003 implied-tag."""

from rules.fixing import each, remove_tokens, span_in_file
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.tag.implications import implied_tags
from rules.violation import Said, Severity, Violation


@rule("TAG003", Severity.INFO, needs=(CAPTIONS,))
def implied_tag(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags that another tag of the same caption says already.

    What it does:
        Finds `shirt` beside `white shirt`: a tag implies the tag in which it ends, on whole
        words, and what the vocabulary's implications add (`sneakers`: `shoes`). Your own go into
        `lint.implies`. Declared structure and class words stay.

    Why is this bad?
        The general tag learns part of what only the special one should: `shirt` becomes a white
        shirt. Taggers write both, so the pair spreads over the whole set. Some people keep the
        general one on purpose, to call it up by either word: hence an info.

    Example:
        `shirt, white shirt, skirt, pleated skirt` says no more than
        `white shirt, pleated skirt`.

    Source:
        Other tools' checks for redundant tags, made on whole words; implications as the image board
        of the base's vocabulary has them.
    """
    implied = implied_tags(dataset)
    for picture, caption in dataset.captioned:
        tags = set(caption.tags)
        said_by = {
            parent: tag
            for tag in caption.tags
            if tag in implied
            for parent in implied[tag]
            if parent in tags
        }
        if not said_by:
            continue
        tokens = [t for t in caption.tokens if t.tag in said_by and t.slot != "prose"]
        names = tuple(dict.fromkeys(token.tag for token in tokens))
        pairs = "; ".join(f"`{name}` by `{said_by[name]}`" for name in names)
        fix = remove_tokens(caption, frozenset(tokens), safe=False)
        yield Violation(
            message=f"{counted(len(names), 'tag')} said already: {pairs}",
            evidence={"implied": {name: said_by[name] for name in names}, "count": len(names)},
            advice="keep the special tag and drop the general one",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, tokens[0]),
            fixes=each(fix),
        )
