"""Looking at pictures: decoded in other processes, seen in batches, kept as they come."""

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TypeVar

from curate.classify.classifier import Classifier, Embeddings
from curate.classify.embeddings import load_embeddings, save_embeddings
from curate.classify.prepare import Prepare, Square, UnreadablePicture, read_prepared
from curate.errors import UserError
from curate.folder import list_folder
from curate.index import FoundPicture, unseen
from curate.progress import progress
from curate.store import Store
from rules.model import Seen
from rules.records import record

Item = TypeVar("Item")
Result = TypeVar("Result")
BATCH = 32
SAVE_EVERY_SECONDS = 20.0
# Fewer pictures are decoded before other processes are up.
WORTH_PROCESSES = 96
# Prepared pictures that may wait for the model, in batches: decoding runs ahead, memory does not.
AHEAD = 4

# A prepared picture, or why there is none.
Outcome = Square | str


@record
class Looked:
    """What became of the pictures that nobody had looked at.

    Attributes:
        seen: sha256 -> what was seen.
        failed: (path, reason) of those that could not be decoded.
        fault: why it could not be kept; None where it was.
    """

    seen: Mapping[str, Seen] = field(default_factory=dict)
    failed: tuple[tuple[str, str], ...] = ()
    fault: str | None = None


def look_at(
    pictures: Sequence[FoundPicture], root: Path, store: Store, classifier: Classifier
) -> Looked:
    """Classify what is new in a folder and keep it, also if it is interrupted.

    Args:
        pictures: of the folder, all of them.
        root: the folder.
        store: where facts are kept.
        classifier: who looks.

    Raises:
        UserError: a decoding process died.
    """
    known = store.sights(classifier.id)
    new = unseen(pictures, known)
    if not new:
        return Looked()
    real = {file.path: file.real for file in list_folder(root).pictures}
    files = [(sha, real[path]) for sha, path in new.items() if path in real]
    alive = frozenset(picture.sha256 for picture in pictures if picture.sha256 is not None)
    memory = _Memory(store, classifier.id, alive)
    failed: list[tuple[str, str]] = []
    ready = progress(
        prepared(files, classifier.prepare), total=len(files), doing="looking at pictures"
    )
    try:
        for names, squares in _batches(ready, failed, new):
            looks = classifier.classify(squares)
            memory.add(names, looks.seen, looks.embeddings)
        memory.whole = True
    finally:
        memory.save()
    return Looked(seen=memory.seen, failed=tuple(failed), fault=memory.fault)


class _Memory:
    """What was seen in this run, saved now and then."""

    def __init__(self, store: Store, classifier: str, alive: frozenset[str]) -> None:
        self.store, self.classifier, self.alive = store, classifier, alive
        self.seen: dict[str, Seen] = {}
        self.embeddings: dict[str, Embeddings] = {}
        self.fault: str | None = None
        self.whole = False
        self._saved = time.monotonic()

    def add(
        self, names: Sequence[str], seen: Sequence[Seen], embeddings: Embeddings | None
    ) -> None:
        self.seen.update(zip(names, seen, strict=True))
        if embeddings is not None:
            self.embeddings.update(zip(names, embeddings, strict=True))
        if time.monotonic() - self._saved > SAVE_EVERY_SECONDS:
            self.save()
            self._saved = time.monotonic()

    def save(self) -> None:
        """Save; a full disk costs the memory of this run, not its result."""
        if not self.seen and not self.whole:
            return
        alive = self.alive if self.whole else None
        try:
            self.store.save_sights(self.classifier, self.seen, alive=alive)
            if self.embeddings:
                kept = load_embeddings(self.store, self.classifier)
                both = {**kept, **self.embeddings}
                own = {sha: both[sha] for sha in both if sha in self.alive}
                save_embeddings(self.store, self.classifier, own)
        except OSError as error:
            self.fault = error.strerror or str(error)


def _batches(
    ready: Iterable[tuple[str, Outcome]], failed: list[tuple[str, str]], paths: dict[str, str]
) -> Iterator[tuple[list[str], list[Square]]]:
    names: list[str] = []
    squares: list[Square] = []
    for name, outcome in ready:
        if isinstance(outcome, str):
            failed.append((paths[name], outcome))
            continue
        names.append(name)
        squares.append(outcome)
        if len(names) == BATCH:
            yield names, squares
            names, squares = [], []
    if names:
        yield names, squares


def prepared(
    files: Sequence[tuple[str, str]], prepare: Prepare, workers: int | None = None
) -> Iterator[tuple[str, Outcome]]:
    """Each file's square, or why there is none, in order.

    Args:
        files: (name, path).
        prepare: makes the squares.
        workers: see `ahead`.

    Raises:
        UserError: a process died.
    """
    paths = [path for _, path in files]
    results = ahead(partial(attempt, prepare), paths, workers)
    yield from ((name, square) for (name, _), square in zip(files, results, strict=True))


def ahead(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int | None = None
) -> Iterator[Result]:
    """Results in order, worked out in advance, but never more of them than memory bears.

    Args:
        work: can be sent to another process.
        items: what it is done to.
        workers: processes; 0 for a thread of this one. By default as many as cores, and the
            thread where items are few.

    Raises:
        UserError: a process died.
    """
    if workers is None:
        workers = (os.cpu_count() or 1) if len(items) >= WORTH_PROCESSES else 0
    pool: Executor = _processes(workers) if workers else ThreadPoolExecutor(1)
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) > AHEAD * BATCH:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool as error:
        raise UserError(
            "a process that draws or decodes pictures was killed, likely for want of memory; what "
            "was seen is kept: run it again"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def attempt(prepare: Prepare, path: str) -> Outcome:
    """The square of a file, or why there is none."""
    try:
        return read_prepared(prepare, path)
    except UnreadablePicture as error:
        return str(error)


def _processes(count: int) -> ProcessPoolExecutor:
    # A fork would copy torch's locks while its threads hold them.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_be_deaf)


def _be_deaf() -> None:
    """Leave Ctrl-C to the process that knows what to save."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
