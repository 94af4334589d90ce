"""TRG011 missing-class-word."""

from rules.features import forms
from rules.model import Caption, Dataset
from rules.needs import CAPTIONS, CLASS_WORDS
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation

DIGITS = "0123456789"


@record
class Options:
    """When a caption without the word is an oversight."""

    min_share: float = option(
        0.8, "share of the captions that name the class, under which it is not meant to be named"
    )


@rule("TRG011", Severity.WARNING, needs=(CAPTIONS, CLASS_WORDS))
def missing_class_word(dataset: Dataset, options: Options) -> Said:
    """Captions that do not say what the character is, where the others do.

    What it does:
        Looks for the words of `subject.class_words` among the tags and, on whole words, in the
        sentences; `1girl` and `girls` name a `girl`. Where `min_share` of the captions name one,
        those that name none are reported. Where fewer do, the set leaves the class to the
        trigger, and nothing is said.

    Why is this bad?
        The class word is what the base knows already; beside it the trigger only has to learn
        what sets the character apart. Where it is missing, the trigger learns the whole girl.

    Example:
        `tk, 1girl, smile` in 58 captions and `tk, smile` in two: write `1girl` there, too.

    Source:
        caption-audit reports the share of captions with each class word. The share from which
        the others are taken for an oversight is this linter's own.
    """
    words = {form for word in dataset.spec.subject.class_words for form in forms(word)}
    tags = frozenset(tag for tag in dataset.tag_counts if _names(tag, words))
    captions = [(p, caption) for p, caption in dataset.captioned if caption.tokens]
    missing = [(p, caption) for p, caption in captions if not _says(caption, tags, words)]
    named = len(captions) - len(missing)
    if not missing or named < options.min_share * len(captions):
        return
    for picture, caption in missing:
        yield Violation(
            message=f"no class word, which {named} of {counted(len(captions), 'caption')} name "
            f"({quoted(dataset.spec.subject.class_words)})",
            evidence={"named": named, "captions": len(captions)},
            advice="say what she is, as the other captions do",
            paths=(caption.path,),
            picture=picture.sha256,
        )


def _names(tag: str, words: set[str]) -> bool:
    """Whether a tag is one of the words, with a number or other words before it."""
    return tag.lstrip(DIGITS) in words or tag.rpartition(" ")[2] in words


def _says(caption: Caption, tags: frozenset[str], words: set[str]) -> bool:
    return not tags.isdisjoint(caption.tags) or any(map(caption.names, words))
