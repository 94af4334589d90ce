"""What teams put in front of their GPUs: the action's steps and the hooks, on a real repository."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.command import Ran, curate, run
from support.folders import dataset, draw

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
GIT = (
    "git",
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.org",
    "-c",
    "init.defaultBranch=main",
)
CLEAN = {f"{n:02}": f"tk, 1girl, tag {n}, other {n}" for n in range(16)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a dataset whose facts are committed, cloned as a runner clones it."""
    origin = tmp_path / "origin"
    dataset(origin / "data" / "my set", CLEAN, (1024, 1024))
    (origin / "data" / "my set" / "dataset.yaml").write_text("subject: {trigger: tk}\n")
    (origin / ".gitignore").write_text("**/.curate/*\n!**/.curate/facts.jsonl\n")
    assert curate("index", str(origin / "data" / "my set")).code == 0
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "A dataset")):
        assert run([*GIT, *command], cwd=origin).code == 0
    clone = tmp_path / "clone"
    assert run([*GIT, "clone", "-q", str(origin), str(clone)]).code == 0
    assert [p.name for p in (clone / "data" / "my set" / ".curate").iterdir()] == ["facts.jsonl"]
    return clone


def step(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(s for s in ACTION["runs"]["steps"] if s.get("name") == name)
    return found


def act(repository: Path, tmp_path: Path, **inputs: str) -> tuple[Ran, dict[str, str], str]:
    """Run the action's shell step: how it ended, its outputs and the step summary."""
    values = {name: entry.get("default", "") for name, entry in ACTION["inputs"].items()}
    values |= {"path": "data/my set"} | {key.replace("_", "-"): v for key, v in inputs.items()}
    lint = step("Lint")
    env = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: values[m[1]], text)
        for key, text in lint["env"].items()
    }
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    outputs.write_text("")
    summary.write_text("before\n")
    env |= {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    env |= {"RUNNER_TEMP": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lint["run"]]
    ran = run(shell, cwd=repository, env={**env, "HOME": str(tmp_path)})
    told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    return ran, told, summary.read_text()


def test_no_input_is_written_into_a_script() -> None:
    scripts = [s["run"] for s in ACTION["runs"]["steps"] if "run" in s]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]


def test_a_clean_dataset_passes_from_committed_facts(repository: Path, tmp_path: Path) -> None:
    ran, outputs, summary = act(repository, tmp_path)
    assert ran.code == 0, ran.out + ran.err
    assert outputs["exit-code"] == "0"
    assert json.loads(Path(outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert summary.startswith("before\n## curate lint: data/my set\n")
    assert run([*GIT, "status", "--porcelain"], cwd=repository).out == ""


def test_a_picture_without_caption_is_stopped_and_annotated(
    repository: Path, tmp_path: Path
) -> None:
    folder = repository / "data" / "my set"
    draw(folder / "bare.png", (1024, 1024))
    assert curate("index", str(folder)).code == 0
    ran, outputs, summary = act(repository, tmp_path)
    assert (ran.code, outputs["exit-code"]) == (1, "1")
    assert "::error file=data/my set/bare.png,title=CAP001 missing-caption::" in ran.out
    assert "CAP001 missing-caption" in summary


def test_a_picture_without_facts_is_exit_2_and_no_pass(repository: Path, tmp_path: Path) -> None:
    dataset(repository / "data" / "my set", {"new": "tk, 1girl"}, (1024, 1024))
    ran, outputs, summary = act(repository, tmp_path)
    assert (ran.code, outputs) == (2, {"exit-code": "2"})
    assert "no facts about 1 picture (new.png); run `curate index" in ran.err
    assert "::error title=curate lint::it could not judge the dataset" in ran.out
    assert "could not judge" in summary


def test_a_baseline_and_a_milder_threshold_are_passed_on(repository: Path, tmp_path: Path) -> None:
    (repository / "data" / "my set" / "00.txt").write_text("tk, blue_hair, x_0")
    assert act(repository, tmp_path)[0].code == 0
    assert act(repository, tmp_path, fail_on="warning")[0].code == 1
    known = str(repository / "baseline.json")
    assert curate("lint", str(repository / "data" / "my set"), "--write-baseline", known).code == 0
    ran, _, _ = act(repository, tmp_path, fail_on="warning", baseline="baseline.json")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("path", ["$(touch evil)", "`touch evil`", "; touch evil", "--help", "-h"])
def test_a_hostile_path_is_a_path(repository: Path, tmp_path: Path, path: str) -> None:
    ran, _, _ = act(repository, tmp_path, path=path)
    assert ran.code == 2
    assert "no such folder" in ran.err
    assert not list(repository.rglob("evil"))


def test_formats_may_be_those_that_are_written_anyway(repository: Path, tmp_path: Path) -> None:
    for form in ("sarif", "markdown", "text"):
        assert act(repository, tmp_path, format=form)[0].code == 0


def hook(repository: Path, name: str) -> Ran:
    """Run a hook's command where pre-commit runs it."""
    command = [*HOOKS[name]["entry"].split(), "data/my set"]
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    return run(command, cwd=repository, env=env)


def test_the_lint_hook_stops_what_the_gate_stops(repository: Path) -> None:
    folder = repository / "data" / "my set"
    assert hook(repository, "curate-lint").code == 0
    (folder / "00.txt").unlink()
    assert hook(repository, "curate-lint").code == 1
    dataset(folder, {"00": "tk, 1girl", "new": "tk, 1girl"}, (1024, 1024))
    assert hook(repository, "curate-lint").code == 2


def test_the_fix_hook_changes_captions_only(repository: Path) -> None:
    (repository / "data" / "my set" / "00.txt").write_text("tk, blue_hair")
    assert run([*GIT, "commit", "-qam", "A fault"], cwd=repository).code == 0
    assert hook(repository, "curate-fix").code == 0
    changed = run([*GIT, "status", "--porcelain"], cwd=repository).out
    assert changed == ' M "data/my set/00.txt"\n'
    assert hook(repository, "curate-fix").code == 0


def test_the_fix_hook_says_where_it_wrote_facts(repository: Path) -> None:
    dataset(repository / "data" / "my set", {"new": "tk, 1girl"}, (1024, 1024))
    ran = hook(repository, "curate-fix")
    assert "1 new picture measured, into data/my set/.curate/facts.jsonl" in ran.out
    assert "measured" not in hook(repository, "curate-fix").out


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("data/a.png", True),
        ("data/a.jpeg", True),
        ("data/a.txt", True),
        ("data/dataset.yaml", True),
        ("data/.curate/facts.jsonl", True),
        ("README.md", False),
        ("train.py", False),
    ],
)
def test_the_lint_hook_runs_where_a_file_of_a_dataset_changed(path: str, *, wanted: bool) -> None:
    assert bool(re.search(HOOKS["curate-lint"]["files"], path)) == wanted


def test_the_hooks_hold_what_pre_commit_asks_for() -> None:
    for entry in HOOKS.values():
        assert {"id", "name", "entry", "language"} <= set(entry)
        assert entry["language"] == "python"
        assert shutil.which(entry["entry"].split()[0], path=str(Path(sys.executable).parent))
    assert subprocess.run(["bash", "-n", "-c", step("Lint")["run"]], check=False).returncode == 0
