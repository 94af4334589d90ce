"""What FiftyOne shows of a picture: every fact that the dataset knows, by walking its record.

Nothing here names a measurer: a new attribute of `Picture`, or of a record inside it, becomes a
field by its type alone.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

from rules.model import Caption, Dataset, Declared, Evidence, Picture, Sidecar
from rules.records import record
from rules.report import Finding, Report
from rules.violation import Severity

UNKNOWN = "unknown"
ABSTAINED = "abstained"
CLEAN = "clean"
# Findings that set pictures side by side.
LOOKALIKE = "DUP"
# Framing and pose in one word: that all full bodies share a pose shows in its histogram only.
SHOT = "shot"
SHOT_AXES = ("framing", "pose")


@record
class Label:
    """A label with what it rests on.

    Attributes:
        label: `abstained` where the classifier would rather not say, `unknown` where nobody knows.
        source: labelled, seen, declared, or none.
        guess: what it would have said.
    """

    label: str
    source: str = "none"
    confidence: float | None = None
    guess: str | None = None


Value = str | bool | int | float | list[str] | list[float] | Label
Row = dict[str, Value]


def axes() -> tuple[str, ...]:
    """The attributes of a picture that are evidence: framing, view, ..."""
    hints = get_type_hints(Picture)
    return tuple(f.name for f in dataclasses.fields(Picture) if hints[f.name] == Evidence | None)


def rows(dataset: Dataset, report: Report) -> list[Row]:
    """One row of fields per picture, in the dataset's order."""
    said = _findings_by_path(dataset, report.findings)
    known = axes()
    return [
        _facts(picture, known) | _judged(said.get(picture.path, [])) for picture in dataset.pictures
    ]


def stamp(row: Mapping[str, Value], *more: str) -> str:
    """The same for equal rows: what changed is written, the rest is not."""
    plain = {k: dataclasses.astuple(v) if isinstance(v, Label) else v for k, v in row.items()}
    content = json.dumps([plain, *more], sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=12).hexdigest()


def label_of(evidence: Evidence | None) -> Label:
    """Evidence as a label; what is not known is a class of its own, never a gap."""
    if evidence is None:
        return Label(label=UNKNOWN)
    return Label(
        label=ABSTAINED if evidence.abstained else evidence.label,
        source=evidence.source,
        confidence=evidence.p,
        guess=evidence.label if evidence.abstained else None,
    )


def _facts(picture: Picture, known: Iterable[str]) -> Row:
    row: Row = {name: label_of(getattr(picture, name)) for name in known}
    row[SHOT] = " ".join(label.label for a in SHOT_AXES if isinstance(label := row[a], Label))
    for field in dataclasses.fields(picture):
        if field.name not in row:
            _describe(field.name, getattr(picture, field.name), row)
    return row


def _describe(name: str, value: Any, row: Row) -> None:
    if isinstance(value, Evidence):
        row[name] = label_of(value)
    elif isinstance(value, Caption):
        _describe_caption(value, row)
    elif isinstance(value, Mapping) or dataclasses.is_dataclass(value):
        for key, inner in _parts(value):
            _describe(f"{name}_{key}", inner, row)
    elif isinstance(value, str):
        row[name] = _text(value)
    elif isinstance(value, bool | int | float):
        row[name] = value
    elif isinstance(value, tuple | list):
        row[name] = _list(value)


def _parts(value: Any) -> Iterable[tuple[object, object]]:
    if isinstance(value, Mapping):
        return value.items()
    return ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))


def _list(values: Iterable[Any]) -> list[str] | list[float]:
    items = list(values)
    if items and all(isinstance(item, int | float) for item in items):
        return [float(item) for item in items]
    return [_text(_item(item)) for item in items]


def _item(item: Any) -> str:
    if isinstance(item, Declared):
        return f"{item.label}: {item.words}"
    return item.path if isinstance(item, Sidecar) else str(item)


def _describe_caption(caption: Caption, row: Row) -> None:
    row["caption"] = _text(caption.text)
    row["caption_file"] = _text(caption.path)
    for token in caption.tokens:
        texts = row.setdefault(f"slot_{token.slot}", [])
        assert isinstance(texts, list)  # noqa: S101 - made above
        texts.append(_text(token.text))  # type: ignore[arg-type]


def _findings_by_path(
    dataset: Dataset, findings: Iterable[Finding]
) -> dict[str, list[tuple[Finding, str]]]:
    """Picture -> its findings and the picture that each begins with; captions count as theirs."""
    owner = {
        sidecar.path: picture.path for picture in dataset.pictures for sidecar in picture.sidecars
    } | {picture.path: picture.path for picture in dataset.pictures}
    said: dict[str, list[tuple[Finding, str]]] = {}
    for finding in findings:
        paths = dict.fromkeys(owner[path] for path in finding.paths if path in owner)
        for path in paths:
            said.setdefault(path, []).append((finding, next(iter(paths))))
    return said


def _judged(said: Iterable[tuple[Finding, str]]) -> Row:
    worst = max((f.severity for f, _ in said), key=lambda severity: severity.rank, default=None)
    row: Row = {
        "findings": list(dict.fromkeys(f.code for f, _ in said)),
        "finding_texts": [_text(f"{f.code} {f.name}: {f.message}") for f, _ in said],
        "worst": str(Severity(worst)) if worst else CLEAN,
    }
    alike = next((first for f, first in said if f.code.startswith(LOOKALIKE)), None)
    if alike is not None:
        row["lookalike"] = _text(alike)
    return row


def _text(text: str) -> str:
    """Text that a database can hold: what is no Unicode becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
