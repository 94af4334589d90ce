"""Small dataset folders on disk, drawn on the spot."""

import random
from pathlib import Path

from PIL import Image


def draw(path: Path, size: tuple[int, int] = (64, 64), seed: int | None = None) -> Path:
    """A picture of coloured noise; the same seed draws the same pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = random.Random(path.name if seed is None else seed)  # noqa: S311 - no secret
    small = Image.frombytes("RGB", (8, 8), noise.randbytes(8 * 8 * 3))
    small.resize(size, Image.Resampling.NEAREST).save(path)
    return path


def dataset(folder: Path, captions: dict[str, str], size: tuple[int, int] = (64, 64)) -> Path:
    """A folder with one picture per caption; the keys are paths without suffix."""
    for stem, caption in captions.items():
        draw(folder / f"{stem}.png", size)
        (folder / f"{stem}.txt").write_text(caption, encoding="utf-8")
    return folder
