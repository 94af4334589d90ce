"""JSON: the contract for machines, described by `report.schema.json` beside this file."""

import json
from typing import Any

from curate.formats.place import Place
from rules.records import to_plain
from rules.report import VERSION, Finding, Report


def render_json(report: Report, place: Place) -> str:  # noqa: ARG001 - paths are relative to DIR
    """The whole report; nothing is shortened."""
    return json.dumps(as_plain(report), ensure_ascii=False, indent=2) + "\n"


def as_plain(report: Report) -> dict[str, Any]:
    """The report as the schema describes it."""
    return {
        "version": VERSION,
        "tool": report.tool,
        "dataset": report.dataset,
        "trainer": report.trainer,
        "notes": list(report.notes),
        "findings": [_finding(finding) for finding in report.findings],
        "suppressed": [
            {**_finding(finding), "reason": finding.reason} for finding in report.suppressed
        ],
        "known": [_finding(finding) for finding in report.known],
        "gone": [to_plain(gone) for gone in report.gone],
        "skipped": [to_plain(skipped) for skipped in report.skipped],
        "abstained": [to_plain(abstained) for abstained in report.abstained],
        "summary": to_plain(report.summary),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "evidence": finding.evidence,
        "advice": finding.advice,
        "paths": list(finding.paths),
        "fingerprint": finding.fingerprint,
        "fixable": finding.fixable,
    }
