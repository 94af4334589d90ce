"""RUN013 no-held-out-references."""

from rules.model import Dataset
from rules.needs import PLANNED
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("RUN013", Severity.WARNING, needs=(PLANNED,))
def no_held_out_references(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """No picture is kept out of training to judge the result by.

    What it does:
        Counts the pictures that `held_out` names.

    Why is this bad?
        A LoRA that is judged by the pictures it has learned scores best where it learned them
        by heart. A few pictures of the character that it never saw tell likeness from memory.

    Example:
        `held_out: [reference/*]` with a bust and a full body that are like no trained picture.

    Source:
        Common practice in machine learning, which trainers of LoRAs have no place for.
    """
    if dataset.planned is None or dataset.held_out:
        return
    globs = dataset.spec.held_out
    yield Violation(
        message=f"none of {counted(len(dataset.pictures), 'picture')} is held out"
        + (f": nothing falls under {', '.join(globs)}" if globs else ""),
        evidence={"held_out": 0, "pictures": len(dataset.pictures), "globs": [*globs]},
        advice="name a few as `held_out` in dataset.yaml; they are then trained by nobody",
        paths=(),
    )
