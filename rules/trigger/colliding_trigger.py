"""TRG004 colliding-trigger."""

from collections.abc import Iterator

from rules.model import Dataset
from rules.needs import TRIGGER
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.trigger.standing import trigger_index
from rules.violation import Said, Severity, Violation


@rule("TRG004", Severity.WARNING, needs=(TRIGGER,))
def colliding_trigger(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """A trigger that the base knows as something else.

    What it does:
        Looks the trigger and each run of its words up among everyday words, the words of
        well-known tags, and the tags and aliases of your vocabulary file. Words with a hyphen
        count as one, and declared class words are there on purpose (`ohwx girl`).

    Why is this bad?
        The base has met `rose` a million times. The LoRA has to overwrite that meaning, it
        takes longer, and flowers keep coming up; other prompts with the word change as well.

    Example:
        The trigger `rose`; `rosechan` or `rs` means nothing to the base.

    Source:
        Other tools' checks for triggers that are tags. The lists hold what is common, not all
        that a base knows: a name your vocabulary file lacks may still be taken.
    """
    written = dataset.spec.subject.trigger or ""
    trigger, vocabulary = normal(written), dataset.vocabulary
    common = vocabulary.tag_words.union(vocabulary.words.common)
    known = dataset.known_tags or {}
    classes = frozenset(map(normal, dataset.spec.subject.class_words))
    taken = [
        run
        for run in _runs(trigger)
        if (run in common or run in known or (run in dataset.aliases and known))
        and (run not in classes or run == trigger)
    ]
    if not taken:
        return
    bearing = [c for _, c in dataset.captioned if trigger_index(c, trigger) is not None]
    said = "is a word" if trigger in taken else f"holds {quoted(taken)}, "
    said += " that the base knows already" if trigger in taken else "which the base knows already"
    yield Violation(
        message=f"the trigger `{written}` of {counted(len(bearing), 'caption')} {said}",
        evidence={"trigger": written, "taken": list(taken), "captions": len(bearing)},
        advice="choose a word that means nothing else, in `subject.trigger` and in all captions",
        paths=tuple(dict.fromkeys(caption.path for caption in bearing)),
    )


def _runs(trigger: str) -> Iterator[str]:
    """The trigger, or the longest of its words' runs first."""
    words = trigger.split()
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
