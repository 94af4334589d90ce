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
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from curate.sights import SightLine, read_sights, written
from rules.model import FileFacts, Seen
from rules.records import RecordError, parse_json, record, to_plain, write_atomically

CACHE_FOLDER = ".curate"
FACTS = "facts.jsonl"
INDEX = "index.jsonl"
FAULTS_SHOWN = 20
UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT})


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
        """The store beside the pictures, or in the user's cache where nothing can be written there.

        Raises:
            OSError: something that is no folder lies in its place.
        """
        if cache_dir is not None:
            cache_dir.mkdir(parents=True, exist_ok=True)
            return cls(cache_dir)
        folder = root / CACHE_FOLDER
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError as error:
            reason = "is no folder, but facts are kept there; move it away or name a --cache-dir"
            raise NotADirectoryError(errno.ENOTDIR, reason, str(folder)) from error
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
        if os.access(folder, os.W_OK):
            return cls(folder)
        try:
            elsewhere = _user_cache(root)
            elsewhere.mkdir(parents=True, exist_ok=True)
            if (folder / FACTS).exists() and not (elsewhere / FACTS).exists():
                write_atomically(elsewhere / FACTS, (folder / FACTS).read_bytes())
        except (OSError, RuntimeError):  # no home, or none to write to: saving will say so
            return cls(folder)
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
        if not all(map(_is_ours, filter(None, every))):
            raise RecordError(str(self.folder / FACTS), self._line_faults())
        lines = [line for line in every if line.startswith(_prefix(measurer))]
        try:
            parsed = parse_json(tuple[FactLine, ...], _array(lines), FACTS)
        except RecordError:
            raise RecordError(str(self.folder / FACTS), self._line_faults()) from None
        return {line.sha256: line.facts for line in parsed}

    def classifiers(self) -> dict[str, frozenset[str]]:
        """Id of each classifier that looked -> sha256 of the pictures that it looked at.

        Raises:
            RecordError: facts.jsonl is no regular file.
        """
        found: dict[str, set[str]] = {}
        for line in filter(None, self._lines()):
            classifier = _measurer(line)
            if is_classifier(classifier):
                found.setdefault(classifier, set()).add(_sha256(line, _prefix(classifier)))
        return {classifier: frozenset(found[classifier]) for classifier in sorted(found)}

    def sights(self, classifier: str) -> dict[str, Seen]:
        """sha256 -> what one classifier saw, whether or not it is installed here.

        Raises:
            RecordError: a line is none of the classifier's.
        """
        lines = [line for line in self._lines() if line.startswith(_prefix(classifier))]
        try:
            return read_sights(_array(lines))
        except RecordError:
            raise RecordError(str(self.folder / FACTS), self._line_faults()) from None

    def save_sights(
        self, classifier: str, seen: Mapping[str, Seen], *, alive: Collection[str] | None = None
    ) -> None:
        """Add what a classifier saw; other measurers' lines stay.

        Args:
            classifier: its id.
            seen: sha256 -> what it saw.
            alive: every picture of the folder, where all of them were looked at: what this
                classifier and older versions of it saw of others is forgotten.

        Raises:
            OSError: the disk is full; the old file is whole.
        """
        prefix = _prefix(classifier)
        family = _prefix(classifier.rpartition(":")[0] + ":")[:-2]
        mine = {
            sha: prefix + f'"sha256":"{sha}","facts":{written(sight)}}}'.encode()
            for sha, sight in seen.items()
        }
        with self._locked():
            others = []
            for line in filter(None, self._lines()):
                if line.startswith(prefix):
                    sha = _sha256(line, prefix)
                    if alive is None or sha in alive:
                        mine.setdefault(sha, line)
                elif alive is None or not line.startswith(family):
                    others.append(line)
            self._write(FACTS, sorted([*mine.values(), *others]))

    def save(
        self,
        measurer: str,
        facts: Mapping[str, FileFacts],
        seen: Mapping[str, SeenFile],
        *,
        whole: bool,
    ) -> None:
        """Add facts; other measurers' lines stay.

        Args:
            measurer: who measured.
            facts: sha256 -> facts.
            seen: path -> what its content is.
            whole: whether `seen` is the whole folder, so that facts of other pictures are
                forgotten; where it is not, what another process wrote meanwhile stays.

        Raises:
            OSError: the disk is full; the old files are whole.
        """
        prefix = _prefix(measurer)
        alive = {file.sha256 for file in seen.values()} if whole else facts.keys()
        mine = {
            sha: prefix + f'"sha256":"{sha}","facts":{_without_defaults(facts[sha])}}}'.encode()
            for sha in alive & facts.keys()
        }
        with self._locked():
            others = []
            for line in filter(None, self._lines()):
                if not line.startswith(prefix):
                    others.append(line)
                elif not whole:
                    mine.setdefault(_sha256(line, prefix), line)
            every = dict(seen) if whole else {**self.seen(), **seen}
            self._write(FACTS, sorted([*mine.values(), *others]))
            self._write(INDEX, [_compact(every[path]).encode() for path in sorted(every)])

    def _lines(self) -> list[bytes]:
        path = self.folder / FACTS
        if not path.exists():
            return []
        if not path.is_file():
            raise RecordError(str(path), ["is no regular file; take it away"])
        return path.read_bytes().splitlines()

    def _line_faults(self) -> list[str]:
        faults = []
        for number, line in enumerate(self._lines(), 1):
            try:
                looked = is_classifier(_measurer(line))
                parse_json(SightLine if looked else FactLine, line or b"null", FACTS)
                if not _is_ours(line):
                    faults.append(f"line {number}: is not as `curate index` writes it")
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
        self.folder.mkdir(parents=True, exist_ok=True)
        # Open to read and write: a pipe planted under this name would block any other way.
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _prefix(measurer: str) -> bytes:
    return f'{{"measurer":"{measurer}",'.encode()


def is_classifier(measurer: str) -> bool:
    """Whether a measurer looks at what pictures show: `embedded:1:...`, and not `file/1`."""
    return measurer.startswith(("embedded:", "open_clip:", "tagger:"))


def _measurer(line: bytes) -> str:
    return line.removeprefix(b'{"measurer":"').partition(b'"')[0].decode(errors="replace")


def _is_ours(line: bytes) -> bool:
    return line.startswith(b'{"measurer":"')


def _sha256(line: bytes, prefix: bytes) -> str:
    """Of no picture where the line is torn; whoever reads the whole line names it."""
    digest = line[len(prefix) :].removeprefix(b'"sha256":"').partition(b'"')[0]
    return digest.decode(errors="replace")


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
