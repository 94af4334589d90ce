"""RUN003 step-arithmetic."""

from collections.abc import Iterator

from rules.model import Dataset
from rules.needs import PLANNED
from rules.planned_run import PlannedRun
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How much of an epoch may be left over."""

    max_dropped: float = option(0.02, "share of an epoch's pictures that may fill no step")


@rule("RUN003", Severity.WARNING, needs=(PLANNED,))
def step_arithmetic(dataset: Dataset, options: Options) -> Said:
    """The number of steps is not what was meant, or pictures fill no step.

    What it does:
        Multiplies out pictures, repeats, batch, accumulation and epochs as the trainer does it,
        bucket by bucket, and compares the result with `steps`, where that is stated. Counts the
        pictures of an epoch that fill no whole step. An epoch without a step is an error.

    Why is this bad?
        Recipes are told in steps or in epochs, and people who go by the other number train half
        or twice as long. What fills no step is left out of every epoch.

    Example:
        70 pictures with 4 repeats, batch 1 and accumulation 4 are 70 steps an epoch, and 12,600
        in 180 epochs. With accumulation 32 they are 8, and 24 pictures are left over each time.

    Source:
        The account that this linter grew from tells 12,600 steps for that arithmetic. The share
        is a matter of taste: below it nobody notices.
    """
    run = dataset.planned
    if run is None:
        return
    yield from _faults(run, options)


def _faults(run: PlannedRun, options: Options) -> Iterator[Violation]:
    total = run.steps * run.epochs
    if not run.steps:
        yield Violation(
            message=f"an epoch shows {counted(run.shown, 'picture')}, which fill no step of "
            f"{run.per_step:,}",
            evidence={"shown": run.shown, "per_step": run.per_step, "steps": 0},
            advice="lower `accumulation` or `batch`, raise `repeats`, or set `remainder: kept`",
            paths=(),
            severity=Severity.ERROR,
            key="none",
        )
    elif (left := run.shown - run.stepped) > options.max_dropped * run.shown:
        yield Violation(
            message=f"{left:,} of {counted(run.shown, 'picture')} of an epoch fill no step: "
            f"{run.steps:,} steps of at most {run.per_step:,}",
            evidence={"left": left, "shown": run.shown, "steps": run.steps},
            advice="set `remainder: kept`, or choose `repeats` and `accumulation` that divide",
            paths=(),
            key="dropped",
        )
    if run.stated_steps not in {None, total}:
        yield Violation(
            message=f"{run.steps:,} steps an epoch x {counted(run.epochs, 'epoch')} are "
            f"{total:,}, and {run.stated_steps:,} are stated",
            evidence={"steps": total, "stated": run.stated_steps, "epochs": run.epochs},
            advice="correct `steps`, or what it follows from",
            paths=(),
            key="stated",
        )
