"""What becomes of a picture for which a trainer finds no words."""

import re
from pathlib import PurePosixPath
from typing import Literal

from rules.model import Dataset, Picture
from rules.violation import Severity

Action = Literal["dropped", "class_token", "empty", "error"]

SEVERITIES = {
    "dropped": Severity.ERROR,
    "class_token": Severity.WARNING,
    "empty": Severity.WARNING,
    "error": Severity.ERROR,
}
REPEATS = re.compile(r"\d+_(.+)", re.DOTALL)


def consequence(dataset: Dataset, picture: Picture, action: Action) -> str:
    """The trainer's action in words."""
    trainer = dataset.trainer.id
    if action == "dropped":
        return f"{trainer} leaves the picture out"
    if action == "error":
        return f"{trainer} stops"
    if action == "empty":
        return f"{trainer} trains it on empty text"
    folder = PurePosixPath(f"{dataset.name}/{picture.path}").parent.name
    match = REPEATS.fullmatch(folder)
    if match:
        return f"{trainer} trains it on `{match[1]}`, the class token of its folder"
    return f"{trainer} trains it on the class token of its folder, or on empty text"
