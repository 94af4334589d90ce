"""`curate facts`: what is known of every picture, one JSON object a line."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from curate.classify.looking import Choice
from curate.dataset import EXIF_TURNED
from curate.errors import UserError
from curate.formats.place import visible
from curate.labels import AXES
from curate.session import open_dataset
from rules.model import Dataset, Evidence, Picture
from rules.records import write_atomically

SCHEMA = Path(__file__).with_name("facts.schema.json")
UPRIGHT = "upright"


def facts_command(
    directory: str, *, choice: Choice, out: Path | None, cache_dir: Path | None
) -> None:
    """Look at what is new in a folder and write what is known of its pictures.

    Raises:
        UserError, RecordError: the folder or a classifier will not do.
    """
    session = open_dataset(directory, cache_dir=cache_dir, look=choice)
    for note in session.sights.notes:
        click.echo(f"note: {visible(note)}", err=True)
    lines = "".join(f"{json.dumps(line)}\n" for line in facts_of(session.dataset))
    if out is None:
        sys.stdout.write(lines)
        return
    try:
        write_atomically(out, lines.encode())
    except OSError as error:
        raise UserError(f"--out: {out}: {error.strerror or error}") from error


def facts_of(dataset: Dataset) -> list[dict[str, Any]]:
    """One object for each picture, also of held-out references, in the order of their paths."""
    pictures = sorted((*dataset.pictures, *dataset.held_out), key=lambda picture: picture.path)
    return [_facts(picture) for picture in pictures]


def _facts(picture: Picture) -> dict[str, Any]:
    width, height = _size(picture)
    best = {axis: _best(picture, axis) for axis in AXES}
    upright, source = _upright(picture, best["pose"])
    seen = picture.seen
    return {
        "path": picture.path,
        "sha256": picture.sha256,
        "width": width,
        "height": height,
        **{axis: _told(evidence) for axis, evidence in best.items()},
        UPRIGHT: upright,
        "head_height": seen.head_height if seen else None,
        "figures": seen.figures if seen else None,
        "classifier": seen.classifier if seen else None,
        "source": {axis: e.source if e else None for axis, e in best.items()} | {UPRIGHT: source},
    }


def _size(picture: Picture) -> tuple[int | None, int | None]:
    """Width and height in pixels as people see the picture."""
    file = picture.file
    if file is None:
        return None, None
    turned = file.orientation in EXIF_TURNED
    return (file.height, file.width) if turned else (file.width, file.height)


def _best(picture: Picture, axis: str) -> Evidence | None:
    """A person's label, else what was seen, else the caption's word.

    What a classifier would rather not say comes before the caption here: this is what is seen,
    and whoever reads it decides what to do about it.
    """
    told: Evidence | None = getattr(picture, axis)
    if told is not None and told.source == "labelled":
        return told
    seen: Evidence | None = getattr(picture.seen, axis) if picture.seen else None
    return seen or told


def _told(evidence: Evidence | None) -> dict[str, object] | None:
    if evidence is None:
        return None
    return {"label": evidence.label, "p": evidence.p, "abstained": evidence.abstained}


def _upright(
    picture: Picture, pose: Evidence | None
) -> tuple[dict[str, object] | None, str | None]:
    """How likely it is that somebody stands upright, and by whose word."""
    if pose is not None and pose.source == "labelled":
        return {"p": float(pose.label == UPRIGHT), "abstained": False}, pose.source
    seen = picture.seen.upright if picture.seen else None
    if seen is not None and seen.p is not None:
        p = seen.p if seen.label == UPRIGHT else round(1 - seen.p, 4)
        return {"p": p, "abstained": seen.abstained}, seen.source
    return None, None
