"""Which FiftyOne dataset belongs to which folder.

A dataset is named after its folder. Another folder of the same name gets a name of its own, so
that checkouts which share a database stay apart, unless both ask for one name.
"""

import hashlib
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from curate.errors import UserError
from curate.folder import shown

OURS = "lora_curate"
MARK_LENGTH = 6


def dataset_of(fo: Any, root: Path, name: str | None, contents: Sequence[str]) -> Any:
    """The dataset of a folder, made where there is none.

    Args:
        fo: FiftyOne.
        root: the folder.
        name: what the user calls it; None for the folder's name.
        contents: sha256 of its pictures, by which a folder that moved is known again.

    Raises:
        UserError: the name belongs to a dataset that this program did not make.
    """
    folder = shown(str(root.resolve()))
    if name is None:
        name = find(fo, root) or _free_name(fo, root, contents)
    elif fo.dataset_exists(name) and not _told(fo, name):
        raise UserError(
            f"FiftyOne has a dataset `{name}` that was not made from a folder by curate; "
            "choose another --name, it will not be touched"
        )
    dataset = fo.load_dataset(name) if fo.dataset_exists(name) else _new(fo, name)
    told = dict(dataset.info.get(OURS, {}))
    if (told.get("folder"), told.get("host")) != (folder, platform.node()):
        dataset.info = {**dataset.info, OURS: {**told, "folder": folder, "host": platform.node()}}
        dataset.save()
    return dataset


def find(fo: Any, root: Path) -> str | None:
    """The name of the dataset that was made from this very folder on this machine."""
    here = {f"info.{OURS}.folder": shown(str(root.resolve())), f"info.{OURS}.host": platform.node()}
    found = _datasets(fo).find_one(here, {"name": 1})
    return found["name"] if found else None


def _new(fo: Any, name: str) -> Any:
    try:
        dataset = fo.Dataset(name, persistent=True)
    except ValueError as error:
        raise UserError(
            f"FiftyOne does not take `{name}`: {error}; choose another --name"
        ) from error
    dataset.media_type = "image"
    return dataset


def _free_name(fo: Any, root: Path, contents: Sequence[str]) -> str:
    """The folder's name, else the same with a mark of its path."""
    plain = shown(root.resolve().name) or "root"
    mark = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:MARK_LENGTH]
    for name in (plain, f"{plain}-{mark}"):
        if not fo.dataset_exists(name) or _moved_here(fo, name, contents):
            return name
    return f"{plain}-{mark}-{os.getpid()}"


def _moved_here(fo: Any, name: str, contents: Iterable[str]) -> bool:
    """Whether a dataset's folder is gone from this machine and its pictures are the ones here."""
    told = _told(fo, name)
    if not told or told.get("host") != platform.node() or Path(told["folder"]).exists():
        return False
    known = set(fo.load_dataset(name).values("sha256"))
    return any(content in known for content in contents)


def _told(fo: Any, name: str) -> dict[str, Any]:
    found = _datasets(fo).find_one({"name": name}, {"info": 1}) or {}
    told = (found.get("info") or {}).get(OURS)
    return told if isinstance(told, dict) and isinstance(told.get("folder"), str) else {}


def _datasets(fo: Any) -> Any:
    return fo.core.odm.get_db_conn().datasets
