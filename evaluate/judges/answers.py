"""Answers on the disk, by everything that decided them. Errors are never kept."""

import json
from pathlib import Path

from rules.records import record, to_plain, write_atomically
from train.stamps import key_of


@record
class Reply:
    """What came back.

    Attributes:
        text: raw.
        mode: how the form was asked for: json_schema, json_object or plain.
        tokens: in and out.
        counted: whether the endpoint told how many.
    """

    text: str
    mode: str = ""
    tokens: tuple[int, int] = (0, 0)
    counted: bool = True


class Answers:
    """A folder of replies.

    Attributes:
        hits: how many were known.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hits = 0

    def read(self, *parts: object) -> Reply | None:
        """The reply to exactly this; None where nobody asked, or the file is damaged."""
        try:
            told = json.loads(self._path(parts).read_text(encoding="utf-8"))
            tokens = told["tokens"]
            found = Reply(text=told["text"], mode=told["mode"], tokens=(tokens[0], tokens[1]))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None
        self.hits += 1
        return found

    def write(self, reply: Reply, *parts: object) -> None:
        """Keep a reply; raises OSError."""
        path = self._path(parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(to_plain(reply), ensure_ascii=False).encode())

    def _path(self, parts: tuple[object, ...]) -> Path:
        key = key_of(*parts)
        return self._folder / key[:2] / f"{key}.json"
