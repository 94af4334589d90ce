"""RUN012 indexed-but-not-trained."""

from rules.model import Dataset
from rules.needs import PLANNED
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("RUN012", Severity.ERROR, needs=(PLANNED,))
def indexed_but_not_trained(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures that are meant to be trained and are not.

    What it does:
        Compares the pictures of the manifest, or without one those that the dataset's declared
        trainer uses, with those that the run is going to train.

    Why is this bad?
        What was judged as a set is trained as another. Trainers differ in which suffixes they
        read and which folders they enter, and most leave pictures out without a word.

    Example:
        An approved picture lies in `backup/`, which this trainer does not enter: move it.

    Source:
        Trainers' loaders, read from their sources.
    """
    run = dataset.planned
    if run is None:
        return
    trained = frozenset(run.trained)
    lost = tuple(path for path in run.wanted if path not in trained)
    if lost:
        yield Violation(
            message=f"{len(lost):,} of {counted(len(run.wanted), 'picture')} would not be "
            f"trained: {quoted(lost)}",
            evidence={"lost": len(lost), "wanted": len(run.wanted), "trained": len(run.trained)},
            advice="move them where this trainer reads, or take them out of what is meant: "
            "`curate preview` says why each is left out",
            paths=lost,
        )
