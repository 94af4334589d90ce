"""COV006 surplus-base-strong-angle."""

from rules.coverage.shown import shown
from rules.evidence import graded
from rules.model import Dataset
from rules.needs import ELEVATED, PRIORS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How many are worth it."""

    max_share: float = option(0.1, "largest share of all trained pictures")


@rule("COV006", Severity.INFO, needs=(ELEVATED, PRIORS))
def surplus_base_strong_angle(dataset: Dataset, options: Options) -> Said:
    """Many pictures from an angle that the base draws by itself.

    What it does:
        Takes the elevations that the base's profile calls strong (`from above`, `from below`)
        and counts the pictures known to be taken from there, as a share of all that are
        trained. A share that `wanted.elevation` asks for is never called too large.

    Why is this bad?
        Those pictures teach what the base can do, and their poses, crops and backgrounds come
        along. The same pictures at eye level, or from where the base is weak, would teach the
        character something.

    Example:
        12 of 60 pictures from above with a base that draws high angles anyway: keep a few.

    Source:
        The account that this linter grew from: high angles came out with two characters' LoRAs
        although no picture was taken from above. A tenth is this linter's own limit.
    """
    axes = dataset.vocabulary.axes.elevation
    claims = {
        axes[name]: claim for claim in dataset.base.strong for name in claim.names if name in axes
    }
    seen, total = shown(dataset.fed, "elevation"), len(dataset.fed)
    if claims:
        yield from seen.doubts()
    for label, claim in claims.items():
        number = seen.counts[label]
        limit = max(options.max_share, dataset.spec.wanted.elevation.get(label) or 0)  # type: ignore[call-overload]
        if number <= limit * total:
            continue
        excess = fewest(lambda k, n=number, share=limit: n - k <= share * (total - k))  # type: ignore[misc]
        yield Violation(
            message=f"{number} of {counted(total, 'picture')} ({number / total:.0%}) are from "
            f"{label} ({seen.sources}), which {dataset.base.title} draws by itself",
            evidence={
                "elevation": label,
                "pictures": number,
                "total": total,
                "claim": claim.feature,
                "by": dict(seen.sources.counts()),
            },
            advice=f"drop {excess} of them to clear this, or draw them from elsewhere",
            paths=seen.paths(label),
            severity=graded(dataset, seen.sources, Severity.INFO),
            key=label,
        )
