"""MIS003 view-mismatch."""

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


@rule("MIS003", Severity.WARNING, needs=(CAPTIONS, LOOKED_AT))
def view_mismatch(dataset: Dataset, options: Options) -> Said:
    """The caption names another view or angle than the picture has.

    What it does:
        Compares the view (`from behind`, `from side`, a sentence) and the elevation (`from
        below`) that a caption declares with what a person labelled or a classifier saw with at
        least `min_p`. Neighbouring views are let pass (side and three-quarter, back and
        half-turned back), the wrong side of the character is not. For elevations a classifier
        must see the opposite. `profile` speaks of the face and is left out. While no 30 labelled
        pictures have tested the classifier, its word is an info.

    Why is this bad?
        The words for the camera are the only handle on it. `from behind` on a front view makes
        the tag mean nothing, and the trigger takes the view instead.

    Example:
        `from side` on a picture from the front. Take the tag off.

    Source:
        The account that this linter grew from: directions in sentences made a side ponytail
        follow its side, so wrong ones would undo it. No fix is made without asking.
    """
    for axis in ("view", "elevation"):
        yield from uncompared(dataset, axis)
    for found, told in mismatches(dataset, ("view", "elevation"), options.min_p):
        yield violation(dataset, found, (declared.words for declared in told))
