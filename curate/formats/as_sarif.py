"""SARIF 2.1.0, for code scanning: every rule declared, suppressions listed, stable fingerprints."""

import json
from typing import Any
from urllib.parse import quote

from curate.formats.place import Place
from rules.records import to_plain
from rules.registry import Rule, all_rules
from rules.report import Finding, Report
from rules.violation import Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render_sarif(report: Report, place: Place) -> str:
    """One run with one result per finding."""
    rules = all_rules()
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    name, _, version = report.tool.partition(" ")
    state = {"baselineState": "new"} if report.known or report.gone else {}
    results = [
        *({**_result(f, place, numbers[f.code]), **state} for f in report.findings),
        *(_result(finding, place, numbers[finding.code]) for finding in report.suppressed),
        *(
            {**_result(f, place, numbers[f.code]), "baselineState": "unchanged"}
            for f in report.known
        ),
    ]
    run = {
        "tool": {
            "driver": {
                "name": name,
                "semanticVersion": version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": _notifications(report, numbers),
            }
        ],
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    manual = "\n\n".join(f"{heading}\n{text}" for heading, text in rule.manual.items())
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.manual["What it does"]},
        "help": {"text": manual},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _notifications(report: Report, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """What was not judged: skipped rules, abstentions and notes."""
    told = [(skipped.code, f"skipped: {skipped.reason}") for skipped in report.skipped]
    told += [(a.code, f"abstained on {a.count} of {a.total}: {a.reason}") for a in report.abstained]
    return [
        {
            "level": "note",
            "message": {"text": f"{code} {text}"},
            "associatedRule": {"id": code, "index": numbers[code]},
        }
        for code, text in told
    ] + [{"level": "note", "message": {"text": note}} for note in report.notes]


def _result(finding: Finding, place: Place, number: int) -> dict[str, Any]:
    region = place.region(finding)
    locations = [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": quote(place.path(path))},
                **(
                    {
                        "region": {
                            "startLine": region.line,
                            "startColumn": region.column,
                            "endLine": region.end_line,
                            "endColumn": region.end_column,
                        }
                    }
                    if region
                    else {}
                ),
            }
        }
        for path in finding.paths
    ]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.advice}"},
        # Viewers show the first location; the others are where the rest of the set lies.
        "locations": locations[:1],
        "partialFingerprints": {"loraCurate/v1": finding.fingerprint},
        "properties": {"evidence": to_plain(finding.evidence), "fixable": finding.fixable},
    }
    if locations[1:]:
        result["relatedLocations"] = locations[1:]
    if finding.reason is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return result
