"""approvals.yaml: what people decided about pictures and findings, each with its reason."""

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from rules.plain_yaml import Loader, as_scalar, load_yaml, load_yaml_text
from rules.records import RecordError, parse, record, to_plain, write_atomically

APPROVALS = "approvals.yaml"
HEADER = """\
# What people decided. `curate approve` reads this file and adds what was tagged in the App.
"""


@record
class Decision:
    """What was decided about one picture.

    Attributes:
        decision: approve or reject.
        reason: why; a rejection should say it.
        sha256: of the picture that was looked at; a decision about other bytes does not count.
    """

    decision: Literal["approve", "reject"]
    reason: str | None = None
    sha256: str | None = None

    @property
    def tag(self) -> str:
        """The same as a tag in the App."""
        return (
            f"{self.decision}:{self.reason}"
            if self.decision == "reject" and self.reason
            else self.decision
        )


@record
class Approvals:
    """The whole file.

    Attributes:
        default: what becomes of pictures that nobody decided about.
        pictures: path -> decision.
        overrides: code of an error -> the reason why it is accepted.
    """

    default: Literal["approve", "reject"] = "approve"
    pictures: Mapping[str, Decision] = field(default_factory=dict)
    overrides: Mapping[str, Annotated[str, Field(min_length=1)]] = field(default_factory=dict)

    def of(self, path: str, sha256: str | None) -> Decision | None:
        """The decision about a picture, None where there is none about these bytes."""
        decision = self.pictures.get(path)
        stale = decision is not None and decision.sha256 not in {None, sha256}
        return None if stale else decision


def load_approvals(root: Path) -> Approvals:
    """Read a dataset's approvals.yaml; without one nothing is decided.

    Raises:
        RecordError: it cannot be understood.
    """
    path = root / APPROVALS
    if not os.path.lexists(path):
        return Approvals()
    data = load_yaml(path, APPROVALS)
    return parse(Approvals, {} if data is None else data, APPROVALS)


def save_approvals(root: Path, wanted: Approvals) -> None:
    """Bring approvals.yaml up to date, leaving lines and comments alone that say the same.

    Raises:
        OSError: it cannot be written; the old file is whole.
    """
    old = load_approvals(root)
    if old == wanted:
        return
    path = root / APPROVALS
    text = path.read_text(encoding="utf-8-sig") if path.exists() else HEADER
    for section in ("pictures", "overrides"):
        text = _edited(text, section, getattr(old, section), getattr(wanted, section))
    if not _says(text, wanted):  # written in a way that cannot be edited in place
        text = HEADER + _whole(wanted)
    write_atomically(path, text.encode())


def _says(text: str, wanted: Approvals) -> bool:
    try:
        return parse(Approvals, load_yaml_text(text, APPROVALS), APPROVALS) == wanted
    except RecordError:
        return False


def _edited(text: str, section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The text with the entries of one section replaced, dropped and added."""
    added = {key: value for key, value in new.items() if key not in old}
    if not old:
        block = "".join(_line(key, value) for key, value in added.items())
        return f"{text.rstrip()}\n{section}:\n{block}" if added else text
    top = yaml.compose(text, Loader=Loader)
    if not isinstance(top, yaml.MappingNode):
        return text
    value = next((v for k, v in top.value if getattr(k, "value", None) == section), None)
    if not isinstance(value, yaml.MappingNode) or value.flow_style:
        return text
    indent = " " * value.start_mark.column
    block = "".join(_line(key, value, indent) for key, value in added.items())
    start = value.start_mark.index - value.start_mark.column
    edits = [(start, start, block)] if added else []
    for key, inner in value.value:
        if key.value not in new:
            edits.append(
                (key.start_mark.index - key.start_mark.column, inner.end_mark.index + 1, "")
            )
        elif new[key.value] != old.get(key.value):
            edits.append((inner.start_mark.index, inner.end_mark.index, _flow(new[key.value])))
    for begin, end, replacement in sorted(edits, reverse=True):
        text = text[:begin] + replacement + text[end:]
    return text


def _whole(approvals: Approvals) -> str:
    parts = [f"default: {approvals.default}\n"]
    for section in ("pictures", "overrides"):
        entries = getattr(approvals, section)
        lines = "".join(_line(key, value) for key, value in entries.items())
        parts += [f"{section}:\n{lines}"] if entries else []
    return "".join(parts)


def _line(key: str, value: object, indent: str = "  ") -> str:
    return f"{indent}{as_scalar(key)}: {_flow(value)}\n"


def _flow(value: object) -> str:
    if isinstance(value, str):
        return as_scalar(value)
    told = {k: v for k, v in to_plain(value).items() if v is not None}
    return "{" + ", ".join(f"{key}: {as_scalar(said)}" for key, said in told.items()) + "}"
