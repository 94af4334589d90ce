"""Pictures along the way: a labelled sheet per epoch, and one that grows with the run."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from rules.records import record

SHEET = "samples.png"
RUNNING = "samples-by-epoch.png"
LABEL = 18
THUMB = 256


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
    """Write the pictures of an epoch and their sheet below its folder."""
    below = folder / "samples"
    below.mkdir(parents=True, exist_ok=True)
    for condition, picture in drawn:
        picture.save(below / f"{condition.name}.png")
    _grid([[(c.name, picture) for c, picture in drawn]]).save(folder / SHEET)


def keep_running(run: Path) -> None:
    """Draw the sheet of the whole run: rows are conditions, columns epochs."""
    folders = sorted(path.parent for path in run.glob(f"epoch-*/{SHEET}"))
    names = sorted({file.stem for folder in folders for file in (folder / "samples").glob("*.png")})
    rows = []
    for name in names:
        row = []
        for folder in folders:
            file = folder / "samples" / f"{name}.png"
            with Image.open(file) if file.exists() else Image.new("RGB", (1, 1)) as picture:
                thumb = picture.convert("RGB")
            row.append((f"{folder.name} {name}", thumb))
        rows.append(row)
    if rows:
        _grid(rows, THUMB).save(run / RUNNING)


def _grid(rows: list[list[tuple[str, Image.Image]]], limit: int | None = None) -> Image.Image:
    width, height = rows[0][0][1].size
    if limit and max(width, height) > limit:
        width, height = (max(1, side * limit // max(width, height)) for side in (width, height))
    sheet = Image.new("RGB", (width * len(rows[0]), (height + LABEL) * len(rows)), "white")
    pen = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, (label, picture) in enumerate(row):
            corner = (x * width, y * (height + LABEL))
            pen.text((corner[0] + 2, corner[1] + 2), label, fill="black")
            sheet.paste(picture.resize((width, height)), (corner[0], corner[1] + LABEL))
    return sheet
