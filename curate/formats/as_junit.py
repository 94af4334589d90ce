"""JUnit XML: a test case a finding, and one a rule that found nothing.

Holds to both schemas in use, Jenkins' and the one after Ant's documentation, which differ in what
they demand.
"""

import datetime as dt
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from curate.formats.place import Place, visible
from rules.registry import all_rules
from rules.report import Finding, Report

NO_TIME = "0"


def render_junit(report: Report, place: Place) -> str:
    """One suite; what is milder than `--fail-on` passes, and is told in its output."""
    names = {rule.code: f"{rule.code} {rule.name}" for rule in all_rules()}
    failing = [finding for finding in report.findings if place.fails(finding.severity)]
    found = {finding.code for finding in failing}
    clean = [code for code in report.ran if code not in found]
    suite = ET.Element(
        "testsuite",
        name=f"curate lint {visible(place.folder)}",
        package="lora-curate",
        id="0",
        hostname="localhost",
        timestamp=dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        tests=f"{len(failing) + len(clean) + len(report.skipped)}",
        failures=f"{len(failing)}",
        errors="0",
        skipped=f"{len(report.skipped)}",
        time=NO_TIME,
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in (("tool", report.tool), ("trainer", report.trainer)):
        ET.SubElement(properties, "property", name=key, value=visible(value))
    for finding in failing:
        _failure(_case(suite, names[finding.code], _name(finding, place)), finding, place)
    for code in clean:
        _case(suite, names[code], "nothing that fails")
    for skipped in report.skipped:
        case = _case(suite, names[skipped.code], "not judged")
        ET.SubElement(case, "skipped", message=visible(skipped.reason))
    mild = [finding for finding in report.findings if not place.fails(finding.severity)]
    ET.SubElement(suite, "system-out").text = _lines(_told(report, mild, place))
    ET.SubElement(suite, "system-err").text = _lines(report.notes)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _case(suite: ET.Element, classname: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=classname, name=name, time=NO_TIME)


def _name(finding: Finding, place: Place) -> str:
    """What tells a test case from the others of its rule, in the same words in every run."""
    paths = place.path(finding.paths[0]) if finding.paths else place.folder
    others = f" and {len(finding.paths) - 1} more" if len(finding.paths) > 1 else ""
    return " ".join(visible(paths + others).split())


def _failure(case: ET.Element, finding: Finding, place: Place) -> None:
    failure = ET.SubElement(
        case, "failure", type=str(finding.severity), message=visible(finding.message)
    )
    paths = map(place.path, finding.paths)
    failure.text = _lines([finding.message, finding.advice, *paths])


def _told(report: Report, mild: Iterable[Finding], place: Place) -> Iterable[str]:
    for finding in mild:
        where = place.path(finding.paths[0]) if finding.paths else place.folder
        yield f"{finding.severity} {finding.code} {where}: {finding.message}"
    for abstained in report.abstained:
        judged = f"{abstained.count} of {abstained.total}"
        yield f"abstained {abstained.code} on {judged}: {abstained.reason}"
    if report.known:
        yield f"{len(report.known)} findings are known from the baseline"


def _lines(told: Iterable[str]) -> str:
    return "\n".join(map(visible, told))
