"""Small copies of pictures, as the trainer reads them: turned or not, with alpha or without."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from curate.folder import list_folder
from curate.measure import PIXEL_BOUND
from curate.progress import progress
from rules.model import Dataset, Picture
from rules.profiles import PictureHandling

SIDE = 256
QUALITY = 80
BACKGROUND = (255, 255, 255)
# A page of so many thumbnails has some 50 MB.
MOST = 4_000


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture, by default of at most 256 pixels a side, and the same as a WebP file."""

    image: Image.Image
    webp: bytes


def draw_thumbnails(dataset: Dataset, root: Path) -> Iterator[tuple[Picture, Thumbnail | None]]:
    """Every picture with its thumbnail, None where there is nothing to show."""
    real = {file.path: file.real for file in list_folder(root).pictures}

    def draw(numbered: tuple[int, Picture]) -> tuple[Picture, Thumbnail | None]:
        number, picture = numbered
        path = real.get(picture.path)
        if path is None or number >= MOST or (picture.file and picture.file.error):
            return picture, None
        return picture, draw_thumbnail(path, dataset.trainer.pictures)

    with ThreadPoolExecutor() as pool:
        drawn = pool.map(draw, enumerate(dataset.pictures))
        yield from progress(drawn, total=len(dataset.pictures), doing="drawing")


def draw_thumbnail(path: str, handling: PictureHandling, side: int = SIDE) -> Thumbnail | None:
    """The thumbnail of one file, None where it does not decode or is over the pixel bound."""
    # Decoders raise whatever their formats' parsers raise, as in `curate.measure`; what is wrong
    # with a picture is said there.
    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > PIXEL_BOUND:
                return None
            opened.draft("RGB", (2 * side, 2 * side))
            image = _as_read(opened, handling)
    except Exception:  # noqa: BLE001 - see above
        return None
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=2)
    return Thumbnail(image, file.getvalue())


def _as_read(image: Image.Image, handling: PictureHandling) -> Image.Image:
    turned = ImageOps.exif_transpose(image) if handling.exif == "applied" else image
    if not turned.has_transparency_data:
        return turned.convert("RGB")
    colours = turned.convert("RGBA")
    if handling.alpha == "dropped":
        return colours.convert("RGB")
    canvas = Image.new("RGBA", colours.size, BACKGROUND)
    canvas.alpha_composite(colours)
    return canvas.convert("RGB")
