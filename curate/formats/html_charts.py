"""Distributions as plots: bars in tables, so that they can be read without eyes and without CSS."""

from collections.abc import Iterable, Iterator, Mapping

from curate.preview.markup import Markup, element
from curate.stats.count import SOURCES, UNKNOWN, Bar, Bucket, SideBin

WIDTH = 100
LABELS_SHOWN = 9
MEANINGS = {
    "labelled": "a person says so",
    "seen": "a classifier says so",
    "declared": "the caption says so",
    "abstained": "the classifier's guess, of which it is not sure",
    "unknown": "nobody says",
}
# A row: what is counted, its parts by what they rest on, and the number that is shown.
Row = tuple[str, Mapping[str, int], int]


def axis_charts(axes: Mapping[str, tuple[Bar, ...]]) -> Iterator[Markup]:
    """A plot an axis."""
    for axis, bars in axes.items():
        rows: list[Row] = [
            (bar.label, {s: getattr(bar, s) for s in (*SOURCES, UNKNOWN)}, bar.total)
            for bar in bars[:LABELS_SHOWN]
        ]
        yield _chart(axis, rows, len(bars) - LABELS_SHOWN)


def size_charts(buckets: Iterable[Bucket], sides: Iterable[SideBin]) -> Iterator[Markup]:
    """Where pictures land, and how large they come."""
    landed: list[Row] = [
        (f"{b.width}x{b.height}", {"labelled": b.pictures}, b.pictures) for b in buckets
    ]
    yield _chart("bucket", landed[:LABELS_SHOWN], len(landed) - LABELS_SHOWN)
    told: list[Row] = [
        (f"from {s.least:,} px", {"labelled": s.pictures}, s.pictures) for s in sides if s.pictures
    ]
    yield _chart("shorter side", told, 0)


def key(axes: Mapping[str, tuple[Bar, ...]]) -> Markup:
    """What the colours mean, as far as they occur."""
    bars = [bar for told in axes.values() for bar in told]
    used = [s for s in (*SOURCES, UNKNOWN) if any(getattr(bar, s) for bar in bars)]
    items = (
        element("li", element("i", class_=source), f"{source}: {MEANINGS[source]}")
        for source in used
    )
    return element("ul", *items, class_="key")


def _chart(title: str, rows: list[Row], more: int) -> Markup:
    most = max((number for _, _, number in rows), default=0) or 1
    lines = (
        element(
            "tr",
            element("th", label, scope="row"),
            element("td", _bar(parts, most)),
            element("td", f"{number:,}"),
        )
        for label, parts, number in rows
    )
    rest = [element("p", f"and {more:,} more", class_="muted")] if more > 0 else []
    table = element("table", element("tbody", *lines))
    return element("section", element("h3", title), table, *rest, class_="chart")


def _bar(parts: Mapping[str, int], most: int) -> Markup:
    shapes, start = [], 0.0
    for source, number in parts.items():
        width = WIDTH * number / most
        if number:
            shapes.append(
                element(
                    "rect",
                    element("title", f"{number:,} {source}"),
                    x=round(start, 2),
                    width=round(width, 2),
                    height=10,
                    class_=source,
                )
            )
        start += width
    return element("svg", *shapes, viewBox=f"0 0 {WIDTH} 10", preserveAspectRatio="none")
