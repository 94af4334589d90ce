"""The journal of fixes: the old bytes of every file that a run is about to change.

It is on the disk before the first file changes, and it lies in the dataset, so it is not believed:
it may name caption files of this dataset and nothing else.
"""

import base64
import binascii
import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote_from_bytes, unquote_to_bytes

from pydantic import Field

from curate.errors import UserError
from curate.fix.files import Change
from curate.folder import CAPTION_SUFFIXES, shown, suffix_of
from rules.records import RecordError, parse_json, record, to_plain, write_atomically

FOLDER = "fixes"
NAME = re.compile(r"(\d{4,9})\.json")
MOST_BYTES = 2**30
VERSION = 1
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@record
class Entry:
    """One file of a journal.

    Attributes:
        path: relative to the dataset, its bytes percent-encoded.
        before: the old bytes in base64, None where there was no file.
        after: sha256 of the new bytes.
    """

    path: str
    before: str | None
    after: Digest

    @property
    def shown(self) -> str:
        """The path for people."""
        return shown(os.fsdecode(unquote_to_bytes(self.path)))

    @property
    def old(self) -> bytes | None:
        """The old bytes."""
        return None if self.before is None else base64.b64decode(self.before, validate=True)


@record
class Journal:
    """What one run of `curate fix` was about to do."""

    version: int
    tool: str
    entries: tuple[Entry, ...]


def entry_of(root: Path, change: Change) -> Entry:
    """What the journal keeps of a change."""
    relative = os.path.relpath(os.fsencode(change.real), os.fsencode(root))
    before = None if change.before is None else base64.b64encode(change.before).decode()
    after = hashlib.sha256(change.after).hexdigest()
    return Entry(path=quote_from_bytes(relative), before=before, after=after)


def last_journal(folder: Path) -> tuple[Path, Journal]:
    """The journal of the last run that was not undone.

    Raises:
        UserError: there is none.
        RecordError: it cannot be understood.
    """
    number = max(_numbers(folder), default=None)
    if number is None:
        raise UserError(f"{folder}: there is no fix to undo")
    path = _path(folder, number)
    if path.is_symlink() or not path.is_file():
        raise RecordError(str(path), ["is no regular file; take it away"])
    if path.stat().st_size > MOST_BYTES:
        raise RecordError(str(path), [f"is over {MOST_BYTES:,} bytes"])
    journal = parse_json(Journal, path.read_bytes(), str(path))
    if journal.version != VERSION:
        raise RecordError(str(path), [f"is of version {journal.version}, not {VERSION}"])
    return path, journal


def next_journal(folder: Path) -> Path:
    """The name of the next run's journal."""
    return _path(folder, max(_numbers(folder), default=0) + 1)


def save_journal(path: Path, tool: str, entries: Iterable[Entry]) -> None:
    """Write a journal and see that it is on the disk, its name included.

    Raises:
        OSError: it cannot be written.
    """
    journal = Journal(version=VERSION, tool=tool, entries=tuple(entries))
    write_atomically(path, (json.dumps(to_plain(journal), indent=0) + "\n").encode())
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def retire(path: Path, journal: Journal, kept: list[Entry]) -> Path | None:
    """Take an undone journal out of the row; what it has left to tell is kept, under another name.

    Returns:
        Where, None where nothing is left.
    """
    rest = path.with_suffix(".left.json") if kept else None
    if rest is not None:
        save_journal(rest, journal.tool, kept)
    path.unlink()
    return rest


def place_of(root: Path, entry: Entry, journal: Path) -> Path:
    """Where a journal's file lies.

    Raises:
        RecordError: that is no caption file of this dataset.
    """
    raw = unquote_to_bytes(entry.path)
    sound = bool(raw) and b"\0" not in raw and {b"", b".", b".."}.isdisjoint(raw.split(b"/"))
    real = root / os.fsdecode(raw) if sound else root
    if not (sound and lies_inside(root, real) and suffix_of(real.name) in CAPTION_SUFFIXES):
        raise RecordError(str(journal), [f"`{entry.shown}` is no caption file of this dataset"])
    try:
        _ = entry.old
    except binascii.Error as error:
        raise RecordError(str(journal), [f"`{entry.shown}`: {error}"]) from error
    return real


def lies_inside(root: Path, path: Path) -> bool:
    """Whether a path, its links followed, lies in the dataset."""
    return os.path.realpath(path).startswith(os.path.realpath(root) + os.sep)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One run at a time; the lock ends with its process.

    Raises:
        UserError: the folder is a link, and would lead writing astray.
    """
    if folder.is_symlink():
        raise UserError(f"{folder}: is a link, but fixes are written down there; take it away")
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(folder / "lock", flags, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:04}.json"


def _numbers(folder: Path) -> list[int]:
    names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - names alone
    return [int(match[1]) for name in names if (match := NAME.fullmatch(name))]
