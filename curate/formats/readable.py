"""What several formats for people share: which findings say the same, and evidence as tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rules.report import Finding, Report
from rules.violation import EvidenceValue


def alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings on one picture each that say the same, together; the others by themselves."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        said = finding.message, finding.advice
        one = len(finding.paths) == 1
        groups.setdefault(said if one else finding.fingerprint, []).append(finding)
    return list(groups.values())


def skipped(report: Report) -> Mapping[str, list[str]]:
    """Reason -> the rules that were skipped for it."""
    return _by_reason((rule.reason, rule.code) for rule in report.skipped)


def abstained(report: Report) -> Mapping[str, list[str]]:
    """`n of m: reason` -> the rules that abstained on so many."""
    return _by_reason((f"{a.count:,} of {a.total:,}: {a.reason}", a.code) for a in report.abstained)


def _by_reason(told: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for reason, code in told:
        groups.setdefault(reason, []).append(code)
    return groups


def tables(
    evidence: Mapping[str, EvidenceValue],
) -> Iterator[tuple[list[str], list[list[EvidenceValue]]]]:
    """Heads and rows of each piece of evidence that is a list of rows."""
    for rows in evidence.values():
        if not isinstance(rows, list) or not rows:
            continue
        dicts = [row for row in rows if isinstance(row, dict)]
        if len(dicts) < len(rows):
            continue
        heads = [h for h in dicts[0] if not any(isinstance(r.get(h), list | dict) for r in dicts)]
        yield heads, [[row.get(head) for head in heads] for row in dicts]


def cell(value: object) -> str:
    """A number with two digits that count, a dash for nothing."""
    if value is None:
        return "-"
    return f"{value:.2g}" if isinstance(value, float) else str(value)
