"""Every rule against its cases: facts in, exact findings out."""

import pytest
from support.cases import FOLDER, Case, fixed_texts, judge, load_cases

from rules.registry import Rule, all_rules

RULES = {rule.code: rule for rule in all_rules()}
CASES = [
    (code, case)
    for code in RULES
    if (FOLDER / f"{code}.yaml").exists()
    for case in load_cases(code)
]


@pytest.mark.parametrize(("code", "case"), CASES, ids=[f"{code}: {c.name}" for code, c in CASES])
def test_a_rule_says_exactly_what_its_case_expects(code: str, case: Case) -> None:
    report = judge(code, case)
    said = [
        {"message": f.message, "severity": str(f.severity), "paths": f.paths}
        for f in report.findings
    ]
    assert said == [
        {"message": e.message, "severity": e.severity, "paths": e.paths} for e in case.findings
    ]
    for finding, expected in zip(report.findings, case.findings, strict=True):
        if expected.advice is not None:
            assert finding.advice == expected.advice
        if expected.evidence is not None:
            assert finding.evidence == expected.evidence
        if expected.span is not None:
            assert finding.span == expected.span
    assert (report.skipped[0].reason if report.skipped else None) == case.skipped
    assert sum(a.count for a in report.abstained) == case.abstained
    if case.fixed is not None:
        assert fixed_texts(case, report) == case.fixed


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_has_a_case_that_passes_and_one_that_fails(rule: Rule) -> None:
    cases = load_cases(rule.code)
    assert any(case.findings for case in cases)
    assert any(not case.findings and case.skipped is None for case in cases)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_finding_carries_numbers_advice_and_a_place(rule: Rule) -> None:
    for case in load_cases(rule.code):
        for finding in judge(rule.code, case).findings:
            assert finding.evidence
            assert finding.advice
            assert finding.message
            assert not finding.message.endswith(".")
            assert len(set(finding.paths)) == len(finding.paths)


def test_no_case_file_lacks_its_rule() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} <= set(RULES)
