"""Workflow commands of GitHub Actions: annotations on the files of a pull request.

Source: GitHub's documentation of workflow commands, and its toolkit's escaping of them.
"""

from curate.formats.place import Place, visible
from rules.quoting import counted
from rules.report import Finding, Report
from rules.violation import Severity

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
PATHS_NAMED = 10


def render_github(report: Report, place: Place) -> str:
    """One annotation per finding; a finding on many pictures is annotated at the first."""
    lines = [_command(finding, place) for finding in report.findings]
    summary = report.summary
    numbers = (("error", summary.errors), ("warning", summary.warnings), ("info", summary.infos))
    counts = ", ".join(counted(number, noun) for noun, number in numbers)
    if report.known:
        counts += f", {len(report.known)} known from the baseline"
    lines.append(f"::notice title=curate lint::{_data(f'{report.dataset}: {counts}')}")
    return "\n".join(lines) + "\n"


def _command(finding: Finding, place: Place) -> str:
    properties = {}
    if finding.paths:
        properties["file"] = place.path(finding.paths[0])
    region = place.region(finding)
    if region is not None:
        properties |= {"line": str(region.line), "col": str(region.column)}
    properties["title"] = f"{finding.code} {finding.name}"
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    message = f"{finding.message}\n{finding.advice}"
    if len(finding.paths) > 1:
        names = ", ".join(finding.paths[:PATHS_NAMED])
        more = len(finding.paths) - PATHS_NAMED
        message += f"\n{names}" + (f" and {more} more" if more > 0 else "")
    return f"::{COMMANDS[finding.severity]} {told}::{_data(message)}"


def _data(text: str) -> str:
    lines = (visible(line) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25").replace("\r", "%0D") for line in lines)


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
