"""MIS006 uncalibrated-classifier."""

from rules.evidence import TESTED
from rules.model import Dataset
from rules.needs import SEEN
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("MIS006", Severity.INFO, needs=(SEEN,))
def uncalibrated_classifier(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """No labelled pictures tell how often the classifier is right.

    What it does:
        Counts the pictures that a classifier looked at and the labelled ones that it was tested
        on. Under 30, what it says against a caption is an info, and no finding that rests on its
        sight is an error.

    Why is this bad?
        A classifier that is right nine times of ten on its own material may be right six times
        on yours, and as sure of itself.

    Example:
        70 pictures seen, none labelled. Label 30 of all kinds in labels.json and run `curate
        calibrate`.

    Source:
        Computed: 27 of 30 right bound the rate at 74% from below (Wilson, 95%), 9 of 10 at 60%.
    """
    looked = [picture for picture in dataset.pictures if picture.seen]
    if dataset.tested_on >= TESTED:
        return
    names = dict.fromkeys(picture.seen.classifier for picture in looked if picture.seen)
    yield Violation(
        message=f"{dataset.tested_on} of {TESTED} labelled pictures have tested {quoted(names)}, "
        f"which looked at {counted(len(looked), 'picture')}",
        evidence={"tested_on": dataset.tested_on, "seen": len(looked), "classifiers": list(names)},
        advice=f"label {TESTED - dataset.tested_on} more in labels.json and run `curate "
        "calibrate`; until then take what it says as advice",
        paths=tuple(picture.path for picture in looked),
    )
