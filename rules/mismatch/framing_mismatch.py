"""MIS002 framing-mismatch."""

from rules.mismatch.contradiction import mismatches, uncompared, violation
from rules.model import Dataset
from rules.needs import CAPTIONS, LOOKED_AT
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity


@record
class Options:
    """When a classifier is believed."""

    min_p: float = option(0.9, "least probability of what a classifier saw")


@rule("MIS002", Severity.WARNING, needs=(CAPTIONS, LOOKED_AT))
def framing_mismatch(dataset: Dataset, options: Options) -> Said:
    """The caption names another framing than the picture has.

    What it does:
        Compares the framing that tags and sentences declare with what a person labelled or a
        classifier saw with at least `min_p`. Neighbours (face and bust, bust and cowboy shot,
        cowboy shot and full body) are let pass, and so is a caption of which any word fits.
        While no 30 labelled pictures have tested the classifier, its word is an info.

    Why is this bad?
        `full body` on a bust teaches that full bodies are cropped, and every prompt with it
        then is.

    Example:
        A crop of a full body that kept its caption. Write `upper body` instead.

    Source:
        Computed from the two readings; no fix is made without asking, for either may be wrong.
    """
    yield from uncompared(dataset, "framing")
    for found, told in mismatches(dataset, ("framing",), options.min_p):
        yield violation(dataset, found, (declared.words for declared in told))
