"""COV007 missing-view."""

from rules.coverage.shown import shown
from rules.evidence import graded, view_group
from rules.model import Dataset
from rules.needs import VIEWED, WANTED_VIEWS
from rules.quoting import quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation

DIAGONAL = frozenset({"three_quarter", "three_quarter_back"})


@record
class Options:
    """When the set is large enough to miss a view."""

    min_pictures: int = option(8, "least number of pictures whose view is known")


@rule("COV007", Severity.WARNING, needs=(WANTED_VIEWS, VIEWED))
def missing_view(dataset: Dataset, options: Options) -> Said:
    """A view that is wanted and that no picture shows.

    What it does:
        Looks for each view of `wanted.view` among the pictures whose view is known. `side`,
        `three_quarter` and `diagonal` are there on either side; `back` is a back from straight
        behind, or one of which a caption says no more than that.

    Why is this bad?
        A view that no picture shows is drawn from the base's idea of the hair and clothes, and
        the trigger pulls it towards the views that it knows: profile becomes three-quarter,
        back becomes a look over the shoulder.

    Example:
        `wanted: {view: [front, side, back]}` and no back. Draw the back once at least: hair,
        ribbon and hem look like nothing that the front tells.

    Source:
        The account that this linter grew from, which asked two LoRAs for eight angles each;
        weak prompts for the missing views fell back to three-quarter front.
    """
    seen = shown(dataset.fed, "view")
    yield from seen.doubts()
    judged = len(seen.pictures)
    if judged < options.min_pictures:
        reason = "the view of too few pictures is known"
        yield Abstention(reason=reason, count=judged, total=len(dataset.fed))
        return
    wanted = dataset.spec.wanted.view
    there = {name for label in seen.counts for name in _names(label)}
    # A side that nobody tells may be either.
    there |= {f"{label}{side}" for label in seen.counts for side in ("_left", "_right")}
    missing = [view for view in wanted if view not in there]
    if missing:
        had = ", ".join(f"{label} {number}" for label, number in seen.counts.items())
        yield Violation(
            message=f"no {quoted(missing)} among {judged:,} pictures ({seen.sources}): {had}",
            evidence={
                "missing": list(missing),
                "judged": judged,
                "views": dict(seen.counts),
                "by": dict(seen.sources.counts()),
            },
            advice=f"add {len(missing)} to clear this: one full body or bust from each, with its "
            "tag (`from behind`, `from side`)",
            paths=seen.paths(),
            severity=graded(dataset, seen.sources, Severity.WARNING),
        )


def _names(label: str) -> set[str]:
    group = view_group(label)
    return {label, group, *(("diagonal",) if group in DIAGONAL else ())}
