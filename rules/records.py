"""The one way in and out of files: frozen records, strict parsing, atomic writing.

A record is a frozen, slotted, keyword-only dataclass. Parsing refuses unknown keys and wrong
types and names every fault of a file at once. pydantic does the checking; it is imported by
the first parse, so that defining a record costs nothing.
"""

import dataclasses
import difflib
import json
import os
import tempfile
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    TypeVar,
    cast,
    dataclass_transform,
    get_args,
    get_type_hints,
)

from rules.frozen import frozen

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

R = TypeVar("R")

FAULTS_SHOWN = 50
SUGGESTION_CUTOFF = 0.6
FOUND_LENGTH = 60


class RecordError(ValueError):
    """A file that could not be understood.

    Attributes:
        place: the file, as the user named it.
        faults: one sentence per fault, each naming the key and what was wanted.
    """

    def __init__(self, place: str, faults: Iterable[str]) -> None:
        self.place = place
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{place}: {fault}" for fault in self.faults))


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,)
)
def record(cls: type[R]) -> type[R]:
    """Make a class a record: frozen, slotted, keyword-only, parsed strictly."""
    made: Any = frozen(cls)
    made.__pydantic_config__ = {"extra": "forbid", "strict": True, "allow_inf_nan": False}
    made_record: type[R] = made
    return made_record


@cache
def _adapter(cls: Any) -> "TypeAdapter[Any]":  # noqa: ANN401 - a type form: a class, a union, a generic
    from pydantic import TypeAdapter  # noqa: PLC0415 - a tenth of a second

    return TypeAdapter(cls)


def parse(cls: type[R], data: object, place: str) -> R:
    """Read plain data (from YAML or JSON) as a record.

    Args:
        cls: the record class.
        data: what `rules.plain_yaml.load_yaml` or `json.loads` returned.
        place: the file's name, for messages.

    Raises:
        RecordError: with every unknown key (and the nearest known one) and wrong value.
    """
    try:
        text = json.dumps(data, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(place, [f"holds something that JSON cannot say: {error}"]) from error
    return parse_json(cls, text, place)


def parse_json(cls: type[R], text: str | bytes, place: str) -> R:
    """Read JSON text as a record; raises RecordError like `parse`."""
    from pydantic import ValidationError  # noqa: PLC0415 - see _adapter

    try:
        value: R = _adapter(cast("Hashable", cls)).validate_json(text)
    except ValidationError as error:
        raise RecordError(place, _faults(cls, error)) from error
    return value


def _faults(cls: Any, error: "ValidationError") -> list[str]:  # noqa: ANN401 - a type form
    """One sentence per faulty place, the most specific of a union's branches."""
    branches = {t.__name__ for t in _reachable(cls) if isinstance(t, type)}
    by_place: dict[str, list[str]] = {}
    for item in error.errors(include_url=False, include_context=False):
        unknown = item["type"] in {"unexpected_keyword_argument", "extra_forbidden"}
        # A key that nobody knows may be called as a branch is.
        last = tuple(map(str, item["loc"][-1:])) if unknown else ()
        path = map(str, item["loc"][:-1] if unknown else item["loc"])
        keys = [*(key for key in path if not _names_a_branch(key, branches)), *last]
        place = ".".join(map(shortened, keys)) or "(top)"
        if place not in by_place and len(by_place) == FAULTS_SHOWN:
            continue
        if unknown:
            said = f"unknown key{_nearest(cls, keys)}"
        else:
            found = shortened(json.dumps(item["input"], default=str, ensure_ascii=False))
            said = f"{item['msg'][0].lower()}{item['msg'][1:]}, found {found}"
        by_place.setdefault(place, []).append(said)
    faults = [
        f"`{place}`: {'; or '.join(dict.fromkeys(said))}"
        for place, said in by_place.items()
        if not any(other.startswith(f"{place}.") for other in by_place)
    ]
    if len(by_place) == FAULTS_SHOWN:
        faults.append(f"only the first {FAULTS_SHOWN} faults are listed")
    return faults


def shortened(text: str) -> str:
    """As much of a text as a message has room for."""
    return text if len(text) <= FOUND_LENGTH else text[: FOUND_LENGTH - 3] + "..."


def _names_a_branch(key: str, branches: set[str]) -> bool:
    """Whether pydantic put this key into a location to name a branch of a union."""
    return key in branches or key.startswith(("function-", "tuple[", "constrained-", "[key]"))


def _nearest(cls: Any, keys: list[str]) -> str:  # noqa: ANN401 - a type form
    known = _known_keys(cls, keys[:-1])
    close = difflib.get_close_matches(keys[-1], known, n=1, cutoff=SUGGESTION_CUTOFF)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _known_keys(cls: Any, path: list[str]) -> list[str]:  # noqa: ANN401 - a type form
    """The field names of the record that lies at `path` below `cls`."""
    here = _first_record(cls, cls)
    for key in path:
        if dataclasses.is_dataclass(here):
            here = _first_record(get_type_hints(here).get(key), here)
    return [f.name for f in dataclasses.fields(here)] if dataclasses.is_dataclass(here) else []


def _first_record(form: Any, default: Any) -> Any:  # noqa: ANN401 - type forms
    return next((t for t in _inner_types(form) if dataclasses.is_dataclass(t)), default)


def _inner_types(form: Any) -> Iterator[Any]:  # noqa: ANN401 - a type form
    yield form
    for inner in get_args(form):
        yield from _inner_types(inner)


def _reachable(form: Any) -> Iterator[Any]:  # noqa: ANN401 - a type form
    """The form, every type inside it, and every type that a field of a record in it may hold."""
    for inner in _inner_types(form):
        yield inner
        if dataclasses.is_dataclass(inner):
            for hint in get_type_hints(inner).values():
                yield from _reachable(hint)


def to_plain(value: Any) -> Any:  # noqa: ANN401 - any record, or any value of JSON
    """A record as plain data for JSON: tuples as lists, mappings as dicts."""
    if value is None or isinstance(value, str | int | float):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(inner) for inner in value]
    return value


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old bytes or the new ones.

    Through a link its target is written, and what is no regular file (`/dev/stdout`) is written
    as it is.

    Raises:
        OSError: the disk is full or read-only; nothing is left under the final name or beside it.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(target, content)
    except OSError as error:  # the name of the temporary file would tell nobody anything
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".curate.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
