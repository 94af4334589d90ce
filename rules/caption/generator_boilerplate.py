"""CAP018 generator-boilerplate."""

import re

from rules.model import Caption, Dataset
from rules.needs import CAPTIONS
from rules.quoting import quoted
from rules.registry import NoOptions, rule
from rules.spec import Tags
from rules.violation import Abstention, Said, Severity, Violation

BARE_SLOTS = frozenset({"trigger", "quality"})


@rule("CAP018", Severity.ERROR, needs=(CAPTIONS,))
def generator_boilerplate(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions in which a captioning program talks about itself, or said nothing.

    What it does:
        Finds tags and sentences that begin like the refusals of captioning programs (`I'm
        sorry`), an error, or like their openings (`The image shows`), a warning, since the
        caption follows. Also finds captions that hold the trigger and quality tags alone while
        others of the set hold more: what is left when the program's answer was empty. A set in
        which every caption is bare is taken for meant so.

    Why is this bad?
        The LoRA learns the phrase as part of the character, and a refusal describes nothing. A
        bare trigger takes up everything in the picture: pose, background and all.

    Example:
        `tk, I'm sorry, I can't help with that.` Caption the picture again.

    Source:
        atomantic/PortOS#1233: a vision model's refusals, saved as captions.
    """
    words = dataset.vocabulary.words
    phrases = words.refusals + words.openings
    beginning = re.compile(rf"[\"'(]*({'|'.join(map(re.escape, phrases))})(?!\w)", re.IGNORECASE)
    trigger = bool(dataset.spec.subject.trigger)
    bare = sum(_is_bare(caption) for _, caption in dataset.captioned) if trigger else 0
    meant = bare == len(dataset.captioned)
    for picture, caption in dataset.captioned:
        found = _found(caption, phrases, beginning)
        alone = trigger and not meant and _is_bare(caption)
        if not found and not alone:
            continue
        opened = bool(found) and set(words.openings).issuperset(found)
        yield Violation(
            message=f"{len(found)} of {len(caption.tokens)} tags and sentences begin like a "
            f"captioning program's own words: {quoted(found)}"
            if found
            else f"nothing but {quoted(t.text for t in caption.tokens)}: {bare} of "
            f"{len(dataset.captioned)} captions are so",
            evidence={"phrases": list(found), "bare": alone, "bare_captions": bare},
            advice="take the words out and begin with what the picture shows"
            if opened
            else "caption this picture again, or by hand",
            paths=(caption.path,),
            severity=Severity.WARNING if opened else Severity.ERROR,
            picture=picture.sha256,
        )
    if not trigger:
        total = len(dataset.captioned)
        reason = "no trigger is declared, so captions that hold it alone are not known"
        yield Abstention(reason=reason, count=total, total=total)


def _found(caption: Caption, phrases: Tags, beginning: re.Pattern[str]) -> list[str]:
    """The phrases with which tags or sentences begin."""
    text = caption.text.replace("’", "'")
    folded = text.casefold()
    if not any(phrase in folded for phrase in phrases):
        return []
    matches = (beginning.match(text, token.start) for token in caption.tokens)
    return [match[1].lower() for match in matches if match]


def _is_bare(caption: Caption) -> bool:
    slots = {token.slot for token in caption.tokens}
    return "trigger" in slots and slots <= BARE_SLOTS
