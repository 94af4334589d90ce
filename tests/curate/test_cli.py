"""The commands as people and scripts run them: output, exit codes, files written."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import dataset, draw

from curate import cli, manual
from rules import engine
from rules.registry import all_rules
from rules.violation import Said


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command in this process."""
    sys_argv, sys.argv = sys.argv, ["curate", *arguments]
    try:
        with pytest.raises(SystemExit) as end:
            cli.main()
    finally:
        sys.argv = sys_argv
    said = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, said.out, said.err


@pytest.fixture
def folder(tmp_path: Path) -> str:
    captions = {f"{n:02}": f"tk, 1girl, tag {n}" for n in range(16)} | {"00": "tk, blue_hair"}
    return str(dataset(tmp_path / "set", captions, size=(1024, 1024)))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "never"], 0),
        (["--select", "TAG001", "--fail-on", "info"], 1),
        (["--ignore", "TAG", "--select", "TAG002,RES", "--fail-on", "info"], 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_the_exit_code_is_the_same_in_every_format(
    folder: str, arguments: list[str], code: int, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("lint", folder, *arguments, "--format", form, capsys=capsys)[0] == code


def test_the_report_goes_to_a_file_where_one_is_named(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "report.json"
    lint = ("lint", folder, "--format", "json", "--output-file", str(target))
    assert run(*lint, capsys=capsys)[1] == ""
    assert json.loads(target.read_text())["summary"]["pictures"] == 16


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lint", "nowhere"], "nowhere: no such folder"),
        (["lint", "{folder}/00.txt"], "00.txt: is a file; name the folder of the dataset"),
        (["lint", "{folder}", "--select", "XYZ"], "no rule begins with `XYZ`"),
        (["lint", "{folder}", "--trainer", "builtn"], "did you mean `builtin`?"),
        (["lint", "{folder}", "--no-measure"], "no facts about 16 pictures (00.png"),
        (["explain", "TAG01"], "there is no rule `TAG01`; did you mean"),
    ],
)
def test_a_mistake_is_exit_2_and_one_line_with_the_way_out(
    folder: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(*(a.format(folder=folder) for a in arguments), capsys=capsys)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_every_fault_of_a_dataset_yaml_is_named_at_once(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path(folder) / "dataset.yaml").write_text(
        "subject: {triger: tk, absorb: 3}\n"
        "lint:\n"
        "  suppressions: [{rule: TAG001, expires: 2026-99-99}]\n"
    )
    code, _, err = run("lint", folder, capsys=capsys)
    assert code == 2
    assert err.count("error: dataset.yaml: ") == 4
    assert "`subject.triger`: unknown key; did you mean `trigger`?" in err
    assert "`lint.suppressions.0.reason`: field required" in err


def test_thresholds_and_suppressions_of_dataset_yaml_count(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    draw(Path(folder) / "01.png", (600, 600))
    (Path(folder) / "dataset.yaml").write_text(
        "subject: {trigger: tk}\n"
        "lint:\n"
        "  select: [RES001, TAG001]\n"
        "  thresholds: {RES001: {min_area: 0.2}}\n"
        "  suppressions:\n"
        "    - {rule: TAG001, glob: '0*.txt', reason: kept for a test}\n"
        "    - {rule: RES, reason: nothing}\n"
    )
    code, out, _ = run("lint", folder, "--format", "json", "--fail-on", "info", capsys=capsys)
    report = json.loads(out)
    assert code == 0
    assert report["findings"] == []
    assert [(f["code"], f["reason"]) for f in report["suppressed"]] == [
        ("TAG001", "kept for a test")
    ]
    assert report["notes"] == ["suppression of RES for `**` matches nothing; take it out"]


def test_lint_writes_nothing_but_its_cache(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
    run("lint", folder, capsys=capsys)
    after = {path: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
    assert after == before
    assert sorted(p.name for p in (Path(folder) / ".curate").iterdir()) == [
        "facts.jsonl",
        "index.jsonl",
        "lock",
        "report.json",
    ]


def test_a_cache_folder_elsewhere_leaves_the_dataset_alone(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("lint", folder, "--cache-dir", str(tmp_path / "cache"), capsys=capsys)
    assert not (Path(folder) / ".curate").exists()
    assert (tmp_path / "cache" / "facts.jsonl").exists()


def test_a_crashing_rule_is_exit_2_and_no_report(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> Said:
        raise ZeroDivisionError("oops")

    broken = dataclasses.replace(all_rules()[0], check=crash, needs=(), profile="min")
    monkeypatch.setattr(engine, "all_rules", lambda: (broken,))
    code, out, err = run("lint", folder, capsys=capsys)
    assert (code, out) == (2, "")
    assert f"{broken.code} {broken.name} crashed: ZeroDivisionError('oops')" in err
    assert "nothing was judged" in err


def test_explain_prints_a_page_for_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("rules", "--format", "json", capsys=capsys)
    rules = json.loads(out)
    assert code == 0
    assert len(rules) >= 72
    for rule in rules:
        _, page, _ = run("explain", rule["code"], capsys=capsys)
        assert page.startswith(f"{rule['code']} {rule['name']} ({rule['severity']}")
        assert all(option["name"] in page for option in rule["options"])
    assert run("explain", "underscore-tag", capsys=capsys)[1].startswith("TAG001")


def test_a_page_tells_what_the_small_base_said_of_a_rule(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual, "miniature_evidence", lambda: {"COV005": ("It came true.",)})
    _, page, _ = run("explain", "COV005", capsys=capsys)
    assert page.endswith("Evidence in miniature\n\n  - It came true.\n")
    assert "Evidence in miniature" not in run("explain", "TAG001", capsys=capsys)[1]
    rules = json.loads(run("explain", "COV005", "--format", "json", capsys=capsys)[1])
    assert rules["miniature"] == ["It came true."]
    [rule] = [rule for rule in all_rules() if rule.code == "COV005"]
    assert manual.markdown_page(rule).endswith("**Evidence in miniature**\n\n- It came true.\n")


def test_the_installed_command_runs() -> None:
    curate = Path(sys.executable).parent / "curate"
    run = subprocess.run([str(curate), "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("curate, version 0.1.0")
