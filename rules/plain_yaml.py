"""YAML as plain data, and only what is as cheap to read as it is long.

No tags, no aliases, no duplicate keys, bounded depth: a file from anywhere can cost no more than
its length and run nothing.
"""

import json
import re
from pathlib import Path
from typing import ClassVar

import yaml

from rules.records import FAULTS_SHOWN, RecordError, shortened

MOST_LEVELS = 32
MOST_BYTES = 4 * 1024 * 1024
MOST_VALUES = 200_000
# What YAML 1.1 takes for a number may be `1:1:1:...`, which costs the square of its length.
MOST_PLAIN_CHARACTERS = 4096
PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./ -]*[A-Za-z0-9_./])?")
YAML_WORDS = frozenset("y n yes no on off true false null".split())


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml where the wheel has it; dates stay text, since records say which text is a date."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load_yaml(path: Path, place: str | None = None) -> object:
    """Read a YAML file as plain data: no tags, no aliases, no duplicate keys, bounded depth.

    Raises:
        RecordError: naming the line of the first fault of the file's form.
    """
    place = place or str(path)
    try:
        if path.exists() and not path.is_file():
            raise RecordError(place, ["is no regular file; put a YAML file there, or nothing"])
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RecordError(place, [f"cannot be read: {error.strerror}"]) from error
    if len(raw) > MOST_BYTES:
        raise RecordError(place, [f"is over {MOST_BYTES:,} bytes; shorten it"])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(
            place, [f"is not UTF-8 (byte {error.start}); save it as UTF-8"]
        ) from error
    return load_yaml_text(text, place)


def load_yaml_text(text: str, place: str) -> object:
    """The same for text in hand."""
    try:
        _check_events(text, place)
        loader = Loader(text)
        try:
            node = loader.get_single_node()
            _refuse_duplicate_keys(node, place)
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise RecordError(place, [_yaml_fault(error)]) from error
    except RecordError:
        raise
    # a number of a million digits or beyond the range of floats
    except (ValueError, ArithmeticError) as error:
        raise RecordError(place, [f"holds a value that cannot be read: {error}"]) from error


def _check_events(text: str, place: str) -> None:
    """Refuse what costs more than its length, or runs code, before anything else sees it."""
    depth = values = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.NodeEvent):
            values += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
            if fault := _event_fault(event, depth, values):
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise RecordError(place, [f"line {line}: {fault}"])
        else:
            depth -= isinstance(event, yaml.CollectionEndEvent)


def _event_fault(event: yaml.NodeEvent, depth: int, values: int) -> str | None:
    if isinstance(event, yaml.AliasEvent):
        return "aliases are not read; write the value out"
    if tag := getattr(event, "tag", None):
        return f"the tag `{shortened(tag)}` is not read; take it out"
    if depth > MOST_LEVELS:
        return f"nested deeper than {MOST_LEVELS} levels"
    if values > MOST_VALUES:
        return f"holds more than {MOST_VALUES:,} values; shorten it"
    if isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
        length = len(event.value)
        return f"{length:,} characters need quotes" if length > MOST_PLAIN_CHARACTERS else None
    return None


def _refuse_duplicate_keys(node: yaml.Node | None, place: str) -> None:
    faults: list[str] = []
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in here.value:
                if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                    faults.append(
                        f"line {key.start_mark.line + 1}: `{shortened(key.value)}` is there twice"
                    )
                if isinstance(key, yaml.ScalarNode):
                    seen.add(key.value)
                waiting += [key, value]
        elif isinstance(here, yaml.SequenceNode):
            waiting += here.value
    if faults:
        raise RecordError(place, faults[:FAULTS_SHOWN])


def _yaml_fault(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}is not YAML: {problem}"


def as_scalar(text: str) -> str:
    """Text as YAML that reads back as just this text; plain words stay plain."""
    if PLAIN.fullmatch(text) and text.lower() not in YAML_WORDS:
        return text
    # JSON's strings are YAML's; what does not print is escaped as well.
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
