"""RUN006 unlike-recipe."""

from collections.abc import Iterator

from rules.model import Dataset
from rules.needs import PLANNED, RECIPE
from rules.planned_run import PlannedRun
from rules.profiles import Recipe
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How far a rate may stray."""

    lr_factor: float = option(2.0, "times that a rate may be over or under the recommended one")


@rule("RUN006", Severity.INFO, needs=(PLANNED, RECIPE))
def unlike_recipe(dataset: Dataset, options: Options) -> Said:
    """Rank, alpha or a rate other than the base's makers recommend.

    What it does:
        Compares rank, alpha / rank, the learning rate and that of the base's adapter with the
        recipe in the base's profile. A rate within `lr_factor` times of it is taken for alike.

    Why is this bad?
        It need not be: recipes are where to start. But a result that disappoints is then told
        apart from others by more than its pictures, and advice about this base does not fit it.

    Example:
        `lr: 1e-4` with alpha = rank is five times the rate that Anima's makers start from; a
        trained adapter changes what every other prompt means.

    Source:
        The profile of the base names who recommends it. The factor is a guess.
    """
    run, recipe = dataset.planned, dataset.base.recipe
    if run is None or recipe is None:
        return
    differing = dict(_differing(run, recipe, options.lr_factor))
    if differing:
        told = ", ".join(f"{key} {ours:g} ({its:g})" for key, (ours, its) in differing.items())
        yield Violation(
            message=f"{len(differing)} of 4 settings are not those recommended for "
            f"{dataset.base.title}: {told}",
            evidence={key: [ours, its] for key, (ours, its) in differing.items()},
            advice="begin with the recommended ones, unless this is what the run shall find out",
            paths=(),
        )


def _differing(
    run: PlannedRun, recipe: Recipe, factor: float
) -> Iterator[tuple[str, tuple[float, float]]]:
    if run.rank != recipe.rank:
        yield "rank", (run.rank, recipe.rank)
    if run.alpha * recipe.rank != recipe.alpha * run.rank:
        yield "alpha / rank", (run.alpha / run.rank, recipe.alpha / recipe.rank)
    if not recipe.lr <= run.lr * factor <= recipe.lr * factor**2:
        yield "lr", (run.lr, recipe.lr)
    if run.adapter_lr != recipe.adapter_lr:
        yield "adapter lr", (run.adapter_lr, recipe.adapter_lr)
