"""Baselines: what is known does not fail, what is new does, and what is gone is said."""

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.command import Ran, curate
from support.folders import dataset, draw

from curate.baseline import against, baseline_of, load_baseline, pruned, save_baseline
from rules.report import Finding, Report, Summary
from rules.violation import Severity

SEVERITIES = st.sampled_from(list(Severity))
SHAS = st.sampled_from([None, *(f"{n:064x}" for n in range(6))])
CODES = ("RES001", "TAG001", "CON006")


@st.composite
def reports(draw_: st.DrawFn) -> Report:
    """A report with findings of every sort, copies of one picture among them."""
    found = draw_(
        st.lists(
            st.tuples(st.sampled_from(CODES), SHAS, SEVERITIES, st.integers(0, 9)), max_size=12
        )
    )
    findings = [
        finding(code, sha, severity, number, paths)
        for number, (code, sha, severity, paths) in enumerate(found)
    ]
    return report(findings, pictures=draw_(st.integers(10, 40)))


def finding(
    code: str, sha: str | None, severity: Severity, number: int, num_paths: int = 1
) -> Finding:
    paths = (f"{sha[-1]}.png",) if sha else tuple(f"{n}.png" for n in range(num_paths))
    return Finding(
        code=code,
        name="a-name",
        severity=severity,
        message="m",
        evidence={"n": 1},
        advice="a",
        paths=paths,
        fingerprint=f"{number:016x}",
        picture=sha,
    )


def report(findings: list[Finding], pictures: int) -> Report:
    severities = [f.severity for f in findings]
    return Report(
        tool="lora-curate 0",
        dataset="set",
        trainer="builtin",
        ran=CODES,
        findings=tuple(findings),
        suppressed=(),
        skipped=(),
        abstained=(),
        notes=(),
        summary=Summary(
            pictures=pictures,
            captions=pictures,
            errors=severities.count(Severity.ERROR),
            warnings=severities.count(Severity.WARNING),
            infos=severities.count(Severity.INFO),
        ),
    )


@given(reports(), st.randoms())
def test_what_is_known_is_known_in_any_order(said: Report, dice: random.Random) -> None:
    shuffled = list(said.findings)
    dice.shuffle(shuffled)
    after = against(report(shuffled, said.summary.pictures), baseline_of(said))
    assert after.findings == ()
    assert after.gone == ()
    assert len(after.known) == len(said.findings)
    assert after.summary.errors == after.summary.warnings == after.summary.infos == 0


@given(reports(), st.integers(1, 1000))
def test_clean_pictures_make_nothing_worse(said: Report, more: int) -> None:
    grown = report(list(said.findings), said.summary.pictures + more)
    assert against(grown, baseline_of(said)).findings == ()


@given(reports(), st.sampled_from(CODES), SHAS, SEVERITIES)
def test_one_more_finding_is_one_that_counts(
    said: Report, code: str, sha: str | None, severity: Severity
) -> None:
    new = finding(code, sha, severity, 999, 3)
    grown = report([*said.findings, new], said.summary.pictures)
    after = against(grown, baseline_of(said))
    assert len(after.findings) == 1
    assert (after.findings[0].code, after.findings[0].picture) == (code, sha)
    assert after.gone == ()


@given(reports(), st.data())
def test_what_is_gone_is_counted_and_pruned(said: Report, data: st.DataObject) -> None:
    kept = [f for f in said.findings if data.draw(st.booleans(), label=f.fingerprint)]
    smaller = report(kept, said.summary.pictures)
    known = baseline_of(said)
    after = against(smaller, known)
    gone = sum(entry.count for entry in after.gone)
    assert len(after.known) + len(after.findings) == len(kept)
    assert len(after.known) + gone == len(said.findings)
    if not after.findings:
        assert pruned(smaller, known) == baseline_of(smaller)
        assert against(smaller, pruned(smaller, known)).gone == ()


@given(reports())
def test_a_worse_severity_counts(said: Report) -> None:
    worse = [replace(f, severity=Severity.ERROR) for f in said.findings]
    after = against(report(worse, said.summary.pictures), baseline_of(said))
    milder = sum(f.severity is not Severity.ERROR for f in said.findings)
    assert len(after.findings) == milder


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("baseline") / "baseline.json"


@given(said=reports())
@settings(max_examples=30)
def test_a_baseline_reads_back_as_it_was_written(said: Report, file: Path) -> None:
    save_baseline(file, baseline_of(said))
    assert load_baseline(file) == baseline_of(said)


def test_a_set_is_worse_only_where_count_and_share_both_rose() -> None:
    known = baseline_of(report([finding("CON006", None, Severity.WARNING, 1, 10)], 20))

    def new(paths: int, pictures: int) -> int:
        said = report([finding("CON006", None, Severity.WARNING, 1, paths)], pictures)
        return len(against(said, known).findings)

    assert new(11, 20) == 1
    assert new(11, 22) == 0
    assert new(20, 41) == 0
    assert new(10, 15) == 0
    assert new(21, 40) == 1


def test_rules_that_did_not_run_are_neither_gone_nor_pruned() -> None:
    known = baseline_of(
        report(
            [
                finding("RES001", f"{1:064x}", Severity.ERROR, 1),
                finding("CON006", None, Severity.WARNING, 2, 3),
            ],
            9,
        )
    )
    said = report([], 9)
    narrow = replace(said, ran=("TAG001",))
    assert against(narrow, known).gone == ()
    assert pruned(narrow, known) == known


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    captions = {f"{n:02}": f"tk, 1girl, tag {n}" for n in range(20)}
    captions |= {"03": "tk, x_y", "04": "tk, blue_sky", "05": "tk, tk"}
    return dataset(tmp_path / "set", captions, (1024, 1024))


def lint(folder: Path, *arguments: str) -> Ran:
    return curate("lint", str(folder), "--fail-on", "warning", "--format", "json", *arguments)


def test_a_renamed_reordered_and_growing_set_passes_and_one_fault_more_fails(
    folder: Path, tmp_path: Path
) -> None:
    known = str(tmp_path / "baseline.json")
    assert lint(folder).code == 1
    assert lint(folder, "--write-baseline", known).code == 0
    assert lint(folder, "--baseline", known).code == 0
    for number, path in enumerate(sorted(folder.glob("*.png"))):
        stem = f"sub/{(number * 7) % 20:02}x"
        (folder / "sub").mkdir(exist_ok=True)
        path.rename(folder / f"{stem}.png")
        path.with_suffix(".txt").rename(folder / f"{stem}.txt")
    assert lint(folder, "--baseline", known).code == 0
    dataset(folder, {f"new {n}": f"tk, 1girl, other {n}" for n in range(9)}, (1024, 1024))
    clean = lint(folder, "--baseline", known)
    assert clean.code == 0, clean.out
    dataset(folder, {"bad": "tk, 1girl, red_sky"}, (1024, 1024))
    worse = lint(folder, "--baseline", known)
    assert worse.code == 1
    assert [f["paths"] for f in json.loads(worse.out)["findings"] if f["severity"] != "info"] == [
        ["bad.txt"]
    ]


def test_what_was_mended_is_reported_as_gone_and_pruned(folder: Path, tmp_path: Path) -> None:
    known = tmp_path / "baseline.json"
    lint(folder, "--write-baseline", str(known))
    (folder / "03.txt").write_text("tk, x y")
    gone = json.loads(lint(folder, "--baseline", str(known)).out)["gone"]
    assert [(entry["code"], entry["count"]) for entry in gone] == [("TAG001", 1)]
    text = curate("lint", str(folder), "--baseline", str(known)).out
    assert "gone from the baseline: TAG001 1; `--prune-baseline` takes them out" in text
    before = known.read_text().count("TAG001")
    assert lint(folder, "--baseline", str(known), "--prune-baseline").code == 0
    assert known.read_text().count("TAG001") == before - 1
    (folder / "03.txt").write_text("tk, x_y")
    assert lint(folder, "--baseline", str(known)).code == 1


def test_a_baseline_changes_line_by_line(folder: Path, tmp_path: Path) -> None:
    known = tmp_path / "baseline.json"
    lint(folder, "--write-baseline", str(known))
    before = known.read_text().splitlines()
    (folder / "03.txt").write_text("tk, x y")
    lint(folder, "--write-baseline", str(known))
    after = known.read_text().splitlines()
    assert len(set(before) ^ set(after)) <= 4


def test_sarif_tells_new_from_known(folder: Path, tmp_path: Path) -> None:
    known = str(tmp_path / "baseline.json")
    lint(folder, "--write-baseline", known)
    dataset(folder, {"bad": "tk, 1girl, red_sky"}, (1024, 1024))
    log = json.loads(curate("lint", str(folder), "--baseline", known, "--format", "sarif").out)
    states = {r["baselineState"] for r in log["runs"][0]["results"] if r["ruleId"] == "TAG001"}
    assert states == {"new", "unchanged"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file; `--write-baseline"),
        (b"", "baseline.json"),
        (b"[]", "baseline.json"),
        (b"{" * 50_000, "baseline.json"),
        (b'{"version": 2, "tool": "x"}', "is of version 2, not 1"),
        (b'{"version": 1, "tool": "x", "picturs": {}}', "did you mean `pictures`?"),
        (b'{"version": 1, "tool": "x", "sets": {"a": {"code": "b", "severity": "c"}}}', "sets.a"),
        (b'{"version": 1, "tool": "x", "pictures": {"a": {"b": ["error", 1]}}}', "pictures.a"),
        (b"\xff", "baseline.json"),
    ],
)
def test_a_broken_baseline_is_exit_2(
    folder: Path, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "baseline.json"
    if content is not None:
        path.write_bytes(content)
    ran = lint(folder, "--baseline", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prune-baseline"], "--prune-baseline needs --baseline FILE"),
        (["--baseline", "a", "--write-baseline", "b"], "name one of them"),
        (["--baseline", "."], "is no regular file"),
    ],
)
def test_a_mistake_about_baselines_is_exit_2(folder: Path, arguments: list[str], said: str) -> None:
    ran = lint(folder, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_changed_picture_is_a_new_one(folder: Path, tmp_path: Path) -> None:
    known = str(tmp_path / "baseline.json")
    lint(folder, "--write-baseline", known)
    draw(folder / "03.png", (1024, 1024), seed=99)
    assert lint(folder, "--baseline", known).code == 1


def test_a_copy_of_a_picture_with_its_fault_is_one_finding_more(
    folder: Path, tmp_path: Path
) -> None:
    known = str(tmp_path / "baseline.json")
    select = ("--select", "TAG001")
    lint(folder, "--write-baseline", known, *select)
    shutil.copy(folder / "03.png", folder / "copy.png")
    shutil.copy(folder / "03.txt", folder / "copy.txt")
    worse = lint(folder, "--baseline", known, *select)
    assert worse.code == 1
    assert len(json.loads(worse.out)["findings"]) == 1
