"""RUN011 drifted-manifest."""

from rules.model import Dataset
from rules.needs import APPROVED, PLANNED
from rules.quoting import counted, some_of
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("RUN011", Severity.ERROR, needs=(PLANNED, APPROVED), profile="min")
def drifted_manifest(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """A picture, a caption or dataset.yaml changed since it was approved.

    What it does:
        Compares the sha256 of every approved picture, of its caption and of dataset.yaml with
        those in manifest.json.

    Why is this bad?
        What was judged and approved is not what would be trained. The manifest's hash stands in
        every LoRA file, and has to mean something.

    Example:
        A caption was mended after `curate approve`. Approve again; or bring the old file back.

    Source:
        Computed from first principles.
    """
    run = dataset.planned
    if run is None or not run.drifted:
        return
    yield Violation(
        message=f"{counted(len(run.drifted), 'file')} differ from the approval: "
        f"{some_of(run.drifted)}"
        if len(run.drifted) > 1
        else run.drifted[0],
        evidence={"count": len(run.drifted), "drifted": [*run.drifted]},
        advice="bring the old files back, or run `curate approve` again",
        paths=(),
    )
