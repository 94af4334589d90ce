"""What a JSON caption file says, value by value, whatever a trainer makes of it."""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

# Under these keys other programs keep a whole caption.
CAPTION_KEYS = frozenset({"caption", "text", "description"})
KEY_MARKS = re.compile(r"[.|]")
PUNCTUATION = re.compile(r"[\s,.;!?。，、_]+")


class JsonFault(NamedTuple):
    """Why a file says nothing, and where the parser gave up."""

    what: str
    line: int | None = None
    column: int | None = None


class JsonValue(NamedTuple):
    """A text in the file: the keys that lead to it, and its tags or sentences."""

    keys: tuple[str, ...]
    parts: tuple[str, ...]


class _Object(list[tuple[str, Any]]):
    """An object with every pair, also those under a key that comes twice."""


def read_values(text: str) -> list[JsonValue] | JsonFault:
    """Every text of the file in its order, or why there is none."""
    try:
        whole = json.loads(text, object_pairs_hook=_Object)
    except json.JSONDecodeError as error:
        what = f"the JSON breaks off at line {error.lineno}, column {error.colno}"
        return JsonFault(what, error.lineno, error.colno)
    except (ValueError, RecursionError):
        return JsonFault("the JSON is nested too deeply or holds a number that is too long")
    if not isinstance(whole, _Object):
        return JsonFault("the JSON is no object of named fields")
    values: list[JsonValue] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), whole)]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, _Object):
            waiting += [((*keys, key), below) for key, below in reversed(value)]
        elif isinstance(value, list):
            parts = [part for item in value for part in _parts(item)]
            if parts:
                values.append(JsonValue(keys, tuple(parts)))
            waiting += [(keys, item) for item in reversed(value) if isinstance(item, list)]
        elif parts := _parts(value):
            values.append(JsonValue(keys, tuple(parts)))
    return values


def known_words(paths: Iterable[str]) -> frozenset[str]:
    """The keys of all fields that a trainer reads, wherever it looks for them."""
    return CAPTION_KEYS | {word for path in paths for word in KEY_MARKS.split(path) if word}


def words_of(text: str) -> str:
    """The words in lower case between spaces, so that `in` compares whole words."""
    return f" {PUNCTUATION.sub(' ', text.lower()).strip()} "


def _parts(value: object) -> list[str]:
    if not isinstance(value, str):
        return []
    return [part for part in value.split(",") if PUNCTUATION.sub("", part)]
