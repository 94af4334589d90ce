"""RUN010 sample-without-trigger."""

import re

from rules.model import Dataset
from rules.needs import PLANNED, SAMPLING, TRIGGER
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.violation import Said, Severity, Violation


@rule("RUN010", Severity.ERROR, needs=(PLANNED, SAMPLING, TRIGGER))
def sample_without_trigger(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """A prompt of the samples lacks the trigger.

    What it does:
        Looks for `subject.trigger` as a word in every prompt that samples are drawn from.

    Why is this bad?
        Without it the samples show the base, and epoch after epoch looks as if nothing were
        learned. Runs were stopped for that.

    Example:
        `prompts: {K: "masterpiece, 1girl, smile"}` for the trigger `tk`.

    Source:
        What users of trainers report, and a slip that a machine finds at once.
    """
    run, trigger = dataset.planned, normal(dataset.spec.subject.trigger or "")
    if run is None:
        return
    word = re.compile(rf"(?<!\w){re.escape(trigger)}(?!\w)")
    lacking = [label for label, prompt in run.prompts.items() if not word.search(normal(prompt))]
    if lacking:
        yield Violation(
            message=f"{len(lacking):,} of {counted(len(run.prompts), 'prompt')} of the samples "
            f"lack the trigger `{dataset.spec.subject.trigger}`: {quoted(lacking)}",
            evidence={"lacking": [*lacking], "prompts": len(run.prompts)},
            advice="put the trigger into each prompt of `samples.prompts`",
            paths=(),
        )
