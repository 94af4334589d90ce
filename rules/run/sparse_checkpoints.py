"""RUN005 sparse-checkpoints."""

from rules.model import Dataset
from rules.needs import PLANNED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How far apart saved epochs may lie."""

    max_apart: int = option(1, "epochs between two LoRA files")


@rule("RUN005", Severity.INFO, needs=(PLANNED,))
def sparse_checkpoints(dataset: Dataset, options: Options) -> Said:
    """Not every epoch leaves a LoRA file.

    What it does:
        Compares `save_every` with `max_apart`. This project's trainer never deletes a LoRA file,
        so nothing else can be lost.

    Why is this bad?
        Which epoch is best is found out afterwards, by drawing from many of them. One that was
        not written cannot be drawn from, and early ones are needed to tell a plateau.

    Example:
        `save_every: 10` and the best epoch is 85: train again, or live with 80. A file of rank
        32 has 92 MB.

    Source:
        The account that this linter grew from saved every epoch, and found by comparing them
        that 120 to 150 were as good as 180.
    """
    run = dataset.planned
    if run is None or run.save_every <= options.max_apart:
        return
    saved = -(-run.epochs // run.save_every)
    yield Violation(
        message=f"{counted(saved, 'LoRA file')} of {counted(run.epochs, 'epoch')}: one in "
        f"{run.save_every:,}",
        evidence={"save_every": run.save_every, "epochs": run.epochs, "files": saved},
        advice=f"set `save_every: {options.max_apart}`",
        paths=(),
    )
