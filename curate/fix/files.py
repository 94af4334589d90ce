"""Caption files in memory: what they say, what they will say, and how both look side by side."""

import difflib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from curate.folder import CAPTION_SUFFIXES, list_folder, suffix_of
from curate.formats.place import visible
from curate.index import FoundPicture, Index
from curate.sidecars import CAPTION_BYTES
from rules.model import Sidecar
from rules.records import record
from rules.violation import Fix

NO_END = "\\ No newline at end of file"


@record
class Change:
    """A caption file before and after.

    Attributes:
        path: as it is shown, relative to the dataset.
        real: where to open it.
        before: its bytes, None where there is no such file.
        codes: the rules whose fixes these are.
    """

    path: str
    real: str
    before: bytes | None
    after: bytes
    codes: tuple[str, ...] = ()


class LeftAloneError(Exception):
    """A file that is not touched, and why."""


@dataclass
class CaptionFiles:
    """The caption files of a folder as they will be.

    Attributes:
        real: shown path -> where to open it; None where two files are shown alike.
        originals: path -> bytes before any change, None for a new file.
        texts: path -> what it will say, of every file that was ever changed.
        codes: path -> rules whose fixes were done.
    """

    real: dict[str, str | None]
    sidecars: Mapping[str, Sidecar]
    originals: dict[str, bytes | None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    codes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, root: Path, index: Index) -> "CaptionFiles":
        """The files of an index, unchanged."""
        real: dict[str, str | None] = {}
        for files in list_folder(root).captions.values():
            for file in files:
                real[file.path] = None if file.path in real else file.real
        sidecars = {s.path: s for picture in index.pictures for s in picture.sidecars}
        sidecars |= {orphan.path: orphan for orphan in index.orphans}
        return cls(real=real, sidecars=sidecars)

    def mend(self, path: str, fixes: list[Fix], codes: set[str]) -> None:
        """Do fixes that do not touch each other.

        Raises:
            LeftAloneError: the file is not what was judged, or cannot be told or read.
        """
        source = fixes[0].path
        text = self._text(source, fixes[0].encoding)
        edits = tuple(edit for fix in fixes for edit in fix.edits)
        mended = replace(fixes[0], edits=edits).apply(text)
        self._remember(path, source)
        self.texts[path] = mended
        self.codes[path] |= codes

    def restore(self, path: str) -> None:
        """Forget every change of a file."""
        self.texts.pop(path, None)
        self.codes.pop(path, None)

    def changes(self) -> Iterator[Change]:
        """The files whose bytes will differ, by path."""
        for path in sorted(self.texts):
            before, after = self.originals[path], self.texts[path].encode()
            real = self.real[path]
            if before != after and real is not None:
                codes = tuple(sorted(self.codes[path]))
                yield Change(path=path, real=real, before=before, after=after, codes=codes)

    def index(self, index: Index) -> Index:
        """The index as it would be with the changed files."""
        changed: dict[str, list[str]] = defaultdict(list)
        for path in self.texts:
            changed[path[: -len(suffix_of(path))]].append(path)
        pictures = tuple(
            self._with_texts(picture, changed[stem])
            if (stem := picture.path[: picture.path.rfind(".")]) in changed
            else picture
            for picture in index.pictures
        )
        return replace(index, pictures=pictures)

    def _with_texts(self, picture: FoundPicture, paths: list[str]) -> FoundPicture:
        sidecars = {sidecar.path: sidecar for sidecar in picture.sidecars}
        for path in paths:
            sidecars[path] = Sidecar(path=path, suffix=suffix_of(path), text=self.texts[path])
        order = sorted(sidecars.values(), key=lambda s: CAPTION_SUFFIXES.index(s.suffix))
        return replace(picture, sidecars=tuple(order))

    def _text(self, path: str, encoding: str) -> str:
        """What a file says by now."""
        if path in self.texts:
            return self.texts[path]
        try:
            return self._read(path).decode(encoding)
        except (UnicodeDecodeError, LookupError):
            raise LeftAloneError(f"does not decode as {encoding}") from None

    def _read(self, path: str) -> bytes:
        """The bytes of a file, which must still be what was judged."""
        real = self.real.get(path)
        if real is None:
            raise LeftAloneError("is one of two files whose names are shown alike")
        try:
            with open(real, "rb") as file:  # noqa: PTH123 - a real path holds any bytes
                raw = file.read(CAPTION_BYTES + 1)
        except OSError as error:
            raise LeftAloneError(f"cannot be read: {error.strerror}") from error
        if len(raw) > CAPTION_BYTES:
            raise LeftAloneError(f"is over {CAPTION_BYTES:,} bytes, of which no more were read")
        judged = self.sidecars[path].text
        if judged is not None and raw != judged.encode():
            raise LeftAloneError("was changed while it was judged")
        return raw

    def _remember(self, path: str, source: str) -> None:
        """Keep the bytes that a file had before its first change."""
        if path in self.originals:
            return
        if path in self.real:
            self.originals[path] = self._read(path)
            return
        real = self.real[source] or ""
        beside = real[: -len(suffix_of(source))] + suffix_of(path)
        if path != source[: -len(suffix_of(source))] + suffix_of(path):
            raise LeftAloneError("would be written away from its picture")
        if os.path.lexists(beside):
            raise LeftAloneError("is there already, and is no caption file of this dataset")
        self.originals[path] = None
        self.real[path] = beside


def unified_diff(change: Change, shown: str) -> Iterator[str]:
    """A change as `diff -u` shows it, with every character that does not print as an escape.

    Args:
        change: what is shown.
        shown: the file as the user's tools name it.
    """
    # As git does, so that `patch` takes a name with spaces for one.
    name = visible(shown) + ("\t" if " " in shown else "")
    before = _lines(change.before)
    yield f"--- {'/dev/null' if change.before is None else name}"
    yield f"+++ {name}"
    blocks = difflib.unified_diff(before, _lines(change.after), n=1)
    for line in list(blocks)[2:]:
        yield visible(line.removesuffix("\n"))
        if line[0] in "+- " and not line.endswith("\n"):
            yield NO_END


def _lines(raw: bytes | None) -> list[str]:
    """Lines with their ends; only a line feed ends one, so that a carriage return shows."""
    text = (raw or b"").decode("utf-8", "backslashreplace")
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
