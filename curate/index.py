"""A dataset folder as an index: every picture with its hash, facts and caption files.

The only reader of picture headers and sidecars. Unchanged files cost a stat each; new ones are
measured on all cores, and what was measured is kept even if the work is interrupted.
"""

import os
import time
import warnings
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from curate.folder import FILE_BYTES, ListedFile, Listing, is_orphan_caption, list_folder
from curate.progress import progress
from curate.sidecars import read_sidecar
from curate.store import SeenFile, Store
from rules.model import FileFacts, Sidecar
from rules.records import record

# The name and version of what `curate.measure` writes; another version measures anew.
MEASURER = "file/1"
NOT_KEPT = "what was measured could not be kept"
SAVE_EVERY_SECONDS = 20.0
# More threads than cores keep the cores busy while others wait for the disk.
THREADS = (os.cpu_count() or 1) + 1


class UnmeasuredPictures(RuntimeError):  # noqa: N818 - what was found
    """Pictures without facts where measuring was forbidden.

    Attributes:
        paths: of the pictures.
    """

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        super().__init__(f"{len(paths)} pictures have no facts")


@record
class FoundPicture:
    """A picture of the folder before any trainer is thought of.

    Attributes:
        path: relative to the dataset, POSIX.
        file: None where nothing measured it.
    """

    path: str
    sha256: str | None
    file: FileFacts | None
    sidecars: tuple[Sidecar, ...]


@record
class Index:
    """Everything read from a folder.

    Attributes:
        orphans: caption files without a picture.
        measured: how many pictures were measured anew.
        notes: files that were left out or not read whole, with the reason.
    """

    pictures: tuple[FoundPicture, ...]
    orphans: tuple[Sidecar, ...]
    measured: int
    notes: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether the facts were written, so that nothing is measured again."""
        return not any(note.startswith(NOT_KEPT) for note in self.notes)


def unseen(pictures: Iterable[FoundPicture], known: Container[str]) -> dict[str, str]:
    """sha256 -> path of the pictures without facts; copies once, and what does not decode never."""
    return {
        picture.sha256: picture.path
        for picture in pictures
        if picture.sha256 is not None
        and picture.sha256 not in known
        and picture.file is not None
        and picture.file.error is None
    }


def index_folder(root: Path, store: Store, *, measure: bool = True) -> Index:
    """Read a folder.

    Args:
        root: the dataset.
        store: where facts are kept.
        measure: whether new pictures may be measured.

    Raises:
        UnmeasuredPictures: there are new pictures and `measure` is off.
        OSError: the folder cannot be read.
        RecordError: the committed facts are torn.
    """
    listing = list_folder(root)
    notes = list(listing.notes)
    facts = store.facts(MEASURER)
    before = store.seen()
    seen, unknown = _compare(listing, before, facts)
    new = _recognise(unknown, facts, seen) if unknown and facts else unknown
    if new and not measure:
        raise UnmeasuredPictures(tuple(file.path for file in new))
    if new:
        _measure_all(new, store, facts, seen, notes)
    elif seen != before:
        _try_to_save(store, facts, seen, notes, whole=True)
    pictures, used = _pictures(listing, seen, facts, notes)
    return Index(
        pictures=tuple(pictures),
        orphans=tuple(_orphans(listing, used, notes)),
        measured=len(new),
        notes=tuple(notes),
    )


def read_captions(root: Path) -> dict[str, str]:
    """Picture path -> text of its first caption file, without looking at any picture."""
    listing = list_folder(root)
    captions: dict[str, str] = {}
    for file in listing.pictures:
        stem = file.path[: file.path.rfind(".")]
        for sidecar in _read_all(listing.captions.get(stem, ())[:1], []):
            if sidecar.text is not None:
                captions[file.path] = sidecar.text
    return captions


def _compare(
    listing: Listing, before: dict[str, SeenFile], facts: Mapping[str, FileFacts]
) -> tuple[dict[str, SeenFile], list[ListedFile]]:
    """Files with facts that did not change since they were hashed, and the others."""
    seen: dict[str, SeenFile] = {}
    unknown: list[ListedFile] = []
    for file in listing.pictures:
        old = before.get(file.path)
        # Facts may be gone: facts.jsonl is committed and merged, the memory of files is not.
        if (
            old is not None
            and (old.size, old.mtime_ns) == (file.size, file.mtime_ns)
            and old.sha256 in facts
        ):
            seen[file.path] = old
        else:
            unknown.append(file)
    return seen, unknown


def _recognise(
    files: list[ListedFile], facts: dict[str, FileFacts], seen: dict[str, SeenFile]
) -> list[ListedFile]:
    """Remember files whose content is measured under another name or time; return the others."""
    import hashlib  # noqa: PLC0415 - a warm lint hashes nothing
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - and needs no threads

    def sha256(file: ListedFile) -> str | None:
        if file.size > FILE_BYTES:
            return None
        try:
            with open(file.real, "rb") as handle:  # noqa: PTH123 - a real path holds any bytes
                return hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError:  # measuring will say so
            return None

    new = []
    with ThreadPoolExecutor(THREADS) as pool:
        for file, digest in zip(files, pool.map(sha256, files), strict=True):
            if digest is not None and digest in facts:
                seen[file.path] = _seen(file, digest)
            else:
                new.append(file)
    return new


def _seen(file: ListedFile, sha256: str) -> SeenFile:
    return SeenFile(path=file.path, size=file.size, mtime_ns=file.mtime_ns, sha256=sha256)


def _measure_all(
    files: list[ListedFile],
    store: Store,
    facts: dict[str, FileFacts],
    seen: dict[str, SeenFile],
    notes: list[str],
) -> None:
    """Measure files into `facts` and `seen`, saving now and then and on any way out."""
    saved = time.monotonic()
    whole = False
    try:
        for file, outcome in progress(
            _measured(files, facts), total=len(files), doing="measuring pictures"
        ):
            if isinstance(outcome, OSError):
                notes.append(f"`{file.path}` cannot be read: {outcome.strerror}")
                continue
            sha256, measured = outcome
            facts[sha256] = measured
            seen[file.path] = _seen(file, sha256)
            if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                _try_to_save(store, facts, seen, notes, whole=False)
                saved = time.monotonic()
        whole = True
    finally:
        _try_to_save(store, facts, seen, notes, whole=whole)


def _measured(
    files: list[ListedFile], known: Mapping[str, FileFacts]
) -> Iterator[tuple[ListedFile, tuple[str, FileFacts] | OSError]]:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - nor measures it

    from curate.measure import measure  # noqa: PLC0415 - brings Pillow and numpy

    def attempt(file: ListedFile) -> tuple[str, FileFacts] | OSError:
        try:
            return measure(file.real, known)
        except OSError as error:
            return error

    # Pillow decodes and hashlib hashes without the interpreter's lock: threads use all cores.
    # What Pillow warns of names no file, and where it matters it is an error of the picture.
    with warnings.catch_warnings(action="ignore"), ThreadPoolExecutor(THREADS) as pool:
        try:
            yield from zip(files, pool.map(attempt, files), strict=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _try_to_save(
    store: Store,
    facts: dict[str, FileFacts],
    seen: dict[str, SeenFile],
    notes: list[str],
    *,
    whole: bool,
) -> None:
    """Save; a full disk costs the memory of this run, not its result."""
    try:
        store.save(MEASURER, facts, seen, whole=whole)
    except OSError as error:
        note = f"{NOT_KEPT} in `{store.folder}`: {error.strerror}"
        if note not in notes:
            notes.append(note)


def _pictures(
    listing: Listing, seen: dict[str, SeenFile], facts: dict[str, FileFacts], notes: list[str]
) -> tuple[list[FoundPicture], set[str]]:
    """The pictures with their sidecars, and the stems whose captions found a picture."""
    pictures: list[FoundPicture] = []
    used: set[str] = set()
    for file in listing.pictures:
        stem = file.path[: file.path.rfind(".")]
        sidecars = _read_all(listing.captions.get(stem, ()), notes)
        used.add(stem)
        known = seen.get(file.path)
        pictures.append(
            FoundPicture(
                path=file.path,
                sha256=known.sha256 if known else None,
                file=facts.get(known.sha256) if known else None,
                sidecars=sidecars,
            )
        )
    return pictures, used


def _orphans(listing: Listing, used: set[str], notes: list[str]) -> Iterator[Sidecar]:
    for stem in sorted(listing.captions.keys() - used):
        yield from _read_all(
            tuple(file for file in listing.captions[stem] if is_orphan_caption(file)), notes
        )


def _read_all(files: tuple[ListedFile, ...], notes: list[str]) -> tuple[Sidecar, ...]:
    sidecars = []
    for file in files:
        sidecar, note = read_sidecar(file)
        sidecars.append(sidecar)
        if note:
            notes.append(note)
    return tuple(sidecars)
