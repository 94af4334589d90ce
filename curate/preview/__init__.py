"""What the trainer will be fed, to look at: one HTML page and one contact sheet."""

import io
from pathlib import Path

from curate.errors import UserError
from curate.folder import OWN_FOLDERS
from curate.preview.card import card
from curate.preview.page import page
from curate.preview.sheet import Sheet
from curate.preview.thumbnails import draw_thumbnails
from curate.preview.totals import totals
from rules.model import Dataset
from rules.records import write_atomically

PAGE, SHEET = "preview.html", "preview.png"


def preview(dataset: Dataset, root: Path, out: Path) -> tuple[Path, Path]:
    """Write preview.html and preview.png.

    Args:
        dataset: what is shown.
        root: the folder of the pictures.
        out: the folder that is written to; made where there is none.

    Raises:
        UserError: `out` is a part of the dataset, where the sheet would become a picture of it.
        OSError: a file cannot be written.
    """
    _refuse_inside(root, out)
    counted = totals(dataset)
    sheet = Sheet(dataset, counted)
    cards = []
    for number, (picture, thumbnail) in enumerate(draw_thumbnails(dataset, root), 1):
        sheet.add(number, picture, thumbnail)
        cards.append(card(dataset, number, picture, thumbnail))
    png = io.BytesIO()
    sheet.image.save(png, "PNG")
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / PAGE, page(dataset, counted, cards).encode())
    write_atomically(out / SHEET, png.getvalue())
    return out / PAGE, out / SHEET


def _refuse_inside(root: Path, out: Path) -> None:
    inside, target = root.resolve(), out.resolve()
    if target.is_relative_to(inside) and OWN_FOLDERS.isdisjoint(target.relative_to(inside).parts):
        raise UserError(
            f"{out}: lies in the dataset, so preview.png would be taken for one of its pictures; "
            "name a folder outside of it, or none for .curate/"
        )
