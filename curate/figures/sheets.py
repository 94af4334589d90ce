"""Contact sheets: pictures side by side, with a word under each where it helps."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from curate.figures.compiled import Bytes

PAPER = 250
INK = (70, 70, 84)
STRIP = 15
CELL = (150, 200)


def contact_sheet(
    pictures: Sequence[Bytes], columns: int, labels: Sequence[str] = (), gap: int = 3
) -> Bytes:
    """Lay pictures of one size (h, w, 3) out in rows; the result is (H, W, 3)."""
    height, width = pictures[0].shape[:2]
    strip = STRIP if labels else 0
    rows = -(-len(pictures) // columns)
    sheet = np.full(
        (rows * (height + strip + gap) + gap, columns * (width + gap) + gap, 3), PAPER, np.uint8
    )
    corners = [
        (gap + (i // columns) * (height + strip + gap), gap + (i % columns) * (width + gap))
        for i in range(len(pictures))
    ]
    for picture, (top, left) in zip(pictures, corners, strict=True):
        sheet[top : top + height, left : left + width] = picture
    if not labels:
        return sheet
    image = Image.fromarray(sheet)
    pen = ImageDraw.Draw(image)
    for label, (top, left) in zip(labels, corners, strict=False):
        pen.text((left + 2, top + height + 1), label, fill=INK)
    return np.asarray(image)


def sheet_of_files(paths: Sequence[Path], target: Path, columns: int = 10) -> None:
    """Lay picture files out on one sheet, each within `CELL` pixels, and write it."""
    cells = []
    for path in paths:
        with Image.open(path) as picture:
            small = picture.convert("RGB")
            small.thumbnail(CELL, Image.Resampling.LANCZOS)
        cell = np.full((CELL[1], CELL[0], 3), PAPER, np.uint8)
        top, left = (CELL[1] - small.height) // 2, (CELL[0] - small.width) // 2
        cell[top : top + small.height, left : left + small.width] = np.asarray(small)
        cells.append(cell)
    target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(contact_sheet(cells, min(columns, len(cells)))).save(target, quality=88)
