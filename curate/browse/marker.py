"""A note beside the facts: which FiftyOne dataset shows this folder. Reading it costs nothing."""

import json
import os
from pathlib import Path

from curate.session import Session
from rules.records import write_atomically

MARKER = "fiftyone.json"


def marked_name(session: Session) -> str | None:
    """The dataset that shows this folder, None where it never was in FiftyOne."""
    try:
        told = json.loads((session.store.folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    here = isinstance(told, dict) and told.get("folder") == str(absolute(session.root))
    return str(told["dataset"]) if here and told.get("dataset") else None


def mark(session: Session, name: str) -> None:
    """Remember it."""
    told = {"dataset": name, "folder": str(absolute(session.root))}
    try:
        write_atomically(session.store.folder / MARKER, json.dumps(told).encode())
    except (OSError, UnicodeError):  # a folder that cannot be written to is looked up by its path
        return


def absolute(root: Path) -> Path:
    """The folder from the root; links stay as the user made them."""
    return Path(os.path.abspath(root))  # noqa: PTH100 - resolving would follow them
