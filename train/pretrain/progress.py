"""How far long work is and when it will be done, on stderr, also where nobody watches.

What takes hours is often started into a log, so a line is told every so often.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
EVERY_SECONDS = 30.0
MINUTE, HOUR = 60, 3600


class Pace:
    """Tells lines such as `drawing: 1,200 of 64,000, 93.1/s, 11 min left`.

    Args:
        doing: in front of every line.
        total: how many there are.
        done: how many of them were done before.
        say: takes the lines.
        every: seconds between two lines.
    """

    def __init__(
        self,
        doing: str,
        total: int,
        done: int = 0,
        *,
        say: Callable[[str], None] | None = None,
        every: float = EVERY_SECONDS,
    ) -> None:
        self._doing, self._total, self._first, self._done = doing, total, done, done
        self._say = say or _to_stderr
        self._every = every
        self._began = self._told = time.monotonic()

    def advance(self, number: int = 1, note: str = "") -> None:
        """So many more are done; `note` stands at the end of a line."""
        self._done += number
        now = time.monotonic()
        if now - self._told < self._every:
            return
        self._told = now
        rate = (self._done - self._first) / (now - self._began)
        left = in_words((self._total - self._done) / rate) if rate else "unknown"
        self._say(
            f"{self._doing}: {self._done:,} of {self._total:,}, {rate:.1f}/s, {left} left"
            f"{', ' if note else ''}{note}"
        )


def told_progress(items: Iterable[T], *, total: int, doing: str) -> Iterator[T]:
    """Hand the items on and tell how far they are."""
    pace = Pace(doing, total)
    for item in items:
        yield item
        pace.advance()


def in_words(seconds: float) -> str:
    """A time that is to come, as exactly as anybody wants it."""
    if seconds >= HOUR:
        return f"{int(seconds // HOUR)} h {int(seconds % HOUR // MINUTE)} min"
    return f"{int(seconds // MINUTE)} min" if seconds >= MINUTE else f"{int(seconds)} s"


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
