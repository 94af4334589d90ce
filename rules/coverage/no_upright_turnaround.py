"""COV001 no-upright-turnaround."""

from rules.coverage.shown import TURNAROUND, full_bodies, shown, stances, turnaround_views
from rules.evidence import graded, unjudged, wants
from rules.model import Dataset
from rules.needs import FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When a turnaround is there."""

    min_views: int = option(3, "least number of the five views that upright full bodies show")


@rule("COV001", Severity.ERROR, needs=(FRAMED,))
def no_upright_turnaround(dataset: Dataset, options: Options) -> Said:
    """No full body stands upright, or the upright ones show too few views.

    What it does:
        Counts the full bodies that stand upright (rigid, feet together, arms down), and the
        views that they show, of five: front, back, left, right, diagonal. None at all is an
        error, fewer than `min_views` of the views a warning. An upright picture whose view is
        unknown may show any of them, and nothing is said where the pose of half of the full
        bodies is unclear. A person's label counts before a classifier's sight, and
        that before the caption's word. Nothing is said where `wanted` names framings or poses
        without `full` or `upright`.

    Why is this bad?
        The upright turnaround is where a LoRA learns a neutral default, the proportions, and
        what the character looks like from the back. Without it every full body that it draws
        poses the way the set does, and no tag calls it back to attention.

    Example:
        44 full bodies that walk, wave and shift their weight. Draw five that stand still: from
        the front, the back, both sides and diagonally, and tag `standing` there only.

    Source:
        The account that this linter grew from: one character's 44 posed full bodies bent the
        legs in every picture; another's upright turnaround, trained on the same base, stood
        straight. Two characters; that three views are enough is this linter's own limit.
    """
    if not (wants(dataset, "framing", "full") and wants(dataset, "pose", "upright")):
        return
    full = full_bodies(dataset)
    framings = shown(dataset.fed, "framing").sources
    stands = stances(full)
    upright = [picture for picture, label in stands.pictures if label == "upright"]
    views = shown(upright, "view")
    there = turnaround_views(label for _, label in views.pictures)
    yield from unjudged(stands.sources, "pose of full bodies")
    if full and stands.sources.unclear >= stands.sources.known:
        return
    missing = [view for view in TURNAROUND if view not in there]
    if not upright:
        enough, worst = 0, Severity.ERROR
    elif len(there) + views.sources.unclear < options.min_views:
        enough, worst = len(there), Severity.WARNING
    else:
        return
    number = len(stands.pictures)
    found = f"{len(upright)} of {counted(number, 'full body', 'full bodies')}"
    by = f" ({stands.sources})" if stands.pictures else ""
    seen = f", which show {len(there)} of {len(TURNAROUND)} views: {', '.join(there)}"
    needed = options.min_views - enough
    yield Violation(
        message=f"{found} {'stands' if number == 1 else 'stand'} upright{by}"
        + (seen if upright else ""),
        evidence={
            "full_bodies": len(full),
            "judged": len(stands.pictures),
            "upright": len(upright),
            "views": list(there),
            "by": dict(stands.sources.counts()),
        },
        advice=f"add upright full bodies, feet together and tagged `standing`, from {needed} of "
        f"these views to clear this, from all for a turnaround: {', '.join(missing)}",
        paths=tuple(picture.path for picture in full) or tuple(p.path for p in dataset.fed),
        severity=graded(dataset, stands.sources if full else framings, worst),
    )
