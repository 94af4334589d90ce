"""Contact sheets: labels below their cells, target framed green, base grey, pages bounded."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from evaluate.outputs.layout import Grid, Shown
from rules.records import write_atomically

CELL = (416, 608)
LABEL, HEAD, GAP, SIDE = 26, 64, 6, 16_000
PIXELS = 60_000_000
PAPER, INK, MUTED = (250, 250, 249), (28, 25, 23), (120, 113, 108)
TARGET, BASE, LINE = (21, 128, 61), (120, 113, 108), (214, 211, 209)
CHIP = (28, 25, 23)
FRAME = 4
TARGET_COLUMN = "target"
LATIN = 0x250


class Paging(NamedTuple):
    """How a sheet is cut: the size of a cell, and how many columns and rows a page has."""

    cell: tuple[int, int]
    columns: int
    rows: int


def paging(columns: int, rows: int, picture: tuple[int, int]) -> Paging:
    """Pages within 60 million pixels and 16,000 a side; a cell shrinks before a column is lost."""
    scale = min(CELL[0] / picture[0], CELL[1] / picture[1], 1.0)
    width, height = (max(24, round(side * scale)) for side in picture)
    most = (SIDE - GAP) // columns - GAP
    if width > most:
        height, width = max(24, round(height * most / width)), max(24, most)
    shown = min(columns, (SIDE - GAP) // (width + GAP))
    page = shown * (width + GAP) + GAP
    by_pixels = PIXELS // page
    left = min(SIDE, by_pixels) - HEAD - GAP
    return Paging((width, height), shown, max(1, min(rows, left // (height + LABEL + GAP))))


def write_sheets(
    grid: Grid, folder: Path, title: str, references: Sequence[Path] = ()
) -> list[Path]:
    """Write every page as sheet-01.png and so on; raises OSError.

    Args:
        grid: pictures in their places.
        folder: where pages go; older pages are taken away.
        title: of every page.
        references: the target column shows them in turn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("sheet-*.png"):
        old.unlink()
    if not grid.rows:
        return []
    columns = [*([TARGET_COLUMN] if references else []), *grid.columns]
    how = paging(len(columns), len(grid.rows), _picture_size(grid))
    paths = []
    for number, (some, rows) in enumerate(_pages(columns, grid.rows, how), 1):
        page = _page(grid, some, rows, how, f"{title}, page {number}", references)
        path = folder / f"sheet-{number:02}.png"
        write_atomically(path, _png(page))
        paths.append(path)
    return paths


def _pages(
    columns: Sequence[str], rows: Sequence[tuple[str, str, int]], how: Paging
) -> Iterator[tuple[Sequence[str], Sequence[tuple[str, str, int]]]]:
    for left in range(0, len(columns), how.columns):
        for top in range(0, len(rows), how.rows):
            yield columns[left : left + how.columns], rows[top : top + how.rows]


def _picture_size(grid: Grid) -> tuple[int, int]:
    for shown in grid.cells.values():
        if shown.path is not None:
            with Image.open(shown.path) as picture:
                return picture.size
    return CELL


def _page(  # noqa: PLR0913, PLR0917 - what one page shows
    grid: Grid,
    columns: Sequence[str],
    rows: Sequence[tuple[str, str, int]],
    how: Paging,
    title: str,
    references: Sequence[Path],
) -> Image.Image:
    width, height = how.cell
    size = (
        len(columns) * (width + GAP) + GAP,
        HEAD + len(rows) * (height + LABEL + GAP) + GAP,
    )
    page = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((GAP, 8), _latin(title), INK, ImageFont.load_default(18))
    for x, column in enumerate(columns):
        pen.text((GAP + x * (width + GAP), 36), _latin(column), MUTED, ImageFont.load_default(16))
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            corner = (GAP + x * (width + GAP), HEAD + y * (height + LABEL + GAP))
            if column == TARGET_COLUMN:
                path = references[grid.rows.index(row) % len(references)]
                _put(page, corner, how.cell, path, TARGET)
                _label(page, corner, how.cell, "target")
            else:
                _cell(page, corner, how.cell, grid.cells.get((row, column)), column, row)
    return page


def _cell(  # noqa: PLR0913, PLR0917 - what one cell shows
    page: Image.Image,
    corner: tuple[int, int],
    size: tuple[int, int],
    shown: Shown | None,
    column: str,
    row: tuple[str, str, int],
) -> None:
    scene, form, seed = row
    if shown is None or shown.path is None:
        _hatch(page, corner, size)
        _label(page, corner, size, f"{column} {form} s{seed} not drawn")
        return
    _put(page, corner, size, shown.path, BASE if shown.cell.checkpoint is None else None)
    _label(page, corner, size, f"{column} {form} s{seed} {scene}")
    if shown.score is not None:
        _chip(page, corner, f"{shown.score:.1f}")
    elif not shown.scored:
        _hatch(page, (corner[0], corner[1] + size[1] - 28), (size[0], 28))


def _put(
    page: Image.Image,
    corner: tuple[int, int],
    size: tuple[int, int],
    path: Path,
    frame: tuple[int, int, int] | None,
) -> None:
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", size)
            small = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        _hatch(page, corner, size)
        return
    small.thumbnail(size, Image.Resampling.LANCZOS)
    page.paste(
        small, (corner[0] + (size[0] - small.width) // 2, corner[1] + (size[1] - small.height) // 2)
    )
    if frame is not None:
        right, bottom = corner[0] + size[0] - 1, corner[1] + size[1] - 1
        ImageDraw.Draw(page).rectangle((*corner, right, bottom), outline=frame, width=FRAME)


def _hatch(page: Image.Image, corner: tuple[int, int], size: tuple[int, int]) -> None:
    tile = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(tile)
    for x in range(-size[1], size[0], 12):
        pen.line((x, size[1], x + size[1], 0), LINE, 2)
    page.paste(tile, corner)


def _label(page: Image.Image, corner: tuple[int, int], size: tuple[int, int], text: str) -> None:
    font = ImageFont.load_default(14)
    whole = shown = _latin(text)
    while whole and font.getlength(shown) > size[0]:
        whole = whole[:-1]
        shown = f"{whole.rstrip()}.."
    ImageDraw.Draw(page).text((corner[0] + 2, corner[1] + size[1] + 4), shown, INK, font)


def _chip(page: Image.Image, corner: tuple[int, int], text: str) -> None:
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    wide = int(font.getlength(text)) + 10
    left, top = corner[0] + 6, corner[1] + 6
    pen.rectangle((left, top, left + wide, top + 22), CHIP)
    pen.text((left + 5, top + 2), text, PAPER, font)


def _latin(shown: str) -> str:
    """What Pillow's own font can draw of a text."""
    return "".join(c if c.isprintable() and ord(c) < LATIN else "?" for c in shown)


def _png(page: Image.Image) -> bytes:
    import io

    buffer = io.BytesIO()
    page.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
