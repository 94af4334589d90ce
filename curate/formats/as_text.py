"""Text for people: findings by rule, with numbers and the way out, then what was not judged."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import click

from curate.formats.place import Place, visible
from curate.formats.readable import abstained, alike, cell, skipped, tables
from rules.quoting import counted
from rules.report import Finding, Report
from rules.violation import EvidenceValue, Severity

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
MESSAGES_SHOWN = 5
PATHS_SHOWN = 3
ROWS_SHOWN = 20
CELL_WIDTH = 44


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
    for told in place.distribution:
        yield _plain(f"  {told}")
    for _, group in groupby(report.findings, key=lambda f: (f.severity.rank, f.code)):
        yield _plain("")
        yield from _rule(list(group))
    yield _plain("")
    yield from _summary(report)


def _rule(findings: list[Finding]) -> Iterator[Line]:
    first = findings[0]
    number = f"  {counted(len(findings), 'finding')}" if len(findings) > 1 else ""
    yield [
        (f"{first.severity!s:<8}", {"fg": COLOURS[first.severity], "bold": True}),
        (f"{first.code} {first.name}", {"bold": True}),
        (number, {"dim": True}),
    ]
    groups = alike(findings)
    one_advice = len({finding.advice for finding in findings}) == 1
    for group in groups[:MESSAGES_SHOWN]:
        paths = [path for finding in group for path in finding.paths]
        yield _plain(f"  {group[0].message}")
        yield from _table(group[0].evidence)
        if paths:
            yield [(f"    {_some(paths)}", {"dim": True})]
        if not one_advice:
            yield [("    -> ", {"fg": "green"}), (group[0].advice, {})]
    more = sum(map(len, groups[MESSAGES_SHOWN:]))
    if more:
        yield [(f"  ... and {more:,} more; `--format json` lists every one", {"dim": True})]
    if one_advice:
        yield [("  -> ", {"fg": "green"}), (first.advice, {})]


def _table(evidence: Mapping[str, EvidenceValue]) -> Iterator[Line]:
    """Rows of evidence, where there are any, in columns."""
    for heads, rows in tables(evidence):
        cells = [[_cell(value) for value in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        yield [(_row(heads, widths), {"dim": True})]
        for row in cells[:ROWS_SHOWN]:
            yield _plain(_row(row, widths))
        if cells[ROWS_SHOWN:]:
            yield [(f"    ... and {len(cells) - ROWS_SHOWN:,} rows more", {"dim": True})]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))


def _cell(value: EvidenceValue) -> str:
    text = cell(value)
    return text if len(text) <= CELL_WIDTH else f"{text[: CELL_WIDTH - 3]}..."


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
    extra = [f"{len(report.suppressed)} suppressed"] if report.suppressed else []
    head = "clean: " if not report.findings else ""
    extra += [f"{len(report.known):,} known from the baseline"] if report.known else []
    yield [(head + verdict, style), ("".join(f", {part}" for part in extra), {})]
    yield from _gone(report)
    yield _plain(f"{counted(len(report.ran), 'rule')} judged{_not_judged(report)}")
    for reason, codes in skipped(report).items():
        yield [("  skipped ", {"dim": True}), (f"{', '.join(codes)}: {reason}", {})]
    for reason, codes in abstained(report).items():
        yield [("  abstained ", {"dim": True}), (f"{', '.join(codes)} on {reason}", {})]
    if report.findings:
        yield [(f"`curate explain {report.findings[0].code}` tells more", {"dim": True})]


def _gone(report: Report) -> Iterator[Line]:
    if report.gone:
        counts: Counter[str] = Counter()
        for gone in report.gone:
            counts[gone.code] += gone.count
        told = ", ".join(f"{code} {number:,}" for code, number in sorted(counts.items()))
        way = "`--prune-baseline` takes them out of the file"
        yield [("gone from the baseline: ", {"fg": "green"}), (f"{told}; {way}", {})]


def _not_judged(report: Report) -> str:
    return f", {len(report.skipped)} could not be:" if report.skipped else ""
