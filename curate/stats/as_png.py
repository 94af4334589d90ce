"""Statistics as one picture: bars of labels, heat maps, buckets, sizes and tags."""

import io
import warnings
from collections.abc import Callable
from typing import Any

from curate.errors import UserError
from curate.formats.place import visible
from curate.stats.count import SOURCES, Bar, Stats

COLOURS = {
    "labelled": "#1b4f72",
    "seen": "#2e9e8f",
    "declared": "#e0a526",
    "abstained": "#9aa0a6",
    "unknown": "#dfe3e8",
}
DPI = 110
TAGS_SHOWN = 16
LABEL_LENGTH = 22
ENLARGED = "#d95f02"
PLENTY = "#1b4f72"


def chart(stats: Stats) -> bytes:
    """A PNG.

    Raises:
        UserError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    except ImportError as error:
        wanted = "run `pip install 'lora-curate[browse]'`, or choose --format html"
        raise UserError(f"a picture needs matplotlib, which is not installed; {wanted}") from error

    figure = Figure(figsize=(15, 12), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{_plain(stats.dataset)}: {stats.pictures:,} pictures", fontsize=16)
    grid = figure.subplots(3, 3).ravel()
    panels: list[tuple[Callable[[Any, str, Any], None], str, object]]
    panels = [(_bars, axis, bars) for axis, bars in list(stats.axes.items())[:4]]
    panels += [(_heat, name, cells) for name, cells in list(stats.heat.items())[:2]]
    panels += [(_buckets, "", stats), (_sides, "", stats), (_tags, "", stats)]
    for draw, name, what in panels:
        draw(grid[0], name, what)
        grid = grid[1:]
    for empty in grid:
        empty.axis("off")
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # of letters that its font lacks
        figure.savefig(out, format="png", dpi=DPI)
    return out.getvalue()


def _bars(axes: Any, name: str, bars: tuple[Bar, ...]) -> None:
    labels = [_plain(bar.label) for bar in bars]
    left = [0] * len(bars)
    for source in (*SOURCES, "unknown"):
        numbers = [getattr(bar, source) for bar in bars]
        if any(numbers):
            axes.barh(labels, numbers, left=left, color=COLOURS[source], label=source)
        left = [before + number for before, number in zip(left, numbers, strict=True)]
    axes.invert_yaxis()
    axes.set_title(name)
    axes.set_xlabel("pictures")
    axes.legend(fontsize="small")


def _heat(axes: Any, name: str, cells: dict[str, dict[str, int]]) -> None:
    rows = sorted(cells)
    columns = sorted({column for row in cells.values() for column in row})
    numbers = [[cells[row].get(column, 0) for column in columns] for row in rows]
    axes.set_title(name)
    if not rows:
        return
    axes.imshow(numbers, cmap="Oranges", aspect="auto")
    axes.set_xticks(range(len(columns)), [_plain(c) for c in columns], rotation=40, ha="right")
    axes.set_yticks(range(len(rows)), [_plain(r) for r in rows])
    most = max(max(row) for row in numbers)
    for y, row in enumerate(numbers):
        for x, number in enumerate(row):
            if number:
                ink = "white" if number > most / 2 else "black"
                axes.text(x, y, str(number), ha="center", va="center", color=ink, fontsize="small")


def _buckets(axes: Any, name: str, stats: Stats) -> None:
    del name
    axes.set_title("buckets: enlarged pictures in orange")
    for bucket in stats.buckets:
        colour = ENLARGED if bucket.enlarged * 2 > bucket.pictures else PLENTY
        area = 40 + 900 * bucket.pictures / max(1, stats.pictures)
        axes.scatter([bucket.width], [bucket.height], s=area, color=colour, alpha=0.6)
        axes.annotate(
            f"{bucket.pictures:,}", (bucket.width, bucket.height), ha="center", va="center"
        )
    axes.margins(0.25)
    axes.set_xlabel("width")
    axes.set_ylabel("height")


def _sides(axes: Any, name: str, stats: Stats) -> None:
    del name
    axes.set_title(f"shorter side in pixels; trained at {stats.resolution}")
    labels = [f"{bin_.least}+" for bin_ in stats.sides]
    axes.bar(labels, [bin_.pictures for bin_ in stats.sides], color=PLENTY, label="large enough")
    axes.bar(labels, [bin_.enlarged for bin_ in stats.sides], color=ENLARGED, label="enlarged")
    axes.legend(fontsize="small")
    axes.tick_params(axis="x", rotation=40)


def _tags(axes: Any, name: str, stats: Stats) -> None:
    del name
    axes.set_title("share of a row's captions with a column's tag")
    tags = stats.together.tags[:TAGS_SHOWN]
    if not tags:
        return
    counts = stats.together.counts
    shares = [[counts[y][x] / counts[y][y] for x in range(len(tags))] for y in range(len(tags))]
    names = [_plain(tag) for tag in tags]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(tags)), names, rotation=60, ha="right", fontsize="small")
    axes.set_yticks(range(len(tags)), names, fontsize="small")


def _plain(text: str) -> str:
    """Text that is no formula: a dollar sign would start one."""
    text = visible(text)
    short = text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 3]}..."
    return short.replace("$", r"\$")
