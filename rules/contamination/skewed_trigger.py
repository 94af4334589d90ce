"""CON003 skewed-trigger."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rules.evidence import Sources, evidence_of, graded, sources_of, spoken, unjudged, view_group
from rules.known_labels import known, label_of
from rules.model import Dataset, Picture
from rules.needs import CAPTIONS, FRAMED, WANTED_SHARES
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.statistics import benjamini_hochberg, shortfall_distance, shortfall_test
from rules.terms import normal
from rules.violation import Said, Severity, Violation

AXES = ("pose", "view", "elevation")
WHOLE = frozenset({"cowboy", "full"})
FRAMINGS = {
    "face": ("face", "faces"),
    "bust": ("bust", "busts"),
    "cowboy": ("cowboy shot", "cowboy shots"),
    "full": ("full body", "full bodies"),
}


@record
class Options:
    """When a gap is more than chance."""

    min_pictures: int = option(8, "least number of pictures of one framing to judge")
    max_q: float = option(0.05, "largest q (false discovery rate over all framings and axes)")


class _Stratum(NamedTuple):
    """The trigger's pictures of one framing on one axis, and the shares that are wanted there."""

    framing: str
    axis: str
    pictures: tuple[Picture, ...]
    counts: tuple[int, ...]
    minima: Mapping[str, float]
    sources: Sources


@rule("CON003", Severity.WARNING, needs=(CAPTIONS, FRAMED, WANTED_SHARES))
def skewed_trigger(dataset: Dataset, options: Options) -> Said:
    """The trigger's own pictures stay behind the shares that are wanted.

    What it does:
        Inside each framing, compares the poses, views and elevations of the pictures that bear
        the trigger with the least shares of `wanted` (`pose: {upright: 0.2}`; poses in cowboy
        shots and full bodies, backs not in faces and busts). A surplus is fine, a shortfall is
        measured as a Jensen-Shannon distance and held against 999 sets of the same size drawn
        with just those shares; the false discovery rate is controlled over all such tests.

    Why is this bad?
        The trigger is in every caption, so no other word can take the blame: it embodies the
        distribution of its pictures and suppresses the rest, a low angle as well as a straight
        stand, and gives it back only at a strength at which the character is lost.

    Example:
        `wanted: {pose: {upright: 0.2}}` and 0 of 44 full bodies upright. Replace a dozen of them.

    Source:
        The account that this linter grew from: without the trigger the base drew low angles, with
        it none, for two characters alike. The shares are yours; the test is Monte Carlo with a
        fixed seed.
    """
    strata = [found for found in _strata(dataset) if sum(found.counts) >= options.min_pictures]
    for stratum in strata:
        yield from unjudged(stratum.sources, f"{stratum.axis} of {FRAMINGS[stratum.framing][1]}")
    p_values = [shortfall_test(s.counts, tuple(s.minima.values())) for s in strata]
    q_values = benjamini_hochberg(p_values)
    for stratum, q in zip(strata, q_values, strict=True):
        if q <= options.max_q:
            yield _violation(dataset, stratum, q, len(strata), options)


def _strata(dataset: Dataset) -> Iterator[_Stratum]:
    trigger = normal(dataset.spec.subject.trigger or "")
    bearing = [p for p, caption in dataset.captioned if not trigger or caption.names(trigger)]
    for framing in FRAMINGS:
        framed = [p for p in bearing if label_of(p.framing) == framing]
        for axis in AXES if framed else ():
            if axis == "pose" and framing not in WHOLE:
                continue
            minima = {
                label: share
                for label, share in getattr(dataset.spec.wanted, axis).items()
                if share and (framing in WHOLE or not label.startswith("back"))
            }
            if minima:
                yield _stratum(framing, axis, framed, minima, trigger)


def _stratum(
    framing: str, axis: str, framed: list[Picture], minima: Mapping[str, float], trigger: str
) -> _Stratum:
    shown = [(p, evidence_of(p, axis, {trigger})) for p in framed]
    judged = [(p, evidence) for p, found in shown if (evidence := known(found))]
    labels = [evidence.label for _, evidence in judged]
    counts = [sum(_is(label, wanted) for label in labels) for wanted in minima]
    return _Stratum(
        framing=framing,
        axis=axis,
        pictures=tuple(p for p, _ in judged),
        counts=(*counts, max(0, len(labels) - sum(counts))),
        minima=minima,
        sources=sources_of(evidence for _, evidence in shown),
    )


def _is(label: str, wanted: str) -> bool:
    """Whether a label is the wanted one, or one of its group."""
    group = view_group(label)
    return wanted in {label, group} or (wanted == "diagonal" and group.startswith("three_quarter"))


def _violation(
    dataset: Dataset, found: _Stratum, q: float, family: int, options: Options
) -> Violation:
    number, minima = len(found.pictures), tuple(found.minima.values())
    gaps = {
        label: share - k / number
        for (label, share), k in zip(found.minima.items(), found.counts, strict=False)
    }
    worst = max(gaps, key=lambda label: gaps[label])
    index = list(found.minima).index(worst)
    k, share = found.counts[index], found.minima[worst]
    bearer = f"`{dataset.spec.subject.trigger}`" if dataset.spec.subject.trigger else "the set"
    one, many = FRAMINGS[found.framing]
    distance = shortfall_distance(found.counts, minima)
    fewest = _fewest(found, index, options.max_q)
    return Violation(
        message=f"{bearer} is {spoken(worst)} in {k} of "
        f"{counted(number, one, many)} ({k / number:.0%}; {found.sources}), "
        f"{share:.0%} are wanted (distance {distance:.2f}, q {q:.1g} over "
        f"{counted(family, 'test')})",
        evidence={
            "framing": found.framing,
            "axis": found.axis,
            "counts": dict(zip((*found.minima, "others"), found.counts, strict=True)),
            "wanted": dict(found.minima),
            "largest_gap": round(gaps[worst], 4),
            "distance": round(distance, 4),
            "q": float(f"{q:.3g}"),
            "tests": family,
            "by": dict(found.sources.counts()),
        },
        advice=f"add {counted(fewest, one, many)} {spoken(worst)} to clear this, "
        f"{_whole(k, number, share)} to reach {share:.0%}, or take others out",
        paths=tuple(picture.path for picture in found.pictures),
        severity=graded(dataset, found.sources, Severity.WARNING),
        key=f"{found.framing} {found.axis}",
    )


def _whole(k: int, number: int, share: float) -> int:
    """How many it takes to reach a share."""
    return next((m for m in range(1, 10 * number) if k + m >= share * (number + m)), 10 * number)


def _fewest(found: _Stratum, index: int, level: float) -> int:
    """How many it takes to stay behind no further than chance does, found by halving."""
    minima = tuple(found.minima.values())
    low, high = 0, _whole(found.counts[index], len(found.pictures), minima[index])
    while high - low > 1:
        middle = (low + high) // 2
        counts = [k + middle * (i == index) for i, k in enumerate(found.counts)]
        if shortfall_test(counts, minima) > level:
            high = middle
        else:
            low = middle
    return high
