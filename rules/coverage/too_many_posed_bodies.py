"""COV004 too-many-posed-bodies."""

from rules.coverage.shown import full_bodies, stances
from rules.evidence import graded, unjudged
from rules.model import Dataset
from rules.needs import FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How many are too many."""

    min_pictures: int = option(8, "least number of posed full bodies")
    max_share: float = option(0.5, "largest share of all trained pictures")


@rule("COV004", Severity.WARNING, needs=(FRAMED,))
def too_many_posed_bodies(dataset: Dataset, options: Options) -> Said:
    """Posed full bodies are most of the set.

    What it does:
        Counts the full bodies that are known not to stand upright, and their share of all
        pictures that are trained, whether or not their pose is known.

    Why is this bad?
        In a full body the face is a few dozen pixels: it teaches clothes and a pose, and the
        base draws ordinary poses by itself. Each such picture pulls the trigger towards its
        stance and takes its share of the training from the busts that hold the identity.

    Example:
        44 of 70 pictures (63%). Keep half a dozen of the best, and spend the rest on upright
        turnarounds and busts.

    Source:
        The account that this linter grew from: 44 of 70, and its author's own conclusion was
        to replace them with a few upright ones. One character; half is a convention.
    """
    stands = stances(full_bodies(dataset))
    yield from unjudged(stands.sources, "pose of full bodies")
    posed, total = stands.counts["not upright"], len(dataset.fed)
    if posed < options.min_pictures or posed <= options.max_share * total:
        return
    fewer = fewest(lambda k: posed - k <= options.max_share * (total - k))
    more = fewest(lambda k: posed <= options.max_share * (total + k))
    add = f" or add {counted(more, 'other')}" if more else ""
    yield Violation(
        message=f"{posed} of {counted(total, 'picture')} ({posed / total:.0%}) are posed full "
        f"bodies ({stands.sources})",
        evidence={
            "posed": posed,
            "total": total,
            "share": round(posed / total, 4),
            "by": dict(stands.sources.counts()),
        },
        advice=f"drop {fewer} of them{add} to clear this; better, put upright ones and busts in "
        "their place",
        paths=stands.paths("not upright"),
        severity=graded(dataset, stands.sources, Severity.WARNING),
    )
