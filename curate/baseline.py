"""Baselines: what a team has decided to live with for now, so that only what is new fails.

Findings about one picture are counted per rule and content of the picture: they survive renames,
reordering and every other picture. Findings about several are known by what they are about, and
are worse only where more pictures *and* a larger share of the set are affected.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from curate.errors import UserError
from rules.records import RecordError, parse_json, record, to_plain, write_atomically
from rules.report import Finding, GoneFinding, Report, Summary
from rules.violation import Severity

VERSION = 1
MOST_BYTES = 2**28
# Shares are written with so many decimals.
DECIMALS = 6

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


@record
class KnownSet:
    """A finding about several pictures, or about the set as a whole.

    Attributes:
        count: pictures affected.
        rate: their share of all pictures.
    """

    code: str
    severity: Severity
    count: Count = 0
    rate: Share = 0.0


@record
class Baseline:
    """The whole file.

    Attributes:
        pictures: sha256 of a picture -> rule -> severity of each finding.
        sets: fingerprint -> finding about several pictures.
    """

    version: int
    tool: str
    pictures: Mapping[str, Mapping[str, tuple[Severity, ...]]] = field(default_factory=dict)
    sets: Mapping[str, KnownSet] = field(default_factory=dict)


def baseline_of(report: Report) -> Baseline:
    """Everything that a report found, as known."""
    pictures: dict[str, dict[str, list[Severity]]] = defaultdict(lambda: defaultdict(list))
    sets: dict[str, KnownSet] = {}
    for finding in report.findings:
        if finding.picture is not None:
            pictures[finding.picture][finding.code].append(finding.severity)
        else:
            sets[finding.fingerprint] = _known_set(finding, report.summary.pictures)
    return Baseline(
        version=VERSION,
        tool=report.tool,
        pictures={
            picture: {code: tuple(sorted(severities)) for code, severities in codes.items()}
            for picture, codes in pictures.items()
        },
        sets=sets,
    )


def against(report: Report, baseline: Baseline) -> Report:
    """The report with what the baseline knows set apart; its counts are those of the rest."""
    known, gone = _compare(report, baseline)
    marks = {finding.fingerprint for finding in known}
    new = tuple(finding for finding in report.findings if finding.fingerprint not in marks)
    return replace(
        report, findings=new, known=known, gone=gone, summary=_recounted(report.summary, new)
    )


def pruned(report: Report, baseline: Baseline) -> Baseline:
    """The baseline without what is gone; what rules know that did not run stays."""
    known, _ = _compare(report, baseline)
    left = baseline_of(replace(report, findings=known))
    ran = set(report.ran)
    pictures: dict[str, dict[str, tuple[Severity, ...]]] = {
        picture: dict(codes) for picture, codes in left.pictures.items()
    }
    for picture, codes in baseline.pictures.items():
        for code, severities in codes.items():
            if code not in ran:
                pictures.setdefault(picture, {})[code] = severities
    sets = {
        mark: _milder(old, left.sets[mark]) if mark in left.sets else old
        for mark, old in baseline.sets.items()
        if mark in left.sets or old.code not in ran
    }
    return replace(baseline, tool=report.tool, pictures=pictures, sets=sets)


def hold_against(
    report: Report, baseline: Path | None, written: Path | None, *, prune: bool
) -> Report:
    """The report against a baseline that is read, or written first.

    Raises:
        UserError, RecordError: the baseline cannot be read.
        OSError: it cannot be written.
    """
    if written is not None:
        known = baseline_of(report)
        save_baseline(written, known)
    elif baseline is not None:
        known = load_baseline(baseline)
        if prune:
            known = pruned(report, known)
            save_baseline(baseline, known)
    else:
        return report
    return against(report, known)


def save_baseline(path: Path, baseline: Baseline) -> None:
    """Write it, one picture and one set a line, so that a change is one line of a diff.

    Raises:
        OSError: it cannot be written; the old file is whole.
    """
    pictures = _entries(to_plain(baseline.pictures))
    sets = _entries(to_plain(baseline.sets))
    head = f'"version": {baseline.version},\n"tool": {json.dumps(baseline.tool)}'
    text = f'{{\n{head},\n"pictures": {{{pictures}}},\n"sets": {{{sets}}}\n}}\n'
    write_atomically(path, text.encode())


def load_baseline(path: Path) -> Baseline:
    """Read one.

    Raises:
        UserError: there is none.
        RecordError: it cannot be understood.
    """
    place = str(path)
    try:
        if path.exists() and not path.is_file():
            raise RecordError(place, ["is no regular file; name a baseline"])
        if path.stat().st_size > MOST_BYTES:
            raise RecordError(place, [f"is over {MOST_BYTES:,} bytes"])
        baseline = parse_json(Baseline, path.read_bytes(), place)
    except FileNotFoundError as error:
        raise UserError(
            f"{place}: no such file; `--write-baseline {place}` makes it from what is found"
        ) from error
    except OSError as error:
        raise RecordError(place, [f"cannot be read: {error.strerror}"]) from error
    if baseline.version != VERSION:
        raise RecordError(
            place, [f"is of version {baseline.version}, not {VERSION}; write it once more"]
        )
    return baseline


def _entries(entries: Mapping[str, object]) -> str:
    lines = (
        f"{json.dumps(key)}: {json.dumps(entries[key], sort_keys=True)}" for key in sorted(entries)
    )
    inner = ",\n".join(lines)
    return f"\n{inner}\n" if inner else ""


def _compare(
    report: Report, baseline: Baseline
) -> tuple[tuple[Finding, ...], tuple[GoneFinding, ...]]:
    """The findings that are known, and what is known and was not found by rules that ran."""
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    known_marks: set[str] = set()
    marks: set[str] = set()
    for finding in report.findings:
        marks.add(finding.fingerprint)
        if finding.picture is not None:
            found[finding.picture, finding.code].append(finding)
        elif finding.fingerprint in baseline.sets and not _is_worse(
            finding, baseline.sets[finding.fingerprint], report.summary.pictures
        ):
            known_marks.add(finding.fingerprint)
    ran, gone = set(report.ran), []
    for picture, codes in baseline.pictures.items():
        for code, severities in codes.items():
            covered = _covered(found.get((picture, code), ()), severities)
            known_marks |= {finding.fingerprint for finding in covered}
            if code in ran and len(severities) > len(covered):
                left = len(severities) - len(covered)
                gone.append(GoneFinding(code=code, count=left, picture=picture))
    gone += [
        GoneFinding(code=old.code, count=1)
        for mark, old in baseline.sets.items()
        if mark not in marks and old.code in ran
    ]
    known = tuple(f for f in report.findings if f.fingerprint in known_marks)
    return known, tuple(sorted(gone, key=lambda g: (g.code, g.picture or "")))


def _covered(found: Iterable[Finding], severities: Iterable[Severity]) -> list[Finding]:
    """As many findings as the severities have room for; each is as bad as its own, or milder."""
    room = sorted((severity.rank for severity in severities), reverse=True)
    covered: list[Finding] = []
    for finding in sorted(found, key=lambda f: (-f.severity.rank, f.fingerprint)):
        if len(covered) < len(room) and finding.severity.rank <= room[len(covered)]:
            covered.append(finding)
    return covered


def _is_worse(finding: Finding, old: KnownSet, pictures: int) -> bool:
    new = _known_set(finding, pictures)
    if new.severity.rank > old.severity.rank:
        return True
    return new.count > old.count and new.rate > old.rate


def _milder(one: KnownSet, other: KnownSet) -> KnownSet:
    severity = min(one.severity, other.severity, key=lambda s: s.rank)
    return replace(
        one,
        severity=severity,
        count=min(one.count, other.count),
        rate=min(one.rate, other.rate),
    )


def _known_set(finding: Finding, pictures: int) -> KnownSet:
    count = len(finding.paths)
    rate = min(1.0, round(count / pictures, DECIMALS)) if pictures else 0.0
    return KnownSet(code=finding.code, severity=finding.severity, count=count, rate=rate)


def _recounted(summary: Summary, findings: Iterable[Finding]) -> Summary:
    severities = [finding.severity for finding in findings]
    return replace(
        summary,
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        infos=severities.count(Severity.INFO),
    )
