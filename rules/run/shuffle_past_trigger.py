"""RUN002 shuffle-past-trigger."""

from rules.model import Dataset
from rules.needs import CAPTIONS, PLANNED
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.trigger.standing import trigger_index
from rules.violation import Said, Severity, Violation


@rule("RUN002", Severity.ERROR, needs=(PLANNED, CAPTIONS))
def shuffle_past_trigger(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags change places, and the trigger is one of them.

    What it does:
        Counts the captions in which the planned run may move the trigger: because no trigger is
        declared, so that it counts as a tag like others, or because it stands inside a longer
        tag of a slot that is shuffled.

    Why is this bad?
        What stands first in a caption weighs most. A trigger that is somewhere else in every
        epoch is bound more weakly and takes more steps.

    Example:
        `captions: {shuffle: [general]}` for a dataset without `subject.trigger`: declare it.

    Source:
        Trainers' shuffling, read from their sources; that order weighs is common experience with
        text encoders that read in order.
    """
    planned, trigger = dataset.planned, normal(dataset.spec.subject.trigger or "")
    if planned is None or not planned.shuffled:
        return
    moved = []
    for _, caption in dataset.captioned:
        if not trigger:
            moved.append(caption.path)
            continue
        index = trigger_index(caption, trigger)
        if index is not None and caption.tokens[index].slot in planned.shuffled:
            moved.append(caption.path)
    if moved:
        why = "stands in a longer tag" if trigger else "is not declared"
        yield Violation(
            message=f"the trigger {why}, and {quoted(planned.shuffled)} of {len(moved):,} of "
            f"{counted(len(dataset.captioned), 'caption')} are shuffled",
            evidence={
                "captions": len(moved),
                "total": len(dataset.captioned),
                "shuffled": [*planned.shuffled],
                "declared": bool(trigger),
            },
            advice="make the trigger a tag of its own"
            if trigger
            else "declare it as `subject.trigger` in dataset.yaml, or shuffle nothing",
            paths=tuple(moved),
        )
