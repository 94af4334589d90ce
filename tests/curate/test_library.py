"""The linter as a program imports it."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import dataset

import curate
from curate import FindingsError, Report, lint
from curate.errors import UserError
from rules.violation import Severity

GUARD = """
import sys
import curate.cli, curate.gate
from curate import lint
lint(sys.argv[1], select=["TAG"]).raise_for_findings("warning")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dataset(tmp_path / "set", {"a": "tk, blue_hair\x1b[2J", "b": "tk, 1girl"})


def test_a_report_comes_back_and_nothing_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = lint(folder, select=["TAG001"])
    assert isinstance(report, Report)
    assert [finding.code for finding in report.findings] == ["TAG001"]
    assert lint(str(folder), ignore="TAG,RES", profile="min").ran
    assert capsys.readouterr() == ("", "")


def test_findings_stop_a_program_from_the_severity_that_it_names(folder: Path) -> None:
    report = lint(folder, select="TAG001")
    report.raise_for_findings()
    for severity in ("warning", Severity.INFO):
        with pytest.raises(FindingsError, match="set: 1 finding\n  warning TAG001") as stop:
            report.raise_for_findings(severity)
        assert stop.value.findings == report.findings
        assert "\x1b" not in str(stop.value)
        assert str(stop.value).endswith(" (a.txt)")


def test_a_baseline_and_missing_facts_are_respected(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no facts about"):
        lint(folder, measure=False, cache_dir=tmp_path / "cache")
    with pytest.raises(UserError, match="no such file"):
        lint(folder, baseline=tmp_path / "none.json")


def test_a_guard_in_a_script_ends_it_also_where_the_command_is_imported(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", GUARD, str(folder)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "FindingsError" in run.stderr
    assert "TAG001 underscore-tag" in run.stderr


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute `lnt`"):
        _ = curate.lnt


def test_the_version_is_that_of_the_package() -> None:
    assert curate.__version__ == importlib.metadata.version("lora-curate")
