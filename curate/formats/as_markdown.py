"""Markdown for a step summary or a comment: nothing of a caption becomes markup, link or mention.

Text is written as entities, which Markdown takes for letters wherever they stand, also in tables.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from curate.formats.place import Place, visible
from curate.formats.readable import abstained, skipped
from rules.quoting import counted
from rules.report import Finding, Report
from rules.violation import Severity

MARKS = {Severity.ERROR: "🔴 error", Severity.WARNING: "🟡 warning", Severity.INFO: "🔵 info"}
# A step summary holds a mebibyte, and a comment 65,536 characters.
MESSAGES_SHOWN = 10
PATHS_SHOWN = 5
LONGEST = 600
# `:` makes addresses into links. The comment keeps `@name` from calling somebody.
SPECIAL = str.maketrans(
    {c: f"&#{ord(c)};" for c in "&<>\"'\\`*_{}[]#!|~:$^"} | {"@": "&#64;<!-- -->"}
)
# What makes a list, a rule or a heading at the start of a line, and what makes a link anywhere.
LEADING = re.compile(r"^[-+=]|^\d(?=\d*[.)])|(?<=[wW])\.")


def render_markdown(report: Report, place: Place) -> str:
    """A table of rules, then their findings, then what was not judged."""
    return "\n".join(_lines(report, place)) + "\n"


def as_text(untrusted: str) -> str:
    """Text that stays text, wherever in Markdown it is put."""
    shown = visible(untrusted)
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    escaped = shown.translate(SPECIAL)
    return LEADING.sub(lambda match: f"&#{ord(match[0])};", escaped)


def _lines(report: Report, place: Place) -> Iterator[str]:
    summary = report.summary
    yield f"## curate lint: {as_text(place.folder)}"
    yield ""
    pictures = counted(summary.pictures, "picture")
    yield f"**{_verdict(report)}** in {pictures}, as {as_text(report.trainer)} is fed them."
    yield ""
    yield from _table(report)
    for code, group in groupby(report.findings, key=lambda finding: finding.code):
        yield from _rule(code, list(group), place)
    yield from _not_judged(report)


def _verdict(report: Report) -> str:
    summary = report.summary
    numbers = (
        counted(summary.errors, "error"),
        counted(summary.warnings, "warning"),
        counted(summary.infos, "info"),
    )
    known = [f"{len(report.known):,} known from the baseline"] if report.known else []
    return ("" if report.findings else "Clean: ") + ", ".join([*numbers, *known])


def _table(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    yield "| severity | rule | findings | the first |"
    yield "| --- | --- | ---: | --- |"
    for _, group in groupby(report.findings, key=lambda f: (f.severity, f.code)):
        findings = list(group)
        first = findings[0]
        yield (
            f"| {MARKS[first.severity]} | {first.code} {first.name} | {len(findings):,} "
            f"| {as_text(first.message)} |"
        )
    yield ""


def _rule(code: str, findings: list[Finding], place: Place) -> Iterator[str]:
    yield "<details>"
    yield f"<summary>{code} {findings[0].name}: {counted(len(findings), 'finding')}</summary>"
    yield ""
    for finding in findings[:MESSAGES_SHOWN]:
        paths = ", ".join(as_text(place.path(path)) for path in finding.paths[:PATHS_SHOWN])
        more = len(finding.paths) - PATHS_SHOWN
        paths += f" and {more:,} more" if more > 0 else ""
        yield f"- {as_text(finding.message)}{f' ({paths})' if paths else ''}"
        yield f"  <br>→ {as_text(finding.advice)}"
    if findings[MESSAGES_SHOWN:]:
        yield f"- and {len(findings) - MESSAGES_SHOWN:,} more"
    yield ""
    yield "</details>"
    yield ""


def _not_judged(report: Report) -> Iterator[str]:
    yield f"{counted(len(report.ran), 'rule')} judged."
    told = [f"{', '.join(codes)} skipped: {reason}" for reason, codes in skipped(report).items()]
    told += [
        f"{', '.join(codes)} abstained on {reason}" for reason, codes in abstained(report).items()
    ]
    told += [f"{gone.count} of {gone.code} in the baseline are gone" for gone in report.gone]
    told += [f"{len(report.suppressed)} suppressed"] if report.suppressed else []
    yield from _list((*told, *report.notes))


def _list(told: Iterable[str]) -> Iterator[str]:
    lines = [f"- {as_text(line)}" for line in told]
    if lines:
        yield ""
        yield from lines
