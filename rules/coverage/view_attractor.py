"""COV008 view-attractor."""

from collections import Counter

from rules.coverage.shown import shown
from rules.evidence import graded, view_group
from rules.model import Dataset
from rules.needs import VIEWED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """When one view pulls all others."""

    min_pictures: int = option(8, "least number of pictures whose view is known")
    max_share: float = option(0.75, "largest share of one view, left and right together")
    max_three_quarter: float = option(
        0.6, "largest share of three-quarter front, which bases fall back to anyway"
    )


@rule("COV008", Severity.WARNING, needs=(VIEWED,))
def view_attractor(dataset: Dataset, options: Options) -> Said:
    """One view is most of the set.

    What it does:
        Takes the pictures whose view is known, left and right together, and compares the share
        of the most frequent view with `max_share`, that of three-quarter front with
        `max_three_quarter`. A larger share that `wanted.view` asks for is let pass.

    Why is this bad?
        The trigger learns the view along with the character and turns every other request
        towards it. Three-quarter front is the worst, for the base leans there by itself.

    Example:
        13 of 14 pictures from the front. Add sides and backs until no view has three quarters.

    Source:
        The account that this linter grew from: with its LoRA, profile and back came out as
        three-quarter views unless weighted, as on six derivatives of the base. The limits are
        this linter's own.
    """
    seen = shown(dataset.fed, "view")
    yield from seen.doubts()
    judged = len(seen.pictures)
    if judged < options.min_pictures:
        reason = "the view of too few pictures is known"
        yield Abstention(reason=reason, count=judged, total=len(dataset.fed))
        return
    groups = Counter(view_group(label) for _, label in seen.pictures)
    view, number = max(groups.items(), key=lambda item: (item[1], item[0]))
    limit = options.max_three_quarter if view == "three_quarter" else options.max_share
    limit = max(limit, dataset.spec.wanted.view.get(view) or 0)  # type: ignore[call-overload]
    if number <= limit * judged:
        return
    others = fewest(lambda k: number <= limit * (judged + k))
    name = view.replace("_", " ")
    yield Violation(
        message=f"{number} of {counted(judged, 'picture')} ({number / judged:.0%}) show the view "
        f"`{name}` ({seen.sources})",
        evidence={
            "view": view,
            "pictures": number,
            "judged": judged,
            "views": dict(groups),
            "by": dict(seen.sources.counts()),
        },
        advice=f"add {counted(others or 0, 'picture')} from elsewhere to clear this, sides and "
        "backs first, or turn some of these",
        paths=tuple(p.path for p, label in seen.pictures if view_group(label) == view),
        severity=graded(dataset, seen.sources, Severity.WARNING),
    )
