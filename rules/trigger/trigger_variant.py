"""TRG003 trigger-variant."""

from typing import Annotated

from pydantic import Field

from rules.fixing import each, replace_tokens, span_in_file
from rules.model import Dataset
from rules.needs import CAPTIONS, TRIGGER
from rules.quoting import quoted
from rules.records import record
from rules.registry import option, rule
from rules.trigger.variants import LETTERS_PER_EDIT, variants_of_trigger
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How near a misspelt trigger is."""

    letters_per_edit: Annotated[int, Field(ge=1)] = option(
        LETTERS_PER_EDIT, "letters of the trigger for each letter that may differ, two at most"
    )


@rule("TRG003", Severity.ERROR, needs=(CAPTIONS, TRIGGER))
def trigger_variant(dataset: Dataset, options: Options) -> Said:
    """The trigger in another spelling.

    What it does:
        Finds the trigger with other capitals, underscores, spaces or hyphens, and in captions
        without it, tags that differ from it by one letter (two for long triggers). Short
        triggers such as `tk` have no near misses, another number (`kei2`, `kei3`) is another
        name, and a tag that stands beside the right trigger somewhere is a word of its own.

    Why is this bad?
        The text encoder makes other tokens of `Keichan` and `keichan`. The character is learned
        under two names, each with a part of the pictures, and a prompt calls up one of them.

    Example:
        `keichan` in 60 captions and `kiechan` in one.

    Source:
        Other tools' checks for near misses. One letter in five is a prior: a slip is seldom
        more, and words of four letters are near too many others.
    """
    written = dataset.spec.subject.trigger or ""
    for picture, caption, tokens in variants_of_trigger(dataset, options.letters_per_edit):
        fix = replace_tokens(caption, dict.fromkeys(tokens, written), safe=False)
        yield Violation(
            message=f"{quoted(token.text for token in tokens)} is not the trigger `{written}`",
            evidence={"trigger": written, "found": [t.text for t in tokens], "count": len(tokens)},
            advice=f"write `{written}` in every caption, or declare the other spelling in "
            f"`subject.trigger`",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, tokens[0]),
            fixes=each(fix),
        )
