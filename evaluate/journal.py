"""Append-only files of rows, one JSON object a line; a crash costs the line in progress."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

from curate.errors import UserError
from rules.records import RecordError, parse_json, to_plain

R = TypeVar("R")


class Journal(Generic[R]):
    """Rows of one record class in one file.

    Args:
        path: the file; it need not be there.
        kind: class of its rows.
    """

    def __init__(self, path: Path, kind: type[R]) -> None:
        self.path, self._kind = path, kind

    def read(self) -> Iterator[R]:
        """Every whole row, in the order in which they were written.

        Raises:
            UserError: a line that is not the last is damaged.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return  # a crash cut it short; whoever appends next takes it off
                try:
                    yield parse_json(self._kind, line, str(self.path))
                except RecordError as error:
                    raise UserError(
                        f"{self.path}: line {number} is damaged ({error.faults[0]}); delete the "
                        f"line, and what it told is made again"
                    ) from error

    def append(self, *rows: R) -> None:
        """Add rows that are on the disk when this returns; raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{json.dumps(to_plain(row), ensure_ascii=False)}\n" for row in rows)
        with self.path.open("a+b") as file:
            _take_off_torn_line(file.fileno())
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())


def _take_off_torn_line(handle: int) -> None:
    """Cut a file behind its last line end."""
    end = os.fstat(handle).st_size
    step = 4096
    while end > 0:
        start = max(0, end - step)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < os.fstat(handle).st_size:
        os.ftruncate(handle, end)
