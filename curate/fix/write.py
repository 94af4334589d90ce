"""Writing mended captions, and putting them back, so that nothing is ever lost.

A process that dies leaves each caption old or new. Undoing puts back what is as the journal says,
skips what never changed, and leaves alone what somebody changed since.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from curate.errors import UserError
from curate.fix.files import Change
from curate.fix.journal import (
    FOLDER,
    Entry,
    entry_of,
    last_journal,
    lies_inside,
    locked,
    next_journal,
    place_of,
    retire,
    save_journal,
)
from rules.records import record

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
CHANGED = "was changed while it was judged"


@record
class Written:
    """How writing or undoing ended.

    Attributes:
        done: the changes that were made, or would be.
        left: path -> why it was left alone.
        kept: the journal that still holds the old bytes of what an undo left alone.
    """

    done: tuple[Change, ...]
    left: dict[str, str]
    kept: Path | None = None


def write_changes(root: Path, store: Path, changes: Iterable[Change], tool: str) -> Written:
    """Write files, each at once or not at all.

    Args:
        root: the dataset.
        store: its cache folder, where the journal is kept.
        changes: what to write.
        tool: name and version, for the journal.

    Raises:
        UserError: a file cannot be written; those before it are, and can be put back.
        OSError: the journal cannot be written; nothing is changed.
    """
    with locked(store / FOLDER):
        changes = tuple(changes)
        left = {c.path: why for c in changes if (why := _why_not(root, c)) is not None}
        due = [change for change in changes if change.path not in left]
        if not due:
            return Written(done=(), left=left)
        journal = next_journal(store / FOLDER)
        entries = [entry_of(root, change) for change in due]
        save_journal(journal, tool, entries)
        for number, change in enumerate(due):
            _write(change, _temporary(journal, number), left)
        done = tuple(change for change in due if change.path not in left)
        if len(done) < len(due):
            kept = [e for e, c in zip(entries, due, strict=True) if c.path not in left]
            save_journal(journal, tool, kept)
        return Written(done=done, left=left)


def undo(root: Path, store: Path, *, write: bool) -> Written:
    """Put back what the last run changed.

    Args:
        root: the dataset.
        store: its cache folder.
        write: whether to do it, or only to say what would be done.

    Raises:
        UserError: there is no journal, or a file cannot be written; undoing again goes on there.
        RecordError: the journal is not to be believed; nothing is changed.
    """
    with locked(store / FOLDER):
        path, journal = last_journal(store / FOLDER)
        places = [place_of(root, entry, path) for entry in journal.entries]
        left: dict[str, str] = {}
        done: list[Change] = []
        for number, (real, entry) in enumerate(zip(places, journal.entries, strict=True)):
            aside = _temporary(path, number)
            if write:
                _sweep(real, aside)
            change = _way_back(real, entry)
            if change is None:
                left[entry.shown] = "was changed since"
            elif change.before != change.after or entry.before is None:
                done += _put_back(change, entry, aside, left, write=write)
        kept = [entry for entry in journal.entries if entry.shown in left]
        rest = retire(path, journal, kept) if write else None
        return Written(done=tuple(done), left=left, kept=rest)


def _put_back(
    change: Change, entry: Entry, aside: str, left: dict[str, str], *, write: bool
) -> list[Change]:
    if change.before is None:  # it was to be made, and never was
        return []
    if write and entry.before is None:
        Path(change.real).unlink()
    elif write:
        _write(change, aside, left)
    return [] if change.path in left else [change]


def _way_back(real: Path, entry: Entry) -> Change | None:
    """The way back for one file, None where it is neither old nor new."""
    now, old = _read(real), entry.old
    if now != old and (now is None or hashlib.sha256(now).hexdigest() != entry.after):
        return None
    return Change(path=entry.shown, real=str(real), before=now, after=old or b"")


def _why_not(root: Path, change: Change) -> str | None:
    """Why a file may not be written, None where it may."""
    if not lies_inside(root, Path(change.real)):
        return "lies outside of the dataset"
    if change.before is None and os.path.lexists(change.real):
        return "appeared while the captions were judged"
    try:
        return None if _read(Path(change.real)) == change.before else CHANGED
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _write(change: Change, aside: str, left: dict[str, str]) -> None:
    try:
        if not _swap(Path(change.real), change.before, change.after, aside):
            left[change.path] = CHANGED
    except OSError as error:
        raise UserError(
            f"{change.path}: {error.strerror}; captions before it are written, "
            "`curate fix --undo` puts them back"
        ) from error


def _swap(path: Path, before: bytes | None, after: bytes, name: str) -> bool:
    """Put new bytes in the place of old ones; False where the old ones are there no more."""
    target = Path(os.path.realpath(path))
    aside = target.parent / name
    aside.unlink(missing_ok=True)
    try:
        # Nobody's link under this name is written through.
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            aside.chmod(target.stat().st_mode & 0o7777)
        if _read(target) != before:
            return False
        if before is None:
            return _make(aside, target)
        aside.replace(target)
        return True
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _make(aside: Path, target: Path) -> bool:
    """Give a new file its name; unlike a renaming, a link overwrites nothing."""
    try:
        os.link(aside, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        aside.replace(target)
    return True


def _sweep(real: Path, aside: str) -> None:
    """Take away what a killed run left beside a file."""
    with contextlib.suppress(OSError):
        (Path(os.path.realpath(real)).parent / aside).unlink(missing_ok=True)


def _temporary(journal: Path, number: int) -> str:
    """Named so that what a kill leaves behind is known, and nothing else is ever swept away."""
    return f".curate.{journal.stem}-{number}"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
