"""RUN001 flip-with-handed-feature."""

from rules.model import Dataset
from rules.needs import HANDED
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("RUN001", Severity.ERROR, needs=(HANDED,), profile="min")
def flip_with_handed_feature(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures are mirrored although a feature belongs to one side.

    What it does:
        Looks whether the planned run, or without one the trainer's profile, mirrors pictures
        while `subject.handed` names a feature with a side.

    Why is this bad?
        A mirrored picture shows the feature on the wrong side under the same caption. Half of
        what is learned then contradicts the other half, and the side comes out by chance.

    Example:
        `handed: {side ponytail: right}` and `flip: true`. Turn flips off; a symmetric character
        is the only one that they help.

    Source:
        The account that this linter grew from: a side ponytail kept its side with three seeds of
        three, trained without flips. That flips break it follows from what they do.
    """
    if not (dataset.planned.flip if dataset.planned else dataset.trainer.flip.enabled):
        return
    handed = dataset.spec.subject.handed
    who = "the run" if dataset.planned else f"the trainer `{dataset.trainer.id}`"
    yield Violation(
        message=f"{who} mirrors pictures, and {counted(len(handed), 'feature')} "
        f"{'has' if len(handed) == 1 else 'have'} a side: {quoted(handed)}",
        evidence={"handed": dict(handed), "count": len(handed), "planned": bool(dataset.planned)},
        advice="set `flip: false`"
        if dataset.planned
        else "turn flips off in the trainer (`trainer: {profile: "
        f"{dataset.trainer.id}, flip: false}}` says so here)",
        paths=(),
    )
