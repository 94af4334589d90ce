"""What looking at pictures costs beside the model itself: `make bench-perception` runs it too.

Pictures per second of classification, from prepared squares and from files, against the bare
open_clip forward on ready tensors, for the embedded model and for an open_clip model of the usual
size (random weights: they cost the same). The embedded model looks at each picture twice, so its
bare forward counts twice. Ratios of one run; absolute figures depend on the machine.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from curate.classify.clip import ClipModel, build, plain_tokenizer
from curate.classify.embedded import Embedded
from curate.classify.prepare import Square
from curate.classify.run import prepared
from curate.figures.draw import draw
from curate.figures.prior import sample_many

PICTURES, BATCH = 192, 32
SIZES = ((832, 1216), (512, 768))
USUAL = {
    "embed_dim": 512,
    "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1},
}
START = "from curate.classify.embedded import Embedded; Embedded()"


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of a call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def files(folder: Path, size: tuple[int, int]) -> list[tuple[str, str]]:
    """Pictures of strangers, each another file."""
    found = []
    for number, figure in enumerate(sample_many("default", 4, PICTURES // 8)):
        drawn = Image.fromarray(draw(figure, *size).picture)
        for copy in range(8):
            path = folder / f"{number}-{copy}.png"
            drawn.save(path)
            found.append((path.name, str(path)))
    return found


def whole_way(named: list[tuple[str, str]], eyes: Embedded | ClipModel, side: int) -> None:
    """Decode, prepare and look, as `curate index` does."""
    from curate.classify.prepare import Prepare  # noqa: PLC0415 - only its record

    batch: list[Square] = []
    for _, outcome in prepared(named, Prepare(side=side)):
        if isinstance(outcome, str):
            raise TypeError(outcome)
        batch.append(outcome)
        if len(batch) == BATCH:
            _look(eyes, batch)
            batch = []


def _look(eyes: Embedded | ClipModel, squares: list[Square]) -> None:
    if isinstance(eyes, Embedded):
        eyes.classify(squares)
    else:
        eyes.encode_pictures(squares)


def on_squares(eyes: Embedded | ClipModel, side: int) -> None:
    """Look at squares that are prepared: tensors, forward, heads."""
    dice = np.random.default_rng(3)
    squares = list(dice.integers(0, 256, (BATCH, side, side, 3), np.uint8))
    for _ in range(PICTURES // BATCH):
        _look(eyes, squares)


def bare(clip: ClipModel) -> float:
    """Seconds of the forward on ready tensors, best of three."""
    squares = [np.zeros((clip.side, clip.side, 3), np.uint8)] * BATCH
    ready = clip.tensor(squares).contiguous(memory_format=torch.channels_last)
    model = clip._model  # noqa: SLF001 - the bare model is what is measured

    def forward() -> None:
        with torch.inference_mode():
            for _ in range(PICTURES // BATCH):
                model.encode_image(ready)

    forward()
    return min(seconds(forward) for _ in range(3))


def main() -> None:
    """Measure and print a table."""
    eyes = Embedded()
    random = build(USUAL)
    usual = ClipModel(random, plain_tokenizer(random), mean=(0.5,) * 3, std=(0.5,) * 3)
    print("| model | files | bare, ms | squares, ms | share of bare | files, ms | share of bare |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            place = Path(folder) / f"{size[0]}"
            place.mkdir()
            named = files(place, size)
            for name, model, clip, looks in (
                ("embedded", eyes, eyes.clip, 2),
                ("ViT-B-32, random", usual, usual, 1),
            ):
                alone = looks * bare(clip)
                ready = min(seconds(partial(on_squares, model, clip.side)) for _ in range(3))
                whole = min(seconds(partial(whole_way, named, model, clip.side)) for _ in range(2))
                per = 1e3 / PICTURES
                print(
                    f"| {name} | {size[0]}x{size[1]} PNG | {alone * per:.1f} | {ready * per:.1f} "
                    f"| {alone / ready:.2f} | {whole * per:.1f} | {alone / whole:.2f} |"
                )
    torch.set_num_threads(1)
    alone = bare(eyes.clip)
    print(f"\nembedded, one core: {alone * 1e3 / PICTURES:.1f} ms a picture in batches of {BATCH}")
    start = min(
        seconds(lambda: subprocess.run([sys.executable, "-c", START], check=True)) for _ in range(3)
    )
    print(f"start-up, from nothing to ready: {start:.1f} s")


if __name__ == "__main__":
    main()
