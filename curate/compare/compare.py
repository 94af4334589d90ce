"""Two datasets held against each other, and how many factors changed at once.

Pictures are told apart by content, so that a renaming moves nothing.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import starmap
from typing import Any

from curate.baseline import against, baseline_of
from curate.session import Session
from curate.stats.count import axes, label_of
from rules.model import Dataset, Picture
from rules.records import record, to_plain
from rules.report import Report
from rules.violation import Severity

SEVERAL = "RUN008"
# What a training run depends on; the other keys of dataset.yaml say how it is judged.
TRAINED_KEYS = ("base", "resolution", "trainer")
TAGS_SHOWN = 12


@record
class Moved:
    """A number before and after."""

    what: str
    before: float
    after: float


@record
class Pictures:
    """Pictures by what became of them; those that stayed are named as they are called after.

    Attributes:
        changed: whose file has other bytes under the same name.
        recaptioned: stayed pictures that are fed other words.
        repeated: stayed pictures that an epoch shows more or less often.
    """

    stayed: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    recaptioned: tuple[str, ...]
    repeated: tuple[str, ...]


@record
class Setting:
    """A key of dataset.yaml with its values, None where it is not given."""

    key: str
    before: str | None
    after: str | None


@record
class CodeMoved:
    """The findings of one rule: how many are new, gone, and the same as before.

    Attributes:
        unjudged: found before by a rule that could not judge the newer dataset.
    """

    code: str
    name: str
    severity: Severity
    new: int
    gone: int
    stayed: int
    unjudged: int


@record
class Comparison:
    """Everything that moved.

    Attributes:
        numbers: pictures, captions, exposures an epoch.
        settings: of dataset.yaml, as far as they differ.
        axes: framing, view, ... -> labels whose number moved.
        tags: whose share of the captions moved most.
        findings: of rules with any.
        factors: what a training run on the second would change against one on the first.
    """

    before: str
    after: str
    numbers: tuple[Moved, ...]
    pictures: Pictures
    settings: tuple[Setting, ...]
    axes: Mapping[str, tuple[Moved, ...]]
    tags: tuple[Moved, ...]
    findings: tuple[CodeMoved, ...]
    factors: tuple[str, ...]

    @property
    def warning(self) -> str | None:
        """That several factors change at once, where they do."""
        if len(self.factors) < 2:  # noqa: PLR2004 - several
            return None
        return (
            f"{SEVERAL} several-changes: {len(self.factors)} factors change at once "
            f"({', '.join(self.factors)}); what a new run does better or worse will not tell "
            "which of them did it"
        )


def compare(before: Session, after: Session, reports: tuple[Report, Report]) -> Comparison:
    """Hold two datasets against each other.

    Args:
        before: the older one.
        after: the newer one.
        reports: on both, in this order.
    """
    one, other = before.dataset, after.dataset
    pictures = _pictures(one, other)
    settings = tuple(_settings(to_plain(one.spec), to_plain(other.spec)))
    return Comparison(
        before=before.shown,
        after=after.shown,
        numbers=tuple(_numbers(one, other)),
        pictures=pictures,
        settings=settings,
        axes=_axes(one, other),
        tags=_tags(one, other),
        findings=tuple(_findings(*reports)),
        factors=tuple(_factors(pictures, settings)),
    )


def _numbers(one: Dataset, other: Dataset) -> Iterator[Moved]:
    def told(dataset: Dataset) -> dict[str, int]:
        return {
            "pictures": len(dataset.pictures),
            "fed": len(dataset.fed),
            "captions fed": len(dataset.captioned),
            "exposures an epoch": sum(picture.repeats for picture in dataset.fed),
        }

    yield from starmap(_moved, _paired(told(one), told(other)))


def _pictures(one: Dataset, other: Dataset) -> Pictures:
    """Pictures without a hash are known by their path alone."""
    old = {p.sha256 or p.path: p for p in one.pictures}
    new = {p.sha256 or p.path: p for p in other.pictures}
    stayed = [(old[key], new[key]) for key in new if key in old]
    gone = {p.path for key, p in old.items() if key not in new}
    come = {p.path for key, p in new.items() if key not in old}
    return Pictures(
        stayed=len(stayed),
        added=tuple(sorted(come - gone)),
        removed=tuple(sorted(gone - come)),
        changed=tuple(sorted(come & gone)),
        recaptioned=tuple(b.path for a, b in stayed if _fed_text(a) != _fed_text(b)),
        repeated=tuple(b.path for a, b in stayed if a.repeats != b.repeats),
    )


def _fed_text(picture: Picture) -> str | None:
    return picture.caption.text if picture.caption and picture.unfed is None else None


def _settings(one: Any, other: Any, key: str = "") -> Iterator[Setting]:  # noqa: ANN401 - of JSON
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from _settings(one.get(name), other.get(name), f"{key}.{name}" if key else name)
    elif one != other:
        yield Setting(key=key, before=_said(one), after=_said(other))


def _said(value: Any) -> str | None:  # noqa: ANN401 - any value of JSON
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _axes(one: Dataset, other: Dataset) -> Mapping[str, tuple[Moved, ...]]:
    moved: dict[str, tuple[Moved, ...]] = {}
    for axis in axes():
        counts = [
            Counter(label_of(getattr(picture, axis)) for picture in dataset.fed)
            for dataset in (one, other)
        ]
        moved[axis] = tuple(
            sorted(starmap(_moved, _paired(*counts)), key=lambda m: (-m.after, -m.before, m.what))
        )
    return {axis: told for axis, told in moved.items() if any(m.before != m.after for m in told)}


def _tags(one: Dataset, other: Dataset) -> tuple[Moved, ...]:
    def shares(dataset: Dataset) -> dict[str, float]:
        total = len(dataset.captioned) or 1
        return {tag: count / total for tag, count in dataset.tag_counts.items()}

    moved = [_moved(*entry) for entry in _paired(shares(one), shares(other))]
    moved.sort(key=lambda m: (-abs(m.after - m.before), m.what))
    return tuple(m for m in moved[:TAGS_SHOWN] if m.before != m.after)


def _findings(one: Report, other: Report) -> Iterator[CodeMoved]:
    told = against(other, baseline_of(one))
    new = Counter(finding.code for finding in told.findings)
    stayed = Counter(finding.code for finding in told.known)
    gone: Counter[str] = Counter()
    for entry in told.gone:
        gone[entry.code] += entry.count
    unjudged = Counter(f.code for f in one.findings if f.code not in other.ran)
    sample = {f.code: f for f in (*one.findings, *other.findings)}
    for code in sorted(sample):
        yield CodeMoved(
            code=code,
            name=sample[code].name,
            severity=sample[code].severity,
            new=new[code],
            gone=gone[code],
            stayed=stayed[code],
            unjudged=unjudged[code],
        )


def _factors(pictures: Pictures, settings: tuple[Setting, ...]) -> Iterator[str]:
    if pictures.added or pictures.removed or pictures.changed:
        yield "pictures"
    if pictures.recaptioned:
        yield "captions"
    if pictures.repeated:
        yield "repeats"
    moved = {setting.key.partition(".")[0] for setting in settings}
    yield from (key for key in TRAINED_KEYS if key in moved)


def _paired(
    one: Mapping[str, float], other: Mapping[str, float]
) -> Iterator[tuple[str, float, float]]:
    for key in dict.fromkeys((*one, *other)):
        yield key, one.get(key, 0), other.get(key, 0)


def _moved(what: str, before: float, after: float) -> Moved:
    return Moved(what=what, before=before, after=after)
