"""How far prompts control what the base draws, attribute by attribute.

Strangers that it never learned from are described in its own words; what it draws of each
description is read and held against it. The same strangers, drawn by the renderer and sent through
the VAE, say how well the reader reads: no attribute can come out above that.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from curate.figures.draw import draw
from curate.figures.prior import sample_many
from curate.progress import progress
from evaluate.experiments.reading import BODY, PROBED, Reader, Reading
from evaluate.experiments.studio import PRIOR, Drawing, SmallStudio
from evaluate.statistics import wilson
from rules.records import record
from train.pretrain.captions import full_caption
from train.pretrain.figures import words_of

SEED = 88_000_000
AXES = ("hair_colour", "hairstyle", "outfit", "framing", "view", "elevation", "pose")
# By the probes as well: another reader of the same.
TWICE = tuple(f"{PROBED}{axis}" for axis in AXES[3:])
GOAL = 0.85
SHEET = 40
COLUMNS = 10


class Asked(NamedTuple):
    """A stranger: what was asked for, in words and by axis, and the renderer's own picture."""

    prompt: str
    labels: Mapping[str, str]
    picture: Image.Image


@record
class AxisControl:
    """An attribute's row.

    Attributes:
        asked: prompts whose picture somebody read.
        right: of those, how many show what was asked for.
        silent: pictures of which the reader would rather not say.
        read_right: of the renderer's own pictures, how many are read right.
        read: how many of those are read at all.
    """

    axis: str
    asked: int
    right: int
    silent: int
    read_right: int
    read: int


def strangers(count: int, size: tuple[int, int]) -> Iterator[Asked]:
    """Strangers that no shard holds."""
    for number, figure in enumerate(sample_many(PRIOR, SEED, count)):
        drawing = draw(figure, *size)
        words = words_of(drawing.truth, np.random.default_rng([SEED, number]))
        labels = {
            axis: label
            for axis, label in words.labels.items()
            if axis != "pose" or words.labels["framing"] in BODY
        }
        yield Asked(full_caption(words), labels, Image.fromarray(drawing.picture))


def measure(
    studio: SmallStudio, reader: Reader, drawing: Drawing, *, count: int, out: Path
) -> tuple[AxisControl, ...]:
    """Draw descriptions, read the pictures, and count; a sheet of the first ones goes to `out`."""
    asked = list(strangers(count, (drawing.width, drawing.height)))
    prompts = [(one.prompt, number) for number, one in enumerate(asked)]
    drawn = list(progress(studio.draw(prompts, drawing), total=count, doing="drawing prompts"))
    true = studio.through_vae([one.picture for one in asked])
    out.mkdir(parents=True, exist_ok=True)
    sheet_of(true[:SHEET], drawn[:SHEET]).save(out / "control.png")
    wanted = [one.labels for one in asked]
    return tuple(count_up(wanted, reader.read(drawn), reader.read(true)))


def count_up(
    wanted: Sequence[Mapping[str, str]], drawn: Sequence[Reading], true: Sequence[Reading]
) -> Iterator[AxisControl]:
    """Hold readings against what was asked for, axis by axis."""
    for axis in (*AXES, *TWICE):
        asked = axis.removeprefix(PROBED)
        pairs = [
            (labels[asked], here.labels.get(axis), there.labels.get(axis))
            for labels, here, there in zip(wanted, drawn, true, strict=True)
            if asked in labels
        ]
        yield AxisControl(
            axis=axis,
            asked=sum(found is not None for _, found, _ in pairs),
            right=sum(label == found for label, found, _ in pairs),
            silent=sum(found is None for _, found, _ in pairs),
            read_right=sum(label == found for label, _, found in pairs),
            read=sum(found is not None for _, _, found in pairs),
        )


def table(rows: Sequence[AxisControl]) -> Iterator[str]:
    """The rows for people, as Markdown."""
    yield "| attribute | right | 95% | read on the renderer's pictures | silent | goal |"
    yield "| --- | ---: | --- | ---: | ---: | --- |"
    for row in rows:
        if not row.asked:
            yield f"| {row.axis} | nobody read it | | | {row.silent:,} | undetermined |"
            continue
        low, high = wilson(row.right, row.asked)
        share = row.right / row.asked
        ceiling = f"{row.read_right / row.read:.0%}" if row.read else "not read"
        goal = "reached" if share >= GOAL else f"missed by {GOAL - share:.0%}"
        yield (
            f"| {row.axis} | {share:.0%} of {row.asked:,} | {low:.0%} to {high:.0%} | {ceiling} "
            f"| {row.silent:,} | {goal} |"
        )


def sheet_of(true: Sequence[Image.Image], drawn: Sequence[Image.Image]) -> Image.Image:
    """Rows of what was asked for, each above what was drawn."""
    width, height = true[0].size
    lines = -(-len(true) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, 2 * lines * height), (255, 255, 255))
    for place, pair in enumerate(zip(true, drawn, strict=True)):
        row, column = divmod(place, COLUMNS)
        for below, picture in enumerate(pair):
            sheet.paste(picture, (column * width, (2 * row + below) * height))
    return sheet
