"""Pictures of the report: the matrix with its viewer, and what probes drew."""

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PIL import Image

from curate.preview.markup import Markup, element, join
from curate.progress import progress
from evaluate.outputs.layout import Grid, Shown
from evaluate.session import Opened
from evaluate.verdicts.verdict import VerdictFile

THUMB = (416, 608)
QUALITY = 82
# So many pictures are a page of some 60 MB, which a browser opens in seconds.
MOST = 2_000
MOST_PROBES = 400
TARGET = "target"


def matrix_table(grid: Grid, references: Sequence[Path]) -> Iterator[Markup | str]:
    """Every picture of the matrix, checkpoints side by side, a picture of her in front."""
    if not grid.rows:
        return
    yield element("h2", "Matrix", id="matrix")
    columns = [*([TARGET] if references else []), *grid.columns]
    yield _viewer(columns)
    shown = min(len(grid.cells), MOST)
    if shown < len(grid.cells):
        yield element("p", f"The first {shown:,} of {len(grid.cells):,} pictures are on this page; "
                      f"the contact sheets have all.", class_="muted")  # fmt: skip
    yield '<div class="scroll"><table class="matrix"><thead><tr><th></th>'
    yield join(*(element("th", column, scope="col") for column in columns))
    yield "</tr></thead><tbody>"
    left = MOST
    for number, row in progress(enumerate(grid.rows), total=len(grid.rows), doing="drawing"):
        yield "<tr>"
        yield element("th", f"{row[0]} {row[1]} s{row[2]}", scope="row")
        for column in columns:
            if column == TARGET:
                yield _target(references[number % len(references)])
                continue
            cell = grid.cells.get((row, column))
            yield _cell(cell, column, room=left > 0)
            left -= cell is not None
        yield "</tr>"
    yield "</tbody></table></div>"


def _viewer(columns: Iterable[str]) -> Markup:
    options = [element("option", name, value=name) for name in columns]
    return element(
        "section",
        element(
            "p",
            "Arrow keys: ← → prompt and seed, ↑ ↓ checkpoint; drag to wipe between both.",
            class_="muted",
        ),
        element(
            "div",
            element("img", alt="", class_="under"),
            element("img", alt="", class_="over"),
            class_="stage",
        ),
        element(
            "form",
            element("label", "left ", element("select", *options, name="under")),
            element("label", "right ", element("select", *options, name="over")),
            element("label", "wipe ", element("input", type="range", name="wipe", min=0, max=100,
                                              value=50)),
            element("output", "", aria_live="polite"),
            class_="hand",
        ),
        class_="viewer",
        tabindex=0,
        hidden="",
        aria_label="matrix viewer",
    )  # fmt: skip


def _cell(cell: Shown | None, column: str, *, room: bool) -> Markup:
    if cell is None or cell.path is None:
        return element("td", element("span", "not drawn", class_="blank hatch"))
    picture = _thumb(cell.path, f"{column} {cell.cell.label}", cell.key) if room else None
    if picture is None:
        return element("td", element("span", "see the sheets", class_="blank"))
    mark = f"{cell.score:.1f}" if cell.score is not None else "" if cell.scored else "unscored"
    chips = [element("span", mark, class_="score")] if mark else []
    kind = "base" if cell.cell.checkpoint is None else ""
    return element("td", picture, *chips, class_=kind, data_column=column)


def _target(path: Path) -> Markup:
    picture = _thumb(path, "target", None)
    return element("td", picture or "", class_="target", data_column=TARGET)


def _thumb(path: Path, told: str, key: str | None) -> Markup | None:
    try:
        with Image.open(path) as picture:
            small = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    small.thumbnail(THUMB)
    buffer = io.BytesIO()
    Image.frombytes("RGB", small.size, small.tobytes()).save(buffer, "WEBP", quality=QUALITY)
    data = base64.b64encode(buffer.getvalue()).decode()
    return element(
        "img", src=f"data:image/webp;base64,{data}", alt=told, width=small.width,
        height=small.height, data_key=key,
    )  # fmt: skip


def probe_strip(opened: Opened, found: VerdictFile, grid: Grid) -> Iterator[Markup | str]:
    """Pictures that verdicts name and that the matrix does not show."""
    shown = {cell.key for cell in grid.cells.values()}
    named = dict.fromkeys(image for one in found.verdicts for image in one.images)
    wanted = [key for key in named if key not in shown and key in opened.rows][:MOST_PROBES]
    if not wanted:
        return
    cells = {planned.key: planned.cell for planned in opened.plan.cells}
    head = element("summary", element("h3", f"Pictures of the probes ({len(wanted)})"))
    yield f'<details class="probes">{head}<div class="strip">'
    for key in wanted:
        cell = cells[key]
        told = f"{cell.part}: {cell.label}"
        picture = _thumb(opened.spec.folder / opened.rows[key].file, told, key)
        if picture is not None:
            yield element("figure", picture, element("figcaption", told))
    yield "</div></details>"
