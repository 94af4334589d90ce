"""RUN004 epochs-past-plateau."""

from rules.model import Dataset
from rules.needs import PLANNED
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How often a picture is shown until nothing more is learned."""

    plain: int = option(600, "exposures of a picture until a character without sides is learned")
    handed: int = option(720, "the same where a feature has a side")
    own: int = option(80, "the same where half of the set comes from the base's own family")
    factor: float = option(1.5, "how many times that many are too many")


@rule("RUN004", Severity.INFO, needs=(PLANNED,))
def epochs_past_plateau(dataset: Dataset, options: Options) -> Said:
    """More epochs are planned than anything was seen to be learned in.

    What it does:
        Multiplies repeats and epochs to how often a picture is shown, and compares that with
        `factor` times the number at which such characters were done: fewest where at least half
        of the pictures come from the base's own family, most where a feature has a side.

    Why is this bad?
        Past the plateau nothing gets better and every hour costs the same. It does not break
        either: deep epochs of both characters were clean with several seeds.

    Example:
        360 epochs of 4 repeats are 1,440 exposures; 600 were enough. Plan 150 epochs, look at
        the samples, and go on from the last state if they still improve.

    Source:
        Three runs of two characters by one author: 480 to 600 exposures and no gain behind them,
        600 to 720 where a ponytail had to learn its side, and 80 for pictures that the base's
        own family had drawn. A prior, not a law: n = 2 characters.
    """
    run = dataset.planned
    if run is None:
        return
    family = dataset.base.family.casefold()
    own = sum(bool(p.source and (p.source.family or "").casefold() == family) for p in dataset.fed)
    if own and 2 * own >= len(dataset.fed):
        known, kind = options.own, "drawn by the base's own family"
    elif dataset.spec.subject.handed:
        known, kind = options.handed, "with a feature that has a side"
    else:
        known, kind = options.plain, "without a feature that has a side"
    if run.exposures <= options.factor * known:
        return
    enough = max(1, round(run.epochs * known / run.exposures))
    yield Violation(
        message=f"{run.exposures:,} exposures of a picture are planned; characters {kind} were "
        f"done at {known:,}",
        evidence={"exposures": run.exposures, "known": known, "own_family": own},
        advice=f"plan {enough:,} epochs; a run goes on from its last state if more are wanted",
        paths=(),
    )
