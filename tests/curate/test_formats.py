"""One dirty report through every format."""

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from curate.formats import FORMATS, render
from curate.formats.place import Place, visible
from rules.registry import all_rules
from rules.report import AbstainedRule, Finding, Report, SkippedRule, Summary
from rules.violation import Severity

SCHEMAS = Path(__file__).parent.parent / "schemas"
OWN_SCHEMA = Path(__file__).parents[2] / "curate" / "formats" / "report.schema.json"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
DIRTY = "a\x1b[31m\r\n::error::b%0A,\u202ec<script>\u2028"


def finding(code: str, severity: Severity, path: str, message: str, **more: object) -> Finding:
    return Finding(
        code=code,
        name="a-name",
        severity=severity,
        message=message,
        evidence={"k": 3, "tags": [DIRTY]},
        advice="mend it",
        paths=(path,),
        fingerprint="0123456789abcdef",
        **more,  # type: ignore[arg-type]
    )


REPORT = Report(
    tool="lora-curate 0.1.0",
    dataset="set",
    trainer="builtin",
    ran=("RES001", "TAG001"),
    findings=(
        finding("RES001", Severity.ERROR, "a b.png", "495x495 holds 23%"),
        finding("TAG001", Severity.WARNING, f"{DIRTY}.txt", f"`{DIRTY}`", span=(5, 8)),
        finding("TAG001", Severity.WARNING, "c.txt", "`x_y`", span=(4, 7)),
    ),
    suppressed=(finding("RES001", Severity.ERROR, "d.png", "small", reason="a scan"),),
    skipped=(SkippedRule(code="TAG001", reason="no vocabulary"),),
    abstained=(AbstainedRule(code="RES001", reason="no size", count=1, total=3),),
    notes=(f"`{DIRTY}` was left out",),
    summary=Summary(pictures=3, captions=2, errors=1, warnings=2, infos=0),
)
PLACE = Place(folder="data/set", texts={"c.txt": "tk,\nx_y, z"})


def test_json_follows_its_published_schema_and_shortens_nothing() -> None:
    report = json.loads(render("json", REPORT, PLACE))
    schema = json.loads(OWN_SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)
    assert [f["paths"] for f in report["findings"]] == [["a b.png"], [f"{DIRTY}.txt"], ["c.txt"]]
    assert report["findings"][0] == {
        "code": "RES001",
        "name": "a-name",
        "severity": "error",
        "message": "495x495 holds 23%",
        "evidence": {"k": 3, "tags": [DIRTY]},
        "advice": "mend it",
        "paths": ["a b.png"],
        "fingerprint": "0123456789abcdef",
        "fixable": False,
    }
    assert report["suppressed"][0]["reason"] == "a scan"
    assert report["summary"] == {
        "pictures": 3,
        "captions": 2,
        "errors": 1,
        "warnings": 2,
        "infos": 0,
    }


def test_the_schema_refuses_what_the_contract_does_not_name() -> None:
    report = json.loads(render("json", REPORT, PLACE)) | {"more": 1}
    with pytest.raises(jsonschema.ValidationError, match="more"):
        jsonschema.Draft202012Validator(json.loads(OWN_SCHEMA.read_text())).validate(report)


def test_sarif_follows_the_published_schema_and_declares_every_rule() -> None:
    log = json.loads(render("sarif", REPORT, PLACE))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
    result = run["results"][2]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "TAG001"
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "data/set/c.txt"
    assert location["region"] == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 4}
    assert result["partialFingerprints"] == {"loraCurate/v1": "0123456789abcdef"}
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "data/set/a%20b.png"
    )
    assert run["results"][3]["suppressions"] == [{"kind": "external", "justification": "a scan"}]
    told = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert told[:2] == ["TAG001 skipped: no vocabulary", "RES001 abstained on 1 of 3: no size"]


def test_github_prints_one_command_a_line_whatever_a_caption_holds() -> None:
    lines = render("github", REPORT, PLACE).splitlines()
    assert len(lines) == len(REPORT.findings) + 1
    assert all(re.match(r"::(error|warning|notice) ", line) for line in lines)
    assert all(line.count("::") - line.split("::", 2)[2].count("::") == 2 for line in lines)
    assert not any(CONTROL.search(line) for line in lines)
    assert lines[0] == (
        "::error file=data/set/a b.png,title=RES001 a-name::495x495 holds 23%25%0Amend it"
    )
    assert lines[2].startswith("::warning file=data/set/c.txt,line=2,col=1,title=TAG001 a-name::")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("text", "skipped TAG001, TAG002: no vocabulary"),
        ("markdown", "- TAG001, TAG002 skipped&#58; no vocabulary"),
        ("html", "<b>TAG001, TAG002</b> skipped: no vocabulary"),
    ],
)
def test_rules_that_were_skipped_for_one_reason_are_told_together(form: str, told: str) -> None:
    more = SkippedRule(code="TAG002", reason="no vocabulary")
    assert told in render(form, replace(REPORT, skipped=(*REPORT.skipped, more)), PLACE)


@pytest.mark.parametrize("colour", [True, False])
def test_text_lets_no_control_character_of_a_caption_through(*, colour: bool) -> None:
    text = render("text", REPORT, PLACE, colour=colour)
    own = re.compile(r"\x1b\[[0-9;]*m")
    assert not CONTROL.search(own.sub("", text) if colour else text)
    assert r"\x1b[31m\r\n::error::b%0A,\u202ec<script>\u2028" in text


def test_text_groups_by_rule_and_names_what_was_not_judged() -> None:
    text = render("text", REPORT, PLACE)
    assert "error   RES001 a-name\n  495x495 holds 23%\n    a b.png\n  -> mend it" in text
    assert "warning TAG001 a-name  2 findings" in text
    assert "1 error, 2 warnings, 0 infos, 1 suppressed" in text
    assert "2 rules judged, 1 could not be:\n  skipped TAG001: no vocabulary" in text
    assert "abstained RES001 on 1 of 3: no size" in text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_something_of_an_empty_report(form: str) -> None:
    empty = Report(
        tool="lora-curate 0.1.0",
        dataset="set",
        trainer="builtin",
        ran=(),
        findings=(),
        suppressed=(),
        skipped=(),
        abstained=(),
        notes=(),
        summary=Summary(pictures=1, captions=0, errors=0, warnings=0, infos=0),
    )
    assert render(form, empty, PLACE)


def test_visible_keeps_what_prints() -> None:
    assert visible("keichan、長い髪 é") == "keichan、長い髪 é"
    assert visible("a\tb\x00") == r"a\tb\x00"
