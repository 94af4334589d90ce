"""COV002 all-full-bodies-posed."""

from rules.coverage.shown import full_bodies, stances
from rules.evidence import graded, unjudged, wants
from rules.model import Dataset
from rules.needs import FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.statistics import wilson_interval
from rules.violation import Abstention, Said, Severity, Violation

TURN = 5  # pictures of a whole turnaround


@record
class Options:
    """When posing is the rule."""

    min_pictures: int = option(8, "least number of full bodies whose pose is known")
    max_upper: float = option(
        0.15, "upper bound (Wilson, 95%) of the share of upright ones under which it is an error"
    )


@rule("COV002", Severity.WARNING, needs=(FRAMED,))
def all_full_bodies_posed(dataset: Dataset, options: Options) -> Said:
    """Every full body poses; none stands upright.

    What it does:
        Takes the full bodies whose pose is known, at least `min_pictures` of them. If not one
        stands upright, it warns; if so many were seen that the share of upright ones must lie
        under `max_upper` (from 0 of 22), it is an error. Nothing is said where `wanted` names
        poses without `upright`.

    Why is this bad?
        A test of independence is blind to it: where every picture poses, nothing varies. But
        the trigger is in each caption and learns "full body = bent legs", at every epoch alike,
        and no tag takes it back. What no picture shows cannot be prompted.

    Example:
        44 of 44 full bodies walk or shift their weight. Replace some of them with upright ones.

    Source:
        The account that this linter grew from: 44 posed full bodies of 44; the stance did not
        change with `standing`, nor between epochs 100 and 180. The bound is Wilson's, the
        limits are conventions.
    """
    if not wants(dataset, "pose", "upright"):
        return
    stands = stances(full_bodies(dataset))
    yield from unjudged(stands.sources, "pose of full bodies")
    judged = len(stands.pictures)
    if judged < options.min_pictures:
        if judged:
            reason = "there are too few full bodies to tell"
            yield Abstention(reason=reason, count=judged, total=len(dataset.fed))
        return
    if stands.counts["upright"]:
        return
    upper = wilson_interval(0, judged)[1]
    worst = Severity.ERROR if upper < options.max_upper else Severity.WARNING
    share = dataset.spec.wanted.pose.get("upright")
    wanted = fewest(lambda k: k >= (share or 0) * (judged + k)) if share else TURN
    goal = f"bring their share to {share:.0%}" if share else "make a turnaround"
    yield Violation(
        message=f"0 of {counted(judged, 'full body', 'full bodies')} stand upright "
        f"({stands.sources}; at most {upper:.0%} of such pictures would)",
        evidence={
            "judged": judged,
            "upright": 0,
            "upper_bound": round(upper, 4),
            "by": dict(stands.sources.counts()),
        },
        advice=f"add 1 upright full body to clear this, {wanted} to {goal}, or take posed ones out "
        "as you add them",
        paths=stands.paths(),
        severity=graded(dataset, stands.sources, worst),
    )
