"""What the engine makes of rules: which run, what is stamped, skipped, suppressed, sorted."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from support.cases import Case, build

from rules import engine
from rules.records import RecordError, parse
from rules.registry import all_rules
from rules.report import Report
from rules.spec import LintSettings
from rules.violation import Severity

PICTURES = (
    {"path": "b.png", "size": [600, 600], "caption": "tk, blue_hair", "sha256": "11"},
    {"path": "a.png", "size": [495, 495], "caption": "tk, smile", "sha256": "22"},
    {"path": "c/d.png", "size": [600, 600], "caption": "tk, red_hair", "sha256": "33"},
)


def lint(settings: Mapping[str, Any], pictures: tuple[Mapping[str, Any], ...] = PICTURES) -> Report:
    dataset = build(Case(name="engine", pictures=pictures))
    return engine.lint(
        dataset,
        parse(LintSettings, settings, "settings"),
        tool="test",
        today=dt.date(2026, 6, 1),
    )


def said(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.code, finding.paths) for finding in report.findings]


def test_errors_come_first_then_codes_then_paths() -> None:
    assert said(lint({"select": ["RES001", "TAG001"]})) == [
        ("RES001", ("a.png",)),
        ("RES001", ("b.png",)),
        ("RES001", ("c/d.png",)),
        ("TAG001", ("b.txt",)),
        ("TAG001", ("c/d.txt",)),
    ]


def test_a_fingerprint_survives_a_renaming_and_dies_with_the_picture() -> None:
    def mark(**change: str) -> str:
        picture = {"path": "a.png", "size": [495, 495], "sha256": "22", **change}
        return lint({"select": ["RES001"]}, (picture,)).findings[0].fingerprint

    assert mark() == mark(path="other.png")
    assert mark() != mark(sha256="23")


def test_copies_of_one_picture_have_fingerprints_of_their_own() -> None:
    copies = tuple({"path": f"{n}.png", "size": [495, 495], "sha256": "22"} for n in range(3))
    assert len({f.fingerprint for f in lint({"select": ["RES001"]}, copies).findings}) == 3


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({"select": ["TAG001"]}, {"TAG001"}),
        ({"select": "TAG001, RES001"}, {"TAG001", "RES001"}),
        ({"select": ["RES"], "ignore": ["RES00"]}, set()),
        ({"select": ["RES001"], "profile": "min"}, {"RES001"}),
    ],
)
def test_rules_are_selected_by_prefix(settings: Mapping[str, Any], codes: set[str]) -> None:
    assert {rule.code for rule in engine.select_rules(parse(LintSettings, settings, "x"))} == codes


def test_profiles_grow() -> None:
    chosen = [
        {rule.code for rule in engine.select_rules(parse(LintSettings, {"profile": p}, "x"))}
        for p in ("min", "standard", "strict")
    ]
    assert chosen[0] < chosen[1] <= chosen[2]
    assert chosen[2] == {rule.code for rule in all_rules()}


def test_every_unknown_code_and_option_is_named_at_once() -> None:
    settings = {"select": ["XYZ"], "ignore": ["TAG9"]}
    with pytest.raises(RecordError) as caught:
        lint(settings)
    assert caught.value.faults == (
        "`lint.select`: no rule begins with `XYZ`",
        "`lint.ignore`: no rule begins with `TAG9`",
    )
    with pytest.raises(RecordError) as caught:
        lint({"thresholds": {"RES001": {"min_aera": 1.0, "error_side": "x"}, "RES999": {}}})
    assert caught.value.faults == (
        '`lint.thresholds.RES001.error_side`: input should be a valid integer, found "x"',
        "`lint.thresholds.RES001.min_aera`: unknown key; did you mean `min_area`?",
        "`lint.thresholds.RES999`: no such rule",
    )


def test_a_rule_without_facts_is_skipped_and_one_with_some_abstains() -> None:
    unmeasured = ({"path": "a.png", "file": None}, {"path": "b.png", "size": [1024, 1024]})
    report = lint({"select": ["RES001", "TAG001"]}, unmeasured)
    assert [(s.code, s.reason) for s in report.skipped] == [("TAG001", "no picture has a caption")]
    assert [(a.code, a.count, a.total) for a in report.abstained] == [("RES001", 1, 2)]
    assert report.ran == ("RES001",)


@pytest.mark.parametrize(
    ("entry", "suppressed", "notes"),
    [
        ({"rule": "TAG001"}, 2, []),
        ({"rule": "TAG"}, 2, []),
        ({"rule": "TAG001", "glob": "*.txt"}, 1, []),
        ({"rule": "TAG001", "glob": "**/*.txt"}, 2, []),
        ({"rule": "TAG001", "glob": "c/*"}, 1, []),
        (
            {"rule": "TAG001", "glob": "x/*"},
            0,
            ["suppression of TAG001 for `x/*` matches nothing; take it out"],
        ),
        ({"rule": "TAG001", "expires": "2026-06-01"}, 2, []),
        (
            {"rule": "TAG001", "expires": "2026-05-31"},
            0,
            ["suppression of TAG001 for `**` ended on 2026-05-31"],
        ),
        # it may well match in a run that selects its rule
        ({"rule": "CAP001", "glob": "x/*"}, 0, []),
    ],
)
def test_a_suppression_covers(entry: Mapping[str, str], suppressed: int, notes: list[str]) -> None:
    settings = {"select": ["TAG001"], "suppressions": [{"reason": "why not", **entry}]}
    report = lint(settings)
    assert len(report.suppressed) == suppressed
    assert len(report.findings) == 2 - suppressed
    assert list(report.notes) == notes
    assert {finding.reason for finding in report.suppressed} <= {"why not"}


def test_the_summary_counts_what_is_not_suppressed() -> None:
    entry = {"rule": "RES001", "glob": "a.png", "reason": "a scan"}
    report = lint({"select": ["RES001", "TAG001"], "suppressions": [entry]})
    summary = report.summary
    assert (summary.pictures, summary.captions) == (3, 3)
    assert (summary.errors, summary.warnings, summary.infos) == (0, 4, 0)
    assert report.at_least(Severity.ERROR) == ()
    assert len(report.at_least(Severity.INFO)) == 4
