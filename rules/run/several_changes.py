"""RUN008 several-changes."""

from rules.model import Dataset
from rules.needs import COMPARED, PLANNED
from rules.quoting import quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How many things a comparison can bear."""

    max_factors: int = option(1, "settings that may differ from the run that is compared with")


@rule("RUN008", Severity.WARNING, needs=(PLANNED, COMPARED))
def several_changes(dataset: Dataset, options: Options) -> Said:
    """More than one thing differs from the run that this one is compared with.

    What it does:
        Counts the settings that differ from the run that `compared_with` names; what only
        watches a run (samples, saved epochs) does not count. `train diff` tells the same of two
        files, and `curate compare` of two datasets.

    Why is this bad?
        When two things change, nobody can tell which of them made the difference, and the next
        decision rests on a guess.

    Example:
        Another base and other pictures: if the face improves, was it the base? Change one, look,
        then the other.

    Source:
        The account that this linter grew from changed base and pictures at once, and needed a
        third run with another character to part them.
    """
    run = dataset.planned
    if run is None or len(run.factors) <= options.max_factors:
        return
    yield Violation(
        message=f"{said(len(run.factors))} against `{run.compared_with}`: "
        f"{quoted(factor.key for factor in run.factors)}",
        evidence={
            "count": len(run.factors),
            "factors": {factor.key: [factor.before, factor.after] for factor in run.factors},
        },
        advice="change one at a time: no one of several can be judged",
        paths=(),
    )


def said(number: int) -> str:
    """How many factors change, as every comparison says it."""
    return "1 factor changes" if number == 1 else f"{number:,} factors change at once"
