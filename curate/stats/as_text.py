"""Statistics as text: a line an axis, and the table of what is combined with what."""

from collections.abc import Iterable, Iterator, Mapping

from curate.stats.count import SOURCES, Bar, Stats

LABELS_SHOWN = 8
ROWS_SHOWN = 20


def distribution(axes: Mapping[str, tuple[Bar, ...]]) -> Iterator[str]:
    """One line an axis: `pose  posed 30, walk 9; 5 unclear, guessed walk 5  (39 declared)`."""
    width = max(map(len, axes), default=0)
    for axis, bars in axes.items():
        known = [(bar.label, bar.labelled + bar.seen + bar.declared) for bar in bars]
        guessed = [(bar.label, bar.abstained) for bar in bars]
        told = [_listed(known)]
        if unclear := sum(number for _, number in guessed):
            told.append(f"{unclear:,} unclear, guessed {_listed(guessed)}")
        if unknown := sum(bar.unknown for bar in bars):
            told.append(f"{unknown:,} unknown")
        sources = _sources(bars)
        line = "; ".join(filter(None, told))
        yield f"{axis:<{width}}  {line}" + (f"  ({sources})" if sources else "")


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    """`front 31, back 4`, the most frequent first."""
    some = sorted(((label, n) for label, n in counts if n), key=lambda told: -told[1])
    shown = ", ".join(f"{label} {number:,}" for label, number in some[:LABELS_SHOWN])
    return shown + (f" and {len(some) - LABELS_SHOWN} more" if some[LABELS_SHOWN:] else "")


def lines(stats: Stats) -> Iterator[str]:
    """Everything but the matrix of tags, which text cannot show."""
    left_out = f", {stats.left_out:,} are not fed" if stats.left_out else ""
    yield f"{stats.dataset}: {stats.pictures:,} pictures{left_out}"
    yield from (f"  {line}" for line in distribution(stats.axes))
    if stats.axes:
        yield ""
        cells = [(c.pose, c.framing, c.view, f"{c.pictures:,}") for c in stats.table[:ROWS_SHOWN]]
        yield from _columns([("pose", "framing", "view", "pictures"), *cells])
        if stats.table[ROWS_SHOWN:]:
            yield f"  ... and {len(stats.table) - ROWS_SHOWN} combinations more"
    yield ""
    buckets = [
        (f"{b.width}x{b.height}", f"{b.pictures:,}", f"{b.enlarged:,}") for b in stats.buckets
    ]
    yield from _columns([("bucket", "pictures", "enlarged"), *buckets])
    yield ""
    sides = [
        (f"{side.least:,}", f"{side.pictures:,}", f"{side.enlarged:,}")
        for side in stats.sides
        if side.pictures
    ]
    yield from _columns([("shorter side from", "pictures", "enlarged"), *sides])


def _sources(bars: Iterable[Bar]) -> str:
    """By whose word labels are known: `22 labelled, 14 declared`."""
    told = list(bars)
    counts = {
        source: sum(getattr(bar, source) for bar in told)
        for source in SOURCES
        if source != "abstained"
    }
    return ", ".join(f"{number:,} {source}" for source, number in counts.items() if number)


def _columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield ("  " + "  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True))).rstrip()
