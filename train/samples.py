"""Pictures along the way: a labelled sheet per epoch, and one that grows with the run."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from rules.records import record
from train.safetensors_files import write_whole

SHEET = "samples.png"
RUNNING = "samples-by-epoch.png"
FOLDER = "samples"
# Sides of a picture on the sheet of an epoch and on one with many columns, in pixels.
LARGE, SMALL = 512, 256
# More columns than these are thinned out evenly: a sheet is for one look.
MOST = 24
GAP, LETTERS, LINES = 8, 14, 4
PAPER, INK, MUTED = (250, 250, 249), (28, 25, 23), (120, 113, 108)

Found = Callable[[str, str], Image.Image | None]


@record
class Condition:
    """What a sample is drawn from."""

    label: str
    prompt: str
    seed: int

    @property
    def name(self) -> str:
        """Short, for labels and files."""
        return f"{self.label}-{self.seed}"


def conditions(prompts: dict[str, str], seeds: Sequence[int]) -> tuple[Condition, ...]:
    """Every prompt with every seed."""
    return tuple(
        Condition(label=label, prompt=prompt, seed=seed)
        for label, prompt in prompts.items()
        for seed in seeds
    )


def keep(folder: Path, drawn: Sequence[tuple[Condition, Image.Image]]) -> None:
    """Write pictures and their sheet below a folder: rows are prompts, columns seeds."""
    for condition, picture in drawn:
        told = PngInfo()
        told.add_text("prompt", condition.prompt)
        told.add_text("seed", str(condition.seed))
        _write(folder / FOLDER / f"{condition.name}.png", picture, told)
    by_place = {(c.label, f"seed {c.seed}"): picture for c, picture in drawn}
    rows = {c.label: f"{c.label}\n{c.prompt}" for c, _ in drawn}
    columns = list(dict.fromkeys(column for _, column in by_place))
    _write(folder / SHEET, _sheet(rows, columns, lambda *place: by_place.get(place), LARGE))


def keep_running(run: Path) -> None:
    """Draw the sheet of a whole run: rows are conditions, columns epochs."""
    folders = sorted(path.parent.name for path in run.glob(f"epoch-*/{SHEET}"))
    _keep_columns(run, folders, run / RUNNING)


def keep_side_by_side(out: Path, names: Sequence[str]) -> Path:
    """Draw the sheet of several folders below one: rows are conditions, columns folders."""
    return _keep_columns(out, names, out / SHEET)


def _keep_columns(root: Path, columns: Sequence[str], target: Path) -> Path:
    shown = _thinned(columns)
    names = sorted({path.stem for c in shown for path in (root / c / FOLDER).glob("*.png")})

    def found(name: str, column: str) -> Image.Image | None:
        file = root / column / FOLDER / f"{name}.png"
        if not file.exists():
            return None
        with Image.open(file) as picture:
            return picture.convert("RGB")

    if names:
        _write(target, _sheet({name: name for name in names}, shown, found, SMALL))
    return target


def _thinned(columns: Sequence[str]) -> list[str]:
    """At most so many, evenly, with the first and the last."""
    if len(columns) <= MOST:
        return list(columns)
    last = len(columns) - 1
    return [columns[round(i * last / (MOST - 1))] for i in range(MOST)]


def _sheet(rows: dict[str, str], columns: Sequence[str], found: Found, most: int) -> Image.Image:
    """A grid with words above every column and before every row.

    Args:
        rows: name -> what stands before it.
        columns: names.
        found: the picture of a row and a column, None for an empty place.
        most: longest side of a picture on the sheet.
    """
    font = ImageFont.load_default(LETTERS)
    first = next(p for row in rows for column in columns if (p := found(row, column)))
    scale = min(1.0, most / max(first.size))
    width, height = (max(1, round(side * scale)) for side in first.size)
    margin = max(_width(font, line) for text in rows.values() for line in _wrapped(text, font))
    head = LETTERS + 2 * GAP
    step = max(width, *(_width(font, column) for column in columns)) + GAP
    high = max(height, LINES * (LETTERS + 4)) + GAP
    left = margin + 2 * GAP
    sheet = Image.new("RGB", (left + step * len(columns), head + high * len(rows)), PAPER)
    pen = ImageDraw.Draw(sheet)
    for x, column in enumerate(columns):
        pen.text((left + x * step, GAP), column, INK, font)
    for y, (row, text) in enumerate(rows.items()):
        for i, line in enumerate(_wrapped(text, font)):
            place = (GAP, head + y * high + i * (LETTERS + 4))
            pen.text(place, line, MUTED if i else INK, font)
        for x, column in enumerate(columns):
            if picture := found(row, column):
                small = picture.resize((width, height), Image.Resampling.LANCZOS)
                sheet.paste(small, (left + x * step, head + y * high))
    return sheet


def _width(font: "ImageFont.FreeTypeFont | ImageFont.ImageFont", text: str) -> int:
    return round(font.getlength(text))


def _wrapped(text: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont") -> list[str]:
    """The first lines of a text, each as long as a row's margin is wide."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and _width(font, f"{line} {word}") > SMALL:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], f"{lines[LINES - 1]} ..."]


def _write(path: Path, picture: Image.Image, told: PngInfo | None = None) -> None:
    raw = io.BytesIO()
    picture.save(raw, "PNG", pnginfo=told)
    write_whole(path, lambda: [raw.getvalue()])
