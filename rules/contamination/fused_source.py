"""CON006 fused-source."""

from collections import Counter
from collections.abc import Iterator

from rules.contamination.stratified_dependency import (
    Dependency,
    Observation,
    Tested,
    find_dependencies,
)
from rules.known_labels import count_sources, label_of, said_by
from rules.model import Dataset, Picture
from rules.needs import SOURCES
from rules.pipelines import pipeline_of
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, EvidenceValue, Said, Severity, Violation

CONTENT = frozenset({"general", "structure"})


@record
class Options:
    """When a dependency is worth a warning."""

    min_pictures: int = option(8, "least number of pictures of a pipeline, a framing or a tag")
    min_difference: float = option(0.25, "least difference of shares, pipeline against the others")
    min_v: float = option(0.3, "least bias-corrected Cramer's V, 0 to 1")
    max_q: float = option(0.05, "largest q (false discovery rate over all tests of the axis)")


@rule("CON006", Severity.WARNING, needs=(SOURCES,))
def fused_source(dataset: Dataset, options: Options) -> Said:
    """Pipelines that go with one framing or with one tag.

    What it does:
        Takes the entries of `sources` with the same generator (else family) and steps as one
        pipeline, an entry that names none of them by its glob. Tests whether a pipeline has more
        of one framing than the others have, and inside each framing whether it has more of a
        tag. The tests are one-sided: Fisher's exact test in one stratum,
        Cochran-Mantel-Haenszel over several, with the false discovery rate controlled over all
        tests of an axis. Each axis is one finding.

    Why is this bad?
        A pipeline has a look of its own: line, colour, noise, how it draws a face. If one made
        all full bodies and another all busts, `full body` learns the look of the first. Also,
        no test on this set can say which of the two a flaw comes from.

    Example:
        26 busts by fill-in, 44 full bodies by an image editor. Run some pictures of each
        framing through the other pipeline.

    Source:
        The account that this linter grew from, where every class of pictures had a pipeline of
        its own. The limits are conventions for an effect that can be seen, not measurements.
    """
    sourced = [(p, pipeline_of(p.source) or p.glob or "") for p in dataset.fed if p.source]
    total = len(dataset.fed)
    if len(sourced) < total:
        lost = total - len(sourced)
        yield Abstention(reason="no entry of `sources` matches", count=lost, total=total)
    sizes = Counter(pipeline for _, pipeline in sourced)
    if len(sizes) < 2:  # noqa: PLR2004 - one cannot differ
        return
    small = sum(number for number in sizes.values() if number < options.min_pictures)
    if small:
        yield Abstention(reason="a pipeline made too few to judge", count=small, total=total)
    framed = [(p, pipeline) for p, pipeline in sourced if label_of(p.framing)]
    if len(framed) < len(sourced):
        lost = len(sourced) - len(framed)
        yield Abstention(reason="the framing is unknown", count=lost, total=total)
    by_framing = [
        Observation("", pipeline, frozenset({p.framing.label}))
        for p, pipeline in framed
        if p.framing
    ]
    said = said_by(count_sources(p.framing for p, _ in framed))
    yield from _judge(
        "framing", [p for p, _ in framed], by_framing, options, note=f"; framing {said}"
    )
    captioned = [(p, pipeline, p.caption) for p, pipeline in sourced if p.caption]
    content = _content_tags(dataset, options.min_pictures)
    by_tag = [
        Observation(label_of(p.framing) or "unknown", pipeline, content.intersection(caption.tags))
        for p, pipeline, caption in captioned
    ]
    yield from _judge("tag", [p for p, _, _ in captioned], by_tag, options)


def _content_tags(dataset: Dataset, min_pictures: int) -> frozenset[str]:
    """The tags to test, without those that say the framing, which the strata hold already."""
    return frozenset(
        tag
        for tag, count in dataset.tag_counts.items()
        if count >= min_pictures
        and dataset.slots_by_tag[tag] in CONTENT
        and tag not in dataset.vocabulary.axes.framing
    )


def _judge(
    axis: str,
    pictures: list[Picture],
    observations: list[Observation],
    options: Options,
    note: str = "",
) -> Iterator[Violation]:
    tested = find_dependencies(observations, options.min_pictures)
    strong = [
        found
        for found in tested.dependencies
        if found.q <= options.max_q
        and found.v >= options.min_v
        and found.difference >= options.min_difference - 1e-9
    ]
    if not strong:
        return
    first = strong[0]
    inside = "" if axis == "framing" else " in the same framings"
    yield Violation(
        message=(
            f"{first.k} of {first.n} pictures by `{first.group}` have the {axis} "
            f"`{first.value}`, {first.elsewhere_k} of {first.elsewhere_n} by others{inside} "
            f"(V {first.v:.2f}, q {first.q:.1g}, by {len(strong)} of {tested.family} tests{note})"
        ),
        evidence=_evidence(axis, strong, tested),
        advice=_advice(axis),
        paths=tuple(picture.path for picture in pictures),
        key=axis,
    )


def _advice(axis: str) -> str:
    if axis == "framing":
        return "let each pipeline make some pictures of each framing, or one pipeline all"
    return "let the other pipelines make pictures with the tag too, or this one some without it"


def _evidence(axis: str, strong: list[Dependency], tested: Tested) -> dict[str, EvidenceValue]:
    return {
        "axis": axis,
        "tests": tested.family,
        "dependencies": [
            {
                "pipeline": found.group,
                axis: found.value,
                "k": found.k,
                "n": found.n,
                "elsewhere_k": found.elsewhere_k,
                "elsewhere_n": found.elsewhere_n,
                "v": round(found.v, 4),
                "p": float(f"{found.p:.3g}"),
                "q": float(f"{found.q:.3g}"),
                "strata": {name or "all": list(table) for name, table in found.strata.items()},
            }
            for found in strong
        ],
    }
