"""Pictures whose labels are known, as a model's embeddings: drawn figures, and a person's own."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

import click
import numpy as np

from curate.classify.calibrate import Pictures
from curate.classify.drawn import UNKNOWN, Drawn, Known, Told, draw_known, figures, gathered
from curate.classify.heads import Floats
from curate.classify.labels import HEADS
from curate.classify.prepare import Prepare, Square
from curate.classify.run import BATCH, ahead, prepared
from curate.figures.dice import Split
from curate.folder import list_folder
from curate.formats.place import visible
from curate.labels import AXES, PictureLabels, load_labels, said_of
from curate.progress import progress
from curate.session import Session
from rules.model import Picture

SEED = 20_000_000


class Eyes(Protocol):
    """A classifier with an image tower."""

    prepare: Prepare
    backbone: str
    family: str

    def features(self, squares: Sequence[Square]) -> Floats:
        """What heads read of prepared pictures, shape (n, d)."""


def draw_pictures(eyes: Eyes, count: int, split: Split) -> Pictures:
    """Figures to learn from (`train`), or with hair, clothes and styles that those never have."""
    wanted = figures(count, SEED + (split == "train"), split)
    ready = ahead(partial(draw_known, eyes.prepare), wanted)
    told: list[Told] = []
    parts: list[Floats] = []
    for batch in _in_batches(progress(ready, total=count, doing="drawing figures")):
        told += [known for _, known in batch]
        parts.append(eyes.features([square for square, _ in batch]))
    return Pictures(embeddings=np.concatenate(parts), known=gathered(told))


def _in_batches(items: Iterator[Drawn]) -> Iterator[list[Drawn]]:
    batch: list[Drawn] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def labelled_pictures(session: Session, eyes: Eyes, *, declared: bool) -> Pictures:
    """The pictures that people labelled, and of them what they said."""
    told = _told(session, declared=declared)
    real = {file.path: file.real for file in list_folder(session.root).pictures}
    files = [(path, real[path]) for path in told if path in real]
    squares: dict[str, Square] = {}
    ready = prepared(files, eyes.prepare)
    for path, square in progress(ready, total=len(files), doing="looking at labelled pictures"):
        if isinstance(square, str):
            click.echo(f"note: {visible(path)} is left out: {visible(square)}", err=True)
        else:
            squares[path] = square
    paths = list(squares)
    parts = [
        eyes.features([squares[path] for path in paths[start : start + BATCH]])
        for start in range(0, len(paths), BATCH)
    ]
    labels = {
        head: np.array([_number(head, told[path].get(head)) for path in paths], np.int64)
        for head in HEADS
    }
    embeddings_nd = np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
    return Pictures(embeddings=embeddings_nd, known=Known(labels=labels, quantities={}))


def _told(session: Session, *, declared: bool) -> dict[str, dict[str, str]]:
    """Path -> head -> label of every picture that decodes and that somebody spoke of."""
    written = load_labels(session.root)
    every = {}
    for picture in session.dataset.pictures:
        said = said_of(picture.path, picture.sha256, written)
        told = _labels(picture, said, declared=declared)
        if told and (picture.file is None or picture.file.error is None):
            every[picture.path] = told
    return every


def _labels(picture: Picture, said: PictureLabels | None, *, declared: bool) -> dict[str, str]:
    """Head -> label by a person's word, else by the caption's where that counts."""
    told = {axis: word for axis in AXES if (word := getattr(said, axis, None)) is not None}
    if "pose" in told:
        told["upright"] = "upright" if told["pose"] == "upright" else "not upright"
    for axis in AXES if declared else ():
        evidence = getattr(picture, axis)
        if evidence is not None and evidence.source == "declared":
            told.setdefault(axis, evidence.label)
    return {
        head: label.replace(" ", "_") if head == "expression" else label
        for head, label in told.items()
    }


def _number(head: str, label: str | None) -> int:
    """A label's place in its head; groups as `side` name no one label."""
    return HEADS[head].index(label) if label in HEADS[head] else UNKNOWN
