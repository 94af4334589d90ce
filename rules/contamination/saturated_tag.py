"""CON002 saturated-tag."""

from collections.abc import Iterator

from rules.contamination.saturation import Saturation, saturations
from rules.evidence import graded, spoken
from rules.model import Dataset
from rules.needs import CAPTIONS, FRAMED
from rules.quoting import quoted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.statistics import wilson_interval
from rules.violation import Said, Severity, Violation

TURN = 10  # pictures of a turnaround, two of each view


@record
class Options:
    """When there is no counterexample to speak of."""

    min_bound: float = option(
        0.8, "lower bound (Wilson, 95%) of the share from which a tag counts as saturated"
    )
    error_pictures: int = option(
        20, "least number of pictures for an error, of a tag that speaks of the axis itself"
    )
    max_share: float = option(
        0.9, "largest share of the framing's captions; a tag in more is the trigger's concern"
    )
    max_q: float = option(
        0.05, "largest q (false discovery rate) of a tag that says nothing of the axis"
    )


@rule("CON002", Severity.WARNING, needs=(CAPTIONS, FRAMED))
def saturated_tag(dataset: Dataset, options: Options) -> Said:
    """Tags whose pictures are all alike in something that the tag leaves open.

    What it does:
        Takes, framing by framing, the pictures with a tag and asks whether nearly all show the
        same: `standing` and not one upright stand; `from behind` and never straight; or, for any
        content tag, a pose, view or elevation while pictures without the tag show another one
        that `wanted` names, more often than chance would have it (`max_q`). The lower bound of
        the share must reach `min_bound`, which takes 16 of 16. What pictures show rests on
        labels, on a classifier or on other words of the caption, never on the tag itself.
        `lint.intended` leaves pairs of a tag and a label out.

    Why is this bad?
        No test of dependence sees it where nothing varies. But training does: the tag learns
        the one thing that all its pictures show. Then `standing` bends the knees, and without a
        single counterexample no weight straightens them.

    Example:
        `standing` on 30 full bodies, all of them posed. Add 2 upright ones with the tag, better
        a whole turnaround, or take it off the posed ones and say there what they do.

    Source:
        The account that this linter grew from: 44 posed full bodies; with the LoRA, `standing`
        came out posed at every epoch. Bounds: 16 of 16 is .81, 30 of 30 .89, 8 of 8 only .68
        (Wilson, 95%). The limits are conventions.
    """
    for found in saturations(
        dataset,
        max_share=options.max_share,
        min_bound=options.min_bound,
        max_q=options.max_q,
    ):
        yield _violation(dataset, found, options)


def _violation(dataset: Dataset, found: Saturation, options: Options) -> Violation:
    low = wilson_interval(found.k, found.n)[0]
    narrows = found.tags[0] in dataset.vocabulary.entails.leaves_open.get(found.axis, ())
    many = narrows and found.n >= options.error_pictures
    worst = Severity.ERROR if many else Severity.WARNING
    name = spoken(found.value)
    always = "always" if found.k == found.n else "nearly always"
    return Violation(
        message=f"{quoted(found.tags)} {'is' if len(found.tags) == 1 else 'are'} {always} {name} "
        f"({found.k} of {found.n} {found.framings}: {found.sources}; lower bound {low:.2f}); "
        f"the LoRA will learn {name} for {quoted(found.tags)}",
        evidence={
            "tags": list(found.tags),
            "framing": found.stratum,
            "axis": found.axis,
            "value": found.value,
            "k": found.k,
            "n": found.n,
            "lower_bound": round(low, 4),
            "labels": dict(found.labels),
            "missing": list(found.missing),
            "by": dict(found.sources.counts()),
        },
        advice=" ".join(_advice(found, options)),
        paths=found.paths,
        severity=graded(dataset, found.sources, worst),
        key=f"{found.stratum} {found.axis} {', '.join(found.tags)}",
    )


def _advice(found: Saturation, options: Options) -> Iterator[str]:
    more = fewest(lambda m: wilson_interval(found.k, found.n + m)[0] < options.min_bound)
    other = " or ".join(spoken(label) for label in found.missing)
    pictures = "picture" if more == 1 else "pictures"
    yield (
        f"add {more} {pictures} tagged {quoted(found.tags)} and {other} to clear this,"
        if found.axis != "pose"
        else f"add {more} {other} {pictures} tagged {quoted(found.tags)} to clear this,"
    )
    if found.axis == "pose" and "upright" in found.missing:
        yield f"{TURN} for a turnaround,"
    if found.axis == "pose":
        yield f"or take the tag off the {spoken(found.value)} ones, and say there what they do"
    else:
        yield f"or name the {found.axis} in their captions, so that it has a word of its own"
