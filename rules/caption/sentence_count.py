"""CAP015 sentence-count."""

from rules.model import Dataset
from rules.needs import CAPTIONS, SENTENCES
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("CAP015", Severity.INFO, needs=(SENTENCES, CAPTIONS))
def sentence_count(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions with more or fewer sentences than declared.

    What it does:
        Counts the sentences of each caption and compares them with `caption.sentences`. What a
        sentence is, is told by its form: it opens with a capital and a function word, or is a
        long clause among tags.

    Why is this bad?
        Sentences carry what tags cannot: on which side a ponytail hangs, how hair falls. Where
        some captions lack them, those features are tied to the pictures that have them.

    Example:
        Two sentences are declared, one caption ends after the first. Write the second.

    Source:
        The account that this linter grew from: two sentences in every caption of its sets. How
        much the number matters was not measured.
    """
    declared = dataset.spec.caption.sentences
    for picture, caption in dataset.captioned:
        found = len(caption.sentences)
        # A caption without any words is another rule's finding.
        if declared is None or found == declared or not caption.tokens:
            continue
        yield Violation(
            message=f"{counted(found, 'sentence')}, {declared} declared",
            evidence={"sentences": found, "declared": declared},
            advice=f"write {counted(declared, 'sentence')}, or change `caption.sentences`",
            paths=(caption.path,),
            picture=picture.sha256,
        )
