"""A walk through a dataset folder: pictures, caption files, and what was left out and why."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PICTURE_SUFFIXES = frozenset(
    ".png .jpg .jpeg .jfif .webp .bmp .gif .avif .tif .tiff .jxl .heic .heif .tga .ppm".split()
)
CAPTION_SUFFIXES = (".txt", ".caption", ".json")
# A lone .json is rarely a caption: manifests, truths and workflows lie beside pictures too.
ORPHAN_SUFFIXES = frozenset({".txt", ".caption"})
# A larger picture is not even hashed.
FILE_BYTES = 2**29
OWN_FOLDERS = frozenset({".curate", ".git"})
OWN_FILES = frozenset({"requirements.txt", "readme.txt", "license.txt", "credits.txt"})


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as the walk met it.

    Attributes:
        path: shown name relative to the folder, POSIX; bytes that are no UTF-8 are escaped.
        real: where to open it.
        size: in bytes.
        mtime_ns: of the last change.
    """

    path: str
    real: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything of interest in a folder.

    Attributes:
        pictures: ordered by path.
        captions: stem (path without suffix) -> caption files beside it, in a fixed order.
        notes: what was left out, with the reason.
    """

    pictures: tuple[ListedFile, ...]
    captions: dict[str, tuple[ListedFile, ...]]
    notes: tuple[str, ...]


def shown(name: str) -> str:
    """A file name that can be printed and written to JSON, whatever its bytes."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def list_folder(root: Path) -> Listing:
    """Walk a dataset folder; links are followed only to files inside it.

    Raises:
        OSError: the folder itself cannot be read.
    """
    pictures: list[ListedFile] = []
    captions: dict[str, list[ListedFile]] = {}
    notes: list[str] = []
    inside = os.path.realpath(root) + os.sep
    for entry, path in _walk(root, notes):
        suffix = suffix_of(path)
        is_picture = suffix in PICTURE_SUFFIXES
        if not is_picture and suffix not in CAPTION_SUFFIXES:
            continue
        listed = _listed(entry, path, inside, notes)
        if listed is None:
            continue
        if is_picture:
            pictures.append(listed)
        else:
            captions.setdefault(path[: -len(suffix)], []).append(listed)
    pictures.sort(key=lambda file: file.path)
    ordered = {
        stem: tuple(sorted(files, key=_precedence) if len(files) > 1 else files)
        for stem, files in captions.items()
    }
    return Listing(tuple(pictures), ordered, tuple(notes))


def _precedence(file: ListedFile) -> int:
    return CAPTION_SUFFIXES.index(suffix_of(file.path))


def is_orphan_caption(file: ListedFile) -> bool:
    """Whether a caption file without a picture is worth a word."""
    pure = PurePosixPath(file.path)
    return pure.suffix.lower() in ORPHAN_SUFFIXES and pure.name.lower() not in OWN_FILES


def suffix_of(path: str) -> str:
    """The suffix of a POSIX path in lower case, with its dot; pathlib costs ten times as much."""
    dot = path.rfind(".")
    return path[dot:].lower() if dot > path.rfind("/") + 1 else ""


def _walk(root: Path, notes: list[str]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every entry that is no folder, with its shown path."""
    waiting: list[tuple[str, str]] = [(str(root), "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise
            notes.append(f"`{prefix}` was left out: {error.strerror}")
            continue
        for entry in entries:
            path = prefix + shown(entry.name)
            if entry.is_dir(follow_symlinks=False):
                if (suffix := suffix_of(path)) in PICTURE_SUFFIXES.union(CAPTION_SUFFIXES):
                    notes.append(f"`{path}` is a folder with the suffix of a file, `{suffix}`")
                if entry.name not in OWN_FOLDERS:
                    waiting.append((entry.path, f"{path}/"))
            elif entry.is_symlink() and os.path.isdir(entry.path):  # noqa: PTH112 - a hot loop
                notes.append(f"`{path}` was left out: links to folders are not followed")
            else:
                yield entry, path


def _listed(entry: os.DirEntry[str], path: str, inside: str, notes: list[str]) -> ListedFile | None:
    try:
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            if not target.startswith(inside):
                notes.append(f"`{path}` was left out: the link leads out of the folder")
                return None
        if not entry.is_file():
            reason = "the link leads nowhere" if entry.is_symlink() else "it is no regular file"
            notes.append(f"`{path}` was left out: {reason}")
            return None
        stat = entry.stat()
    except OSError as error:
        notes.append(f"`{path}` was left out: {error.strerror}")
        return None
    return ListedFile(path, entry.path, stat.st_size, stat.st_mtime_ns)
