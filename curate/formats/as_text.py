"""Text for people: findings by rule, with numbers and the way out, then what was not judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import click

from curate.formats.place import Place, visible
from rules.model import EvidenceValue, Severity
from rules.quoting import counted
from rules.report import Finding, Report

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
MESSAGES_SHOWN = 5
PATHS_SHOWN = 3
CODES_SHOWN = 4


def render_text(report: Report, place: Place, *, colour: bool) -> str:
    """The report as lines; long lists are cut and say so."""
    return "\n".join(_style(line, colour=colour) for line in _lines(report, place)) + "\n"


# A line is what it says and how: parts of (text, style).
Line = list[tuple[str, Mapping[str, object]]]


def _style(line: Line, *, colour: bool) -> str:
    parts = (
        click.style(visible(text), **style) if colour else visible(text)  # type: ignore[arg-type]
        for text, style in line
    )
    return "".join(parts).rstrip()


def _plain(text: str) -> Line:
    return [(text, {})]


def _lines(report: Report, place: Place) -> Iterator[Line]:
    summary = report.summary
    about = f"{counted(summary.pictures, 'picture')}, {counted(summary.captions, 'caption')}"
    yield [(place.folder, {"bold": True}), (f"  {about}, trainer {report.trainer}", {})]
    for note in report.notes:
        yield [("  note: ", {"dim": True}), (note, {})]
    for _, group in groupby(report.findings, key=lambda f: (f.severity.rank, f.code)):
        yield _plain("")
        yield from _rule(list(group))
    yield _plain("")
    yield from _summary(report)


def _rule(findings: list[Finding]) -> Iterator[Line]:
    first = findings[0]
    number = f"  {counted(len(findings), 'picture')}" if len(findings) > 1 else ""
    yield [
        (f"{first.severity!s:<8}", {"fg": COLOURS[first.severity], "bold": True}),
        (f"{first.code} {first.name}", {"bold": True}),
        (number, {"dim": True}),
    ]
    alike = _by_message(findings)
    one_advice = len({finding.advice for finding in findings}) == 1
    for message, group in alike[:MESSAGES_SHOWN]:
        paths = [path for finding in group for path in finding.paths]
        yield _plain(f"  {message}")
        yield from _table(group[0].evidence)
        if paths:
            yield [(f"    {_some(paths)}", {"dim": True})]
        if not one_advice:
            yield [("    -> ", {"fg": "green"}), (group[0].advice, {})]
    rest = alike[MESSAGES_SHOWN:]
    if rest:
        more = sum(len(group) for _, group in rest)
        yield [(f"  ... and {more:,} more; `--format json` lists every one", {"dim": True})]
    if one_advice:
        yield [("  -> ", {"fg": "green"}), (first.advice, {})]


def _by_message(findings: list[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings that say the same, together, in the order of their first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.message, []).append(finding)
    return list(groups.items())


def _table(evidence: Mapping[str, EvidenceValue]) -> Iterator[Line]:
    """Rows of evidence, where there are any, in columns."""
    for rows in evidence.values():
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
            continue
        heads = list(rows[0])
        cells = [[_cell(row.get(head)) for head in heads] for row in rows if isinstance(row, dict)]
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        yield [(_row(heads, widths), {"dim": True})]
        for row in cells:
            yield _plain(_row(row, widths))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))


def _cell(value: EvidenceValue) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _some(paths: list[str]) -> str:
    rest = len(paths) - PATHS_SHOWN
    return ", ".join(paths[:PATHS_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def _summary(report: Report) -> Iterator[Line]:
    summary = report.summary
    verdict = ", ".join(
        (
            counted(summary.errors, "error"),
            counted(summary.warnings, "warning"),
            counted(summary.infos, "info"),
        )
    )
    worst = report.findings[0].severity if report.findings else None
    style = {"fg": COLOURS[worst] if worst else "green", "bold": True}
    fixable = sum(finding.fixable for finding in report.findings)
    extra = [f"{len(report.suppressed)} suppressed"] if report.suppressed else []
    extra += [f"{fixable} fixable"] if fixable else []
    head = "clean: " if not report.findings else ""
    yield [(head + verdict, style), ("".join(f", {part}" for part in extra), {})]
    yield _plain(f"{counted(len(report.ran), 'rule')} judged{_not_judged(report)}")
    for reason, codes in _by_reason((s.reason, s.code) for s in report.skipped):
        yield [("  skipped ", {"dim": True}), (f"{_codes(codes)}: {reason}", {})]
    abstained = ((f"{a.count} of {a.total}: {a.reason}", a.code) for a in report.abstained)
    for reason, codes in _by_reason(abstained):
        yield [("  abstained ", {"dim": True}), (f"{_codes(codes)} on {reason}", {})]
    if report.findings:
        yield [(f"`curate explain {report.findings[0].code}` tells more", {"dim": True})]


def _not_judged(report: Report) -> str:
    return f", {len(report.skipped)} could not be:" if report.skipped else ""


def _by_reason(told: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for reason, code in told:
        groups.setdefault(reason, []).append(code)
    yield from groups.items()


def _codes(codes: list[str]) -> str:
    return ", ".join(codes)
