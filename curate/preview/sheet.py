"""The contact sheet: every picture small, with what the crop takes away, on one PNG."""

import math

from PIL import Image, ImageDraw, ImageFont

from curate.preview.thumbnails import Thumbnail
from curate.preview.totals import Totals, is_cut
from rules.model import Dataset, Picture
from rules.quoting import counted

CELL = 208
PICTURE = 192
LABEL = 40
MARGIN = 16
HEAD = 72
COLUMNS = range(4, 13)
# 960 cells are a sheet of 48 million pixels.
MOST = 960
PAPER, INK, MUTED = (250, 250, 249), (28, 25, 23), (87, 83, 78)
KEPT, GONE = (21, 128, 61), (185, 28, 28)
SHADE = (0, 0, 0, 150)
LABEL_LETTERS = 30


class Sheet:
    """A sheet of paper that is filled cell by cell."""

    def __init__(self, dataset: Dataset, totals: Totals) -> None:
        self._trainer = dataset.trainer.id
        self._cells = min(totals.pictures, MOST)
        self._columns = max(COLUMNS[0], min(COLUMNS[-1], math.ceil(math.sqrt(self._cells))))
        self._large, self._small = ImageFont.load_default(24), ImageFont.load_default(13)
        rows = math.ceil(self._cells / self._columns)
        width = 2 * MARGIN + self._columns * CELL
        foot = LABEL if totals.pictures > MOST else 0
        self.image = Image.new("RGB", (width, HEAD + rows * (CELL + LABEL) + MARGIN + foot), PAPER)
        draw = ImageDraw.Draw(self.image)
        draw.text((MARGIN, 12), _latin(dataset.name), INK, self._large)
        draw.text((MARGIN, 44), _headline(dataset, totals), MUTED, self._small)
        if foot:
            more = f"and {totals.pictures - MOST:,} more: see preview.html"
            draw.text((MARGIN, self.image.height - LABEL), more, INK, self._small)

    def add(self, number: int, picture: Picture, thumbnail: Thumbnail | None) -> None:
        """Draw one picture.

        Args:
            number: from 1, the same as on the page.
            picture: what is said below it.
            thumbnail: what is shown, None for an empty frame.
        """
        if number > self._cells:
            return
        row, column = divmod(number - 1, self._columns)
        left, top = MARGIN + column * CELL, HEAD + row * (CELL + LABEL)
        drawn = _marked(picture, thumbnail)
        self.image.paste(drawn, (left, top + PICTURE - drawn.height))
        draw = ImageDraw.Draw(self.image)
        name = _shortened(f"{number} {_latin(picture.path)}")
        draw.text((left, top + PICTURE + 4), name, INK, self._small)
        said = _said(picture).removeprefix(f"{self._trainer} ")
        colour = GONE if picture.unfed else MUTED
        draw.text((left, top + PICTURE + 21), _shortened(said), colour, self._small)


def _marked(picture: Picture, thumbnail: Thumbnail | None) -> Image.Image:
    """The thumbnail in its cell's size, shaded where it is cut, crossed out where left out."""
    if thumbnail is None:
        image = Image.new("RGB", (PICTURE, PICTURE), PAPER)
        ImageDraw.Draw(image).rectangle((0, 0, PICTURE - 1, PICTURE - 1), outline=MUTED)
    else:
        image = thumbnail.image.copy()
        image.thumbnail((PICTURE, PICTURE))
    draw = ImageDraw.Draw(image, "RGBA")
    right, bottom = image.width - 1, image.height - 1
    if picture.unfed is not None:
        draw.rectangle((0, 0, right, bottom), SHADE)
        draw.line((0, 0, right, bottom), GONE, 3)
        draw.line((0, bottom, right, 0), GONE, 3)
    elif thumbnail is not None and picture.placement is not None and picture.size is not None:
        x, y = image.width / picture.size[0], image.height / picture.size[1]
        box = tuple(
            round(side * scale)
            for side, scale in zip(picture.placement.crop, (x, y, x, y), strict=True)
        )
        for cut in _cut_off(box, image.size):
            draw.rectangle(cut, SHADE)
        draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=KEPT, width=2)
    return image


def _cut_off(box: tuple[int, ...], size: tuple[int, int]) -> tuple[tuple[int, int, int, int], ...]:
    """What lies left, right, above and below of the crop, as far as there is something."""
    left, top, right, bottom = box
    width, height = size
    sides = (
        (0, 0, left - 1, height - 1),
        (right, 0, width - 1, height - 1),
        (left, 0, right - 1, top - 1),
        (left, bottom, right - 1, height - 1),
    )
    return tuple(side for side in sides if side[0] <= side[2] and side[1] <= side[3])


def _headline(dataset: Dataset, totals: Totals) -> str:
    return (
        f"{dataset.trainer.id}: {totals.fed:,} of {counted(totals.pictures, 'picture')} fed, "
        f"{counted(len(totals.buckets), 'bucket')}, {counted(totals.steps, 'step')} an epoch"
    )


def _said(picture: Picture) -> str:
    if picture.unfed is not None:
        return picture.unfed
    if picture.placement is None:
        return "size unknown"
    width, height = picture.placement.bucket
    cut = f", {picture.placement.lost:.1%} cut" if is_cut(picture) else ""
    return f"{width}x{height}, x{picture.placement.scale:.2f}{cut}"


def _shortened(label: str) -> str:
    return label if len(label) <= LABEL_LETTERS else f"{label[: LABEL_LETTERS - 3]}..."


def _latin(shown: str) -> str:
    """What Pillow's own font can draw of a text."""
    return "".join(c if c.isprintable() and ord(c) < 0x250 else "?" for c in shown)  # noqa: PLR2004 - Latin Extended-B ends there
