"""RES006 starved-bucket."""

from collections import defaultdict
from collections.abc import Mapping

from rules.model import Dataset, Picture
from rules.needs import PLACED
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

Filled = Mapping[tuple[int, int], list[Picture]]


@rule("RES006", Severity.WARNING, needs=(PLACED,))
def starved_bucket(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Buckets that hold fewer pictures than one batch.

    What it does:
        Counts the pictures of each bucket, each as often as an epoch repeats it, and compares
        the number with what the trainer takes at once: the batch size (`trainer.batch`, else
        the profile's), times its accumulation where every bucket has to fill whole steps. It is
        an error where the profile says that the bucket is then left out, an info where it says
        that a smaller batch is trained. A trainer whose batches mix buckets stops where two
        sizes meet; that is an error of its own.

    Why is this bad?
        A batch holds pictures of one size only. Where a bucket cannot fill one, some trainers
        leave its pictures out without a word, others train a smaller batch, in which each
        picture weighs more than its neighbours elsewhere.

    Example:
        Batch 4, and two pictures of 1344x768. Crop them to a format that others have, or raise
        their repeats to 2.

    Source:
        bghira/SimpleTuner#191 and #484: whole aspect buckets fell out of a run because the batch
        was larger. What each trainer does stands in the references of its profile.
    """
    filled: dict[tuple[int, int], list[Picture]] = defaultdict(list)
    for picture in dataset.fed:
        if picture.placement is not None:
            filled[picture.placement.bucket].append(picture)
    if not dataset.trainer.batching.mixed:
        yield from _starved(dataset, filled)
    elif dataset.trainer.batch > 1 and len(filled) > 1:
        yield _mixed(dataset, filled)


def _starved(dataset: Dataset, filled: Filled) -> Said:
    trainer = dataset.trainer
    dropped, kept = (trainer.batching.remainder == fate for fate in ("bucket", "kept"))
    wanted = trainer.batch * (trainer.batching.accumulation if dropped else 1)
    for (width, height), pictures in sorted(filled.items()):
        shown = sum(picture.repeats for picture in pictures)
        if shown >= wanted:
            continue
        yield Violation(
            message=f"{counted(len(pictures), 'picture')} in the bucket {width}x{height}, shown "
            f"{counted(shown, 'time')} an epoch, where a {'step' if dropped else 'batch'} takes "
            f"{wanted}" + (f": {trainer.id} leaves them out" if dropped else ""),
            evidence={
                "bucket": [width, height],
                "pictures": len(pictures),
                "shown": shown,
                "wanted": wanted,
                "left_out": dropped,
            },
            advice="crop or extend them to the format of a fuller bucket, repeat them more "
            "often, or lower the batch",
            paths=tuple(picture.path for picture in pictures),
            severity=Severity.ERROR if dropped else Severity.INFO if kept else Severity.WARNING,
            key=f"{width}x{height}",
        )


def _mixed(dataset: Dataset, filled: Filled) -> Violation:
    trainer = dataset.trainer
    return Violation(
        message=f"{len(filled)} buckets, and {trainer.id} draws each batch of {trainer.batch} "
        "from all of them: it stops where two sizes meet",
        evidence={"buckets": len(filled), "batch": trainer.batch},
        advice="set the batch to 1, or crop all pictures to one format",
        paths=tuple(picture.path for pictures in filled.values() for picture in pictures),
        severity=Severity.ERROR,
        key="mixed",
    )
