"""TRG001 missing-trigger."""

from rules.fixing import each
from rules.model import Dataset
from rules.needs import CAPTIONS, TRIGGER
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.trigger.standing import Home, insert_trigger, trigger_index
from rules.trigger.variants import variants_of_trigger
from rules.violation import Said, Severity, Violation


@rule("TRG001", Severity.ERROR, needs=(CAPTIONS, TRIGGER))
def missing_trigger(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions without the trigger.

    What it does:
        Looks for the trigger among the tags and, on whole words, inside tags and sentences.
        Captions that spell it otherwise are left to TRG003, empty ones to CAP002. A set has one
        trigger: where it shows two characters, suppress this rule for the other one's folder.

    Why is this bad?
        What the picture shows is then learned without a name: the character leaks into the
        ordinary tags of this caption, and the trigger gets weaker for it.

    Example:
        With the trigger `tk`, `1girl, solo, smile` becomes `tk, 1girl, solo, smile` where the
        other captions begin with it.

    Source:
        Checks of other dataset tools. It is put into its declared slot, else where the other
        captions have it, else behind the prefix.
    """
    written = dataset.spec.subject.trigger or ""
    trigger = normal(written)
    missing = [
        (picture, caption)
        for picture, caption in dataset.captioned
        if caption.tokens and trigger_index(caption, trigger) is None
    ]
    if not missing:
        return
    misspelt = {id(caption) for _, caption, _ in variants_of_trigger(dataset)}
    home = Home(dataset, trigger)
    for picture, caption in missing:
        if id(caption) in misspelt:
            continue
        fix = insert_trigger(caption, written, home)
        yield Violation(
            message=f"none of {len(caption.tokens)} tags and sentences is the trigger `{written}`",
            evidence={"trigger": written, "tokens": len(caption.tokens)},
            advice=f"write `{written}` {home.in_words}",
            paths=(caption.path,),
            picture=picture.sha256,
            fixes=each(fix),
        )
