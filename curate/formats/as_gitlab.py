"""GitLab's code quality report: findings in the widget and the diff of a merge request.

Source: GitLab's documentation of the format, a subset of Code Climate's.
"""

import json
from typing import Any

from curate.formats.place import Place, visible
from curate.session import SPEC_FILE
from rules.quoting import some_of
from rules.report import Finding, Report
from rules.violation import Severity

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render_gitlab(report: Report, place: Place) -> str:
    """One entry a finding; one about many pictures stands at the first and names the others."""
    entries = [_entry(finding, place) for finding in report.findings]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(finding: Finding, place: Place) -> dict[str, Any]:
    region = place.region(finding)
    told = f"{finding.message}: {finding.advice}"
    if len(finding.paths) > 1:
        told += f" ({some_of(finding.paths)})"
    # What concerns no file is about what the dataset is declared to be.
    path = finding.paths[0] if finding.paths else SPEC_FILE
    return {
        "description": visible(told),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": visible(place.path(path)),
            "lines": {"begin": region.line if region else 1},
        },
    }
