"""What people say that pictures show: labels.json."""

import codecs
import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from rules.model import Evidence, Picture
from rules.records import RecordError, parse_json, record, to_plain, write_atomically
from rules.spec import Elevation, Framing, Pose, View

LABELS = "labels.json"
LABEL_BYTES = 2**26


@record
class PictureLabels:
    """A person's labels of one picture; null where they say nothing.

    Attributes:
        framing: how much of her is in the picture.
        view: from where she is seen; left and right are her own.
        elevation: from below, at the height of her eyes, or from above.
        pose: what her body does; `posed` stands on her feet, and not upright.
        expression: any word.
        sha256: of the picture that was looked at; labels of other bytes do not count.
    """

    framing: Framing | None = None
    view: View | None = None
    elevation: Elevation | None = None
    pose: Pose | None = None
    expression: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    sha256: str | None = None


AXES = tuple(f.name for f in dataclasses.fields(PictureLabels) if f.name != "sha256")
Labels = Mapping[str, PictureLabels]


def load_labels(root: Path) -> Labels:
    """Path (or path without suffix) -> labels; none where another program's file bears that name.

    Raises:
        RecordError: the file cannot be understood.
    """
    raw = _read(root, LABELS)
    if raw is None or _is_list(raw):
        return {}
    return parse_json(dict[str, PictureLabels], raw, LABELS)


def is_foreign(root: Path) -> bool:
    """Whether labels.json is another program's: a list, where ours maps pictures to labels."""
    raw = _read(root, LABELS)
    return raw is not None and _is_list(raw)


def _is_list(raw: bytes) -> bool:
    return raw.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")


def save_labels(root: Path, labels: Labels) -> None:
    """Write labels.json, one picture a line, so that a change is one line of a diff.

    Raises:
        RecordError: another program's file bears that name.
        OSError: it cannot be written; the old file is whole.
    """
    if is_foreign(root):
        fault = "is a list, which another program wrote; move it away to keep labels there"
        raise RecordError(LABELS, [fault])
    lines = []
    for path in sorted(labels):
        told = {key: value for key, value in to_plain(labels[path]).items() if value is not None}
        lines.append(f"{json.dumps(path, ensure_ascii=False)}: {json.dumps(told)}")
    write_atomically(root / LABELS, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def apply_labels(picture: Picture, labels: Labels) -> Picture:
    """The picture with labelled evidence wherever a person has spoken."""
    said = said_of(picture.path, picture.sha256, labels)
    if said is None:
        return picture
    told = {axis: label for axis in AXES if (label := getattr(said, axis)) is not None}
    evidence: dict[str, Any] = {
        axis: Evidence(label=label, source="labelled") for axis, label in told.items()
    }
    return replace(picture, **evidence) if evidence else picture


def said_of(path: str, sha256: str | None, labels: Labels) -> PictureLabels | None:
    """What labels say of a picture with this content; None where they mean no, or other, bytes."""
    said = labels.get(path) or labels.get(path.removesuffix(_suffix(path)))
    return said if said is not None and said.sha256 in {None, sha256} else None


def is_labelled(path: str, sha256: str | None, labels: Labels) -> bool:
    """Whether labels say anything of a picture."""
    said = said_of(path, sha256, labels)
    return said is not None and any(getattr(said, axis) is not None for axis in AXES)


def _suffix(path: str) -> str:
    dot = path.rfind(".")
    return path[dot:] if dot > path.rfind("/") + 1 else ""


def _read(root: Path, name: str) -> bytes | None:
    path = root / name
    if not os.path.lexists(path):
        return None
    try:
        if path.exists() and not path.is_file():
            raise RecordError(name, ["is no regular file; put a JSON file there, or nothing"])
        if path.stat().st_size > LABEL_BYTES:
            raise RecordError(name, [f"is over {LABEL_BYTES:,} bytes; shorten it"])
        return path.read_bytes()
    except OSError as error:
        raise RecordError(name, [f"cannot be read: {error.strerror}"]) from error
