"""CON001 contaminated-tag."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from rules.contamination.stratified_dependency import Dependency, dependency_in
from rules.contamination.tag_attributes import TagAttributes, Tested
from rules.evidence import graded, sources_of, spoken
from rules.model import Dataset, Evidence, Picture
from rules.needs import CAPTIONS, FRAMED
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.statistics import benjamini_hochberg, wilson_interval
from rules.violation import Said, Severity, Violation

ROUNDING = 1e-9
Found = tuple[Tested, Dependency]


@record
class Options:
    """When a dependency is worth a warning."""

    min_pictures: int = option(8, "least number of pictures with the tag, and without it")
    min_shared: int = option(5, "least number of pictures with the tag and the attribute")
    min_difference: float = option(0.25, "least difference of shares, with the tag against without")
    min_v: float = option(0.3, "least bias-corrected Cramer's V, 0 to 1")
    max_q: float = option(0.05, "largest q (false discovery rate over all tests)")


@rule("CON001", Severity.WARNING, needs=(CAPTIONS, FRAMED))
def contaminated_tag(dataset: Dataset, options: Options) -> Said:
    """Tags that bring a view, an angle, a stance or an expression of which they say nothing.

    What it does:
        Tests every content tag against every view, elevation, pose and expression that pictures
        are known to show, inside each framing: Fisher's exact test in one framing,
        Cochran-Mantel-Haenszel over several, one-sided, with the false discovery rate
        controlled over the whole family, whose size is printed. The attribute must rest on a
        label, on a classifier's sight or on other words than the tag. Left out is what belongs
        together by nature (`smile` and faces, `holding` and poses, what only shows from the
        front) and the pairs of a tag and a label in `lint.intended`.

    Why is this bad?
        A tag learns what its pictures share. If `outdoors` always comes with a low angle, then
        `outdoors` in a prompt tilts the camera, and nobody finds out from which word.

    Example:
        `outdoors` in 20 pictures, 16 of them from below, against 2 of 30 others. Draw some from
        eye level, and tag `from below` wherever it is so.

    Source:
        The account that this linter grew from: tags bind by co-occurrence, so the content of
        pictures that share a tag must be aligned in nothing but what the tag says. The limits
        are conventions for an effect that can be seen.
    """
    tests = TagAttributes(dataset, options.min_pictures)
    found: list[Found] = []
    family = 0
    for tested in tests:
        for label, tables in tests.tables(tested).items():
            k, n, more, rest = (sum(column) for column in zip(*tables.values(), strict=True))
            if min(n, rest) < options.min_pictures or k + more < options.min_shared:
                continue
            family += 1
            if k >= options.min_shared and (seen := dependency_in(tested.tag, label, tables)):
                found.append((tested, seen))
    q_values = benjamini_hochberg([seen.p for _, seen in found], family)
    strong = [
        (tested, replace(seen, q=q))
        for (tested, seen), q in zip(found, q_values, strict=True)
        if q <= options.max_q
        and seen.v >= options.min_v
        and seen.difference >= options.min_difference - ROUNDING
        and not tests.intended(tested.tag, seen.value)
    ]
    for group in _together(tests, strong):
        yield _violation(dataset, group, family, options)


class _Group(NamedTuple):
    """Tags of the very same pictures that depend on one axis, the likeliest first."""

    found: list[Found]
    pictures: tuple[tuple[Picture, Evidence], ...]


def _together(tests: TagAttributes, strong: Iterable[Found]) -> Iterable[_Group]:
    """Tags of the same pictures are one finding, and so are the labels of one axis.

    Only strata that could tell are what the numbers are about.
    """
    groups: dict[tuple[str, tuple[str, ...]], _Group] = {}
    for tested, seen in sorted(strong, key=lambda found: (found[1].q, found[0].tag)):
        pictures = tests.pictures(tested, seen.strata.keys())
        key = tested.axis, tuple(picture.path for picture, _ in pictures)
        groups.setdefault(key, _Group([], pictures)).found.append((tested, seen))
    return groups.values()


def _violation(dataset: Dataset, group: _Group, family: int, options: Options) -> Violation:
    tested, seen = group.found[0]
    tags = sorted({other.tag for other, _ in group.found})
    sources = sources_of(evidence for _, evidence in group.pictures)
    rate = seen.elsewhere_k / seen.elsewhere_n
    limit = options.min_difference - ROUNDING
    others = fewest(lambda m: seen.k / (seen.n + m) - rate < limit)
    same = fewest(
        lambda m: seen.k / seen.n - (seen.elsewhere_k + m) / (seen.elsewhere_n + m) < limit
    )
    label = spoken(seen.value)
    if tested.axis == "expression":
        label = f"with the expression `{label}`"
    low = wilson_interval(seen.k, seen.n)[0]
    lift = f"{seen.k / seen.n / rate:.1f} times as often" if rate else f"never without {_it(tags)}"
    return Violation(
        message=f"{quoted(tags)}: {seen.k} of {seen.n} are {label}, "
        f"{seen.elsewhere_k} of {seen.elsewhere_n} without in the same framings ({lift}; "
        f"{sources}; lower bound {low:.2f}, V {seen.v:.2f}, q {seen.q:.1g} over {family} "
        "tests)",
        evidence={
            "tags": list(tags),
            "axis": tested.axis,
            "label": seen.value,
            "k": seen.k,
            "n": seen.n,
            "elsewhere_k": seen.elsewhere_k,
            "elsewhere_n": seen.elsewhere_n,
            "lower_bound": round(low, 4),
            "v": round(seen.v, 4),
            "p": float(f"{seen.p:.3g}"),
            "q": float(f"{seen.q:.3g}"),
            "tests": family,
            "strata": {name: list(table) for name, table in seen.strata.items()},
            "by": dict(sources.counts()),
        },
        advice=f"to clear this, add {counted(others or 0, 'picture')} with {quoted(tags)} and "
        f"another {tested.axis}, or {same} that are {label} without {_it(tags)}; and let captions "
        f"say that they are {label}",
        paths=tuple(picture.path for picture, _ in group.pictures),
        severity=graded(dataset, sources, Severity.WARNING),
        key=f"{tested.axis}: {', '.join(tags)}",
    )


def _it(tags: list[str]) -> str:
    return "it" if len(tags) == 1 else "them"
