"""What drawn figures show, as the labels of a person who is never wrong."""

import json
from dataclasses import fields
from pathlib import Path

from curate.labels import PictureLabels, save_labels
from rules.records import parse

AXES = tuple(field.name for field in fields(PictureLabels) if field.name != "sha256")


def truth_of(folder: Path) -> dict[str, PictureLabels]:
    """Picture path -> what a drawn set says that it shows."""
    truths = json.loads((folder / "figures-truth.json").read_text())
    return {
        f"{stem}.png": parse(PictureLabels, {axis: told[axis] for axis in AXES}, stem)
        for stem, told in truths.items()
    }


def label_by_truth(folder: Path) -> None:
    """Write labels.json as if a person had looked at every picture."""
    save_labels(folder, truth_of(folder))
