"""RUN009 single-condition-samples."""

from rules.model import Dataset
from rules.needs import PLANNED, SAMPLING
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How many pictures tell something."""

    min_conditions: int = option(2, "least number of pictures an epoch: prompts times seeds")


@rule("RUN009", Severity.WARNING, needs=(PLANNED, SAMPLING))
def single_condition_samples(dataset: Dataset, options: Options) -> Said:
    """Every epoch is judged by one picture of one prompt and one seed.

    What it does:
        Multiplies the prompts of the samples with their seeds.

    Why is this bad?
        One prompt and one seed show one roll of the dice. A hand that breaks there looks like
        overtraining, a face that does not come looks like a plateau, and both are chance.

    Example:
        `seeds: [42]` with one prompt: add a seed, and a prompt with sentences.

    Source:
        The account that this linter grew from misjudged two characters by such samples: one
        undersold to the end, one called overtrained until three more seeds came out clean.
    """
    run = dataset.planned
    if run is None:
        return
    number = len(run.prompts) * len(run.seeds)
    if number < options.min_conditions:
        yield Violation(
            message=f"{counted(number, 'sample')} an epoch: {counted(len(run.prompts), 'prompt')} "
            f"x {counted(len(run.seeds), 'seed')}",
            evidence={"prompts": len(run.prompts), "seeds": len(run.seeds)},
            advice="name two seeds at least, and prompts with and without sentences",
            paths=(),
        )
