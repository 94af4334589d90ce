"""Statistics as one self-contained page: bars as SVG, tables for everything that is a matrix."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from curate.formats.place import visible
from curate.stats.count import SOURCES, Bar, Stats

WIDTH = 520
ROW = 24
NAMES = 150
COLOURS = {
    "labelled": "#1b4f72",
    "seen": "#2e9e8f",
    "declared": "#e0a526",
    "abstained": "#9aa0a6",
    "unknown": "#dfe3e8",
}
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1180px;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
.side{display:flex;flex-wrap:wrap;gap:2rem}table{border-collapse:collapse}
td,th{padding:.15rem .6rem;text-align:right;border:1px solid #e3e6ea}
th{font-weight:600;background:#f5f6f8}td:first-child,th:first-child{text-align:left}
.tags th{font-weight:400}.tags thead th{writing-mode:vertical-rl;text-align:left}
.key i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em}
"""


def page(stats: Stats) -> str:
    """HTML without scripts, fonts or anything else from elsewhere."""
    return "".join(_parts(stats))


def _parts(stats: Stats) -> Iterator[str]:
    title = f"{_text(stats.dataset)}: {stats.pictures:,} pictures"
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
    )
    if stats.left_out:
        yield f"<p>{stats.left_out:,} pictures of the folder are not fed and not counted.</p>"
    yield '<p class="key">What a label rests on:'
    yield "".join(f'<i style="background:{c}"></i>{name}' for name, c in COLOURS.items())
    yield '</p><div class="side">'
    for axis, bars in stats.axes.items():
        yield f"<section><h2>{_text(axis)}</h2>{_chart(bars)}</section>"
    yield "</div><h2>Pose, framing and view together</h2>"
    rows = [(c.pose, c.framing, c.view, f"{c.pictures:,}") for c in stats.table]
    yield _table(("pose", "framing", "view", "pictures"), rows)
    yield '<div class="side">'
    for name, cells in stats.heat.items():
        yield f"<section><h2>{_text(name)}</h2>{_heat(cells)}</section>"
    yield '</div><div class="side"><section><h2>Buckets</h2>'
    buckets = [
        (f"{b.width}x{b.height}", f"{b.pictures:,}", f"{b.enlarged:,}") for b in stats.buckets
    ]
    yield _table(("bucket", "pictures", "enlarged"), buckets)
    yield f"</section><section><h2>Shorter side in pixels, trained at {stats.resolution}</h2>"
    sides = [(f"from {s.least:,}", f"{s.pictures:,}", f"{s.enlarged:,}") for s in stats.sides]
    yield _table(("side", "pictures", "enlarged"), sides)
    yield "</section></div><h2>Tags that share captions</h2>"
    yield "<p>Share of the row's captions that hold the column's tag.</p>"
    yield _tags(stats)
    yield "</body></html>\n"


def _chart(bars: Iterable[Bar]) -> str:
    bars = list(bars)
    most = max((bar.total for bar in bars), default=0) or 1
    room = WIDTH - NAMES - 60
    parts = [f'<svg width="{WIDTH}" height="{ROW * len(bars)}" role="img">']
    for number, bar in enumerate(bars):
        y = number * ROW
        parts.append(f'<text x="0" y="{y + 16}" font-size="13">{_text(bar.label)}</text>')
        x = float(NAMES)
        for source in (*SOURCES, "unknown"):
            width = room * getattr(bar, source) / most
            if width:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="{ROW - 7}" '
                    f'fill="{COLOURS[source]}"><title>{getattr(bar, source)} {source}</title>'
                    "</rect>"
                )
            x += width
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 16}" font-size="13">{bar.total:,}</text>')
    return "".join([*parts, "</svg>"])


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{_text(h)}</th>" for h in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_text(c)}</td>' for c in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _heat(cells: Mapping[str, Mapping[str, int]]) -> str:
    columns = sorted({column for row in cells.values() for column in row})
    most = max((number for row in cells.values() for number in row.values()), default=0) or 1
    head = "".join(f"<th>{_text(column)}</th>" for column in ("", *columns))
    body = "".join(
        f"<tr><th>{_text(row)}</th>"
        + "".join(_shade(cells[row].get(column, 0), most) for column in columns)
        + "</tr>"
        for row in cells
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shade(number: int, most: int, said: str | None = None) -> str:
    alpha = 0.85 * number / most
    told = said if said is not None else (f"{number:,}" if number else "")
    return f'<td style="background:rgba(224,120,20,{alpha:.2f})">{told}</td>'


def _tags(stats: Stats) -> str:
    tags, counts = stats.together.tags, stats.together.counts
    head = "".join(f"<th>{_text(tag)}</th>" for tag in ("", *tags))
    body = "".join(
        f"<tr><th>{_text(tag)} ({counts[y][y]:,})</th>"
        + "".join(
            _shade(100 * n // counts[y][y], 100, f"{100 * n // counts[y][y]}" if n else "")
            for n in counts[y]
        )
        + "</tr>"
        for y, tag in enumerate(tags)
    )
    return f'<table class="tags"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _text(text: str) -> str:
    """Untrusted text in a page: neither markup nor control characters."""
    return escape(visible(text))
