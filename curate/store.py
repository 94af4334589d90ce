"""`.curate/`: what was measured, and which file had which content.

facts.jsonl is keyed by (measurer, sha256), so it survives renames and can be committed;
index.jsonl remembers size, time and hash of files, so that an unchanged file costs one stat.
"""

import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from rules.model import FileFacts
from rules.records import RecordError, parse_json, record, to_plain, write_atomically

CACHE_FOLDER = ".curate"
FACTS = "facts.jsonl"
INDEX = "index.jsonl"
FAULTS_SHOWN = 20
READ_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@record
class SeenFile:
    """What a file's content was when it was last hashed."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@record
class FactLine:
    """One line of facts.jsonl."""

    measurer: str
    sha256: str
    facts: FileFacts


class Store:
    """The cache folder of one dataset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, root: Path, cache_dir: Path | None = None) -> "Store":
        """The store beside the pictures, or in the user's cache where the folder is read-only."""
        if cache_dir is not None:
            cache_dir.mkdir(parents=True, exist_ok=True)
            return cls(cache_dir)
        folder = root / CACHE_FOLDER
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise
        if os.access(folder, os.W_OK):
            return cls(folder)
        elsewhere = _user_cache(root)
        elsewhere.mkdir(parents=True, exist_ok=True)
        if (folder / FACTS).exists() and not (elsewhere / FACTS).exists():
            (elsewhere / FACTS).write_bytes((folder / FACTS).read_bytes())
        return cls(elsewhere)

    def seen(self) -> dict[str, SeenFile]:
        """Path -> what its content was; empty where the file is missing or torn."""
        try:
            lines = (self.folder / INDEX).read_bytes()
            files = parse_json(tuple[SeenFile, ...], _array(lines.splitlines()), INDEX)
        except (OSError, RecordError):  # only a memory of hashes: it is made anew
            return {}
        return {file.path: file for file in files}

    def facts(self, measurer: str) -> dict[str, FileFacts]:
        """sha256 -> facts of one measurer.

        Raises:
            RecordError: a line is no fact; it may come from a merge, so nothing is guessed.
        """
        every = self._lines()
        if not all(line.startswith(_prefix("")[:-2]) for line in every if line):
            raise RecordError(str(self.folder / FACTS), self._line_faults())
        lines = [line for line in every if line.startswith(_prefix(measurer))]
        try:
            parsed = parse_json(tuple[FactLine, ...], _array(lines), FACTS)
        except RecordError:
            raise RecordError(str(self.folder / FACTS), self._line_faults()) from None
        return {line.sha256: line.facts for line in parsed}

    def save(
        self, measurer: str, facts: Mapping[str, FileFacts], seen: Mapping[str, SeenFile]
    ) -> None:
        """Add facts and forget those of pictures that are gone; other measurers' lines stay.

        Raises:
            OSError: the disk is full; the old files are whole.
        """
        alive = {file.sha256 for file in seen.values()}
        prefix = _prefix(measurer)
        with self._locked():
            others = [line for line in self._lines() if line and not line.startswith(prefix)]
            mine = [
                prefix + f'"sha256":"{sha}","facts":{_without_defaults(facts[sha])}}}'.encode()
                for sha in sorted(facts)
                if sha in alive
            ]
            self._write(FACTS, [*mine, *others])
            self._write(INDEX, [_compact(seen[path]).encode() for path in sorted(seen)])

    def _lines(self) -> list[bytes]:
        try:
            return (self.folder / FACTS).read_bytes().splitlines()
        except FileNotFoundError:
            return []

    def _line_faults(self) -> list[str]:
        faults = []
        for number, line in enumerate(self._lines(), 1):
            try:
                parse_json(FactLine, line or b"null", FACTS)
            except RecordError as error:
                faults.append(f"line {number}: {error.faults[0]}")
        hint = "delete these lines, or the file: `curate index` measures anew"
        return [*faults[:FAULTS_SHOWN], hint]

    def _write(self, name: str, lines: list[bytes]) -> None:
        content = b"".join(line + b"\n" for line in lines)
        path = self.folder / name
        with contextlib.suppress(OSError):
            if path.read_bytes() == content:
                return
        write_atomically(path, content)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time; the lock ends with its process."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _prefix(measurer: str) -> bytes:
    return f'{{"measurer":"{measurer}",'.encode()


def _without_defaults(facts: FileFacts) -> str:
    told = {
        field.name: value
        for field in dataclasses.fields(facts)
        if (value := getattr(facts, field.name)) != field.default
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _compact(record_: object) -> str:
    return json.dumps(to_plain(record_), ensure_ascii=False, separators=(",", ":"))


def _array(lines: list[bytes]) -> bytes:
    return b"[" + b",".join(line for line in lines if line) + b"]"


def _user_cache(root: Path) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    mark = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:12]
    return Path(base) / "lora-curate" / f"{root.resolve().name}-{mark}"
