"""`curate fix`: nothing fixable is left, nothing is ever lost, and everything can be put back."""

import base64
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.command import curate
from support.folders import dataset, draw

from curate import judging
from curate.fix import rounds
from curate.fix.files import Change, unified_diff
from curate.fix.journal import FOLDER
from curate.fix.rounds import mend
from curate.session import open_dataset
from rules.violation import Edit, Fix

NUM_CAPTIONS = 6
SPEC = """
subject: {trigger: tk, absorb: [blue hair], structure: [side braid]}
caption: {prefix: [masterpiece, safe], artists: ["wada yuu"], sentences: 1}
"""
PIECES = (
    "masterpiece best_quality safe 1girl solo tk Tk t_k smile blue_hair looking_at_viewer ^_^ :d "
    "score_7 @wada_yuu side_braid shirt {a|b} (smile:1.2)"
).split()
ODD = ["wada yuu", "white shirt", "smile", "smile", "She smiles, waving.", "a girl with blue hair"]
JOINTS = (", ", ",", " , ", ". ", "\n", "\r\n", "，", "。", " ", ",,", "\u200b, ", "\u00a0")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp932", "cp1252")


@st.composite
def captions(draw_: st.DrawFn) -> bytes:
    """A caption as people and programs leave it: tags, prose, odd joints, any encoding."""
    piece = st.one_of(st.sampled_from([*PIECES, *ODD]), st.text(max_size=12))
    parts = draw_(st.lists(st.tuples(piece, st.sampled_from(JOINTS)), max_size=8))
    text = "".join(part + joint for part, joint in parts)
    return text.encode(draw_(st.sampled_from(ENCODINGS)), "ignore")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures whose captions change from example to example."""
    folder = tmp_path_factory.mktemp("fix") / "set"
    for number in range(NUM_CAPTIONS):
        draw(folder / f"{number}.png", (32, 32))
    assert curate("index", str(folder)).code == 0
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file but the tool's own."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".curate" not in path.parts
    }


def plant(folder: Path, example: "Example") -> None:
    for path in folder.iterdir():
        if path.suffix not in {".png", ".curate"} and path.is_file():
            path.unlink()
    shutil.rmtree(folder / ".curate" / FOLDER, ignore_errors=True)
    for number, (text, suffix) in enumerate(zip(example.texts, example.suffixes, strict=True)):
        (folder / f"{number}{suffix}").write_bytes(text)
    if example.spec:
        (folder / "dataset.yaml").write_text(SPEC)


@dataclass(frozen=True)
class Example:
    """A folder and how it is fixed."""

    texts: list[bytes]
    suffixes: list[str]
    spec: bool
    unsafe: bool
    trainer: str


EXAMPLES = st.builds(
    Example,
    texts=st.lists(captions(), min_size=NUM_CAPTIONS, max_size=NUM_CAPTIONS),
    suffixes=st.lists(
        st.sampled_from([".txt", ".txt", ".txt", ".caption"]),
        min_size=NUM_CAPTIONS,
        max_size=NUM_CAPTIONS,
    ),
    spec=st.booleans(),
    unsafe=st.booleans(),
    trainer=st.sampled_from(["builtin", "anima-lora-toolkit", "sd-scripts", "diffusion-pipe"]),
)


@given(EXAMPLES)
@settings(max_examples=60, deadline=None)
def test_no_fixable_finding_is_left_and_every_byte_comes_back(
    folder: Path, example: Example
) -> None:
    plant(folder, example)
    before = bytes_of(folder)
    choice = ["--trainer", example.trainer, *(["--unsafe"] if example.unsafe else [])]
    ran = curate("fix", str(folder), *choice)
    assert ran.code == 0, ran.out + ran.err
    session = open_dataset(str(folder), trainer=example.trainer)
    again = mend(session, session.dataset.spec.lint, unsafe=example.unsafe)
    assert again.changes == ()
    fixes = [fix for finding in again.report.findings for fix in finding.fixes]
    assert not [fix for fix in fixes if fix.safe or example.unsafe]
    if bytes_of(folder) != before:
        assert curate("fix", str(folder), "--undo").code == 0
    assert bytes_of(folder) == before


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n", " \n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_untouched_parts_keep_their_bytes(tmp_path: Path, end: str, mark: str) -> None:
    folder = dataset(tmp_path / "set", {"a": "", "b": "tk, smile"})
    (folder / "a.txt").write_bytes(f"{mark}tk ,  blue_hair,sky{end}".encode())
    (folder / "a.txt").chmod(0o640)
    assert curate("fix", str(folder), "--select", "TAG001").code == 0
    assert (folder / "a.txt").read_bytes() == f"{mark}tk ,  blue hair,sky{end}".encode()
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o640
    assert (folder / "b.txt").read_bytes() == b"tk, smile"


def test_the_change_is_shown_before_it_is_done(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, blue_hair", "b": "tk, 1girl"})
    before = bytes_of(folder)
    shown = curate("fix", str(folder), "--diff")
    assert shown.code == 1
    assert bytes_of(folder) == before
    wanted = (
        f"--- {folder}/a.txt\n+++ {folder}/a.txt\n@@ -1 +1 @@\n"
        "-tk, blue_hair\n\\ No newline at end of file\n"
        "+tk, blue hair\n\\ No newline at end of file\n"
    )
    assert shown.out == wanted
    done = curate("fix", str(folder))
    assert done.out.startswith(wanted)
    assert "1 caption file changed (TAG001 1)" in done.out
    assert curate("fix", str(folder), "--diff").code == 0


def test_the_diff_is_what_patch_understands(tmp_path: Path) -> None:
    captions = {"a": "tk, x_y\nmore_of", "b c": "tk, a_b\n"}
    folder = dataset(tmp_path / "my set", captions)
    copy = shutil.copytree(folder, tmp_path / "copy")
    diff = curate("fix", str(folder), "--diff", "--select", "TAG001").out
    patch = ["patch", "-p0", "-d", str(copy)]
    text = diff.replace(f"{folder}/", "")
    subprocess.run(patch, input=text, text=True, check=True, capture_output=True)
    done = curate("fix", str(folder), "--select", "TAG001")
    assert done.code == 0
    assert f"`curate fix '{folder}' --undo` puts the old ones back" in done.out
    assert bytes_of(copy) == bytes_of(folder)


def test_control_characters_of_a_caption_are_shown_as_escapes(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y\x1b[2J\u202e\r, \x85"})
    out = curate("fix", str(folder), "--diff").out
    assert "\x1b" not in out
    assert r"\x1b[2J\u202e\r, \x85" in out


def test_lint_with_fix_mends_and_judges_what_is_left(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, blue_hair", "b": "tk, red_sky"}, (1024, 1024))
    wanted = ("--select", "TAG", "--format", "json", "--fail-on", "warning")
    ran = curate("lint", str(folder), "--fix", *wanted)
    assert ran.code == 0
    assert "TAG001" not in {finding["code"] for finding in json.loads(ran.out)["findings"]}
    assert "+tk, blue hair" in ran.err
    assert (folder / "a.txt").read_text() == "tk, blue hair"
    assert curate("fix", str(folder), "--undo").code == 0
    assert (folder / "a.txt").read_text() == "tk, blue_hair"


def test_a_caption_that_somebody_changed_meanwhile_is_left_alone_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y", "b": "tk, y_z", "c": "tk, z_z"})
    judge = judging.judge

    def interfere(*arguments: object) -> object:
        report = judge(*arguments)  # type: ignore[arg-type]
        (folder / "a.txt").write_text("mine")
        (folder / "c.txt").unlink(missing_ok=True)
        return report

    monkeypatch.setattr(rounds, "judge", interfere)
    ran = curate("fix", str(folder))
    assert ran.code == 1
    assert "left alone: a.txt was changed while it was judged" in ran.out
    assert "left alone: c.txt cannot be read: No such file or directory" in ran.out
    assert (folder / "a.txt").read_text() == "mine"
    assert (folder / "b.txt").read_text() == "tk, y z"
    assert not (folder / "c.txt").exists()


def test_undoing_leaves_alone_what_was_changed_since_and_keeps_its_old_text(
    tmp_path: Path,
) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y", "b": "tk, y_z"})
    assert curate("fix", str(folder)).code == 0
    (folder / "a.txt").write_text("mine")
    ran = curate("fix", str(folder), "--undo")
    assert ran.code == 1
    assert "left alone: a.txt was changed since" in ran.out
    assert [(folder / f"{n}.txt").read_text() for n in "ab"] == ["mine", "tk, y_z"]
    kept = json.loads((folder / ".curate" / FOLDER / "0001.left.json").read_text())
    assert base64.b64decode(kept["entries"][0]["before"]) == b"tk, x_y"
    assert curate("fix", str(folder), "--undo").code == 2


def test_undoing_goes_back_one_fix_at_a_time(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y, x_y"})
    for code in ("TAG002", "TAG001"):
        assert curate("fix", str(folder), "--select", code).code == 0
    texts = [(folder / "a.txt").read_text()]
    for _ in range(2):
        assert "curate" not in curate("fix", str(folder), "--undo", "--diff").err
        assert curate("fix", str(folder), "--undo").code == 0
        texts.append((folder / "a.txt").read_text())
    assert texts == ["tk, x y", "tk, x_y", "tk, x_y, x_y"]


def test_a_caption_that_a_fix_makes_is_gone_after_undoing(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk"})
    (folder / "a.txt").rename(folder / "a.caption")
    assert curate("fix", str(folder)).code == 0
    assert (folder / "a.txt").read_text() == "tk"
    assert curate("fix", str(folder), "--undo").code == 0
    assert sorted(bytes_of(folder)) == ["a.caption", "a.png"]


def test_nothing_is_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk", "b": "tk, x_y"})
    (folder / "a.txt").rename(folder / "a.caption")
    outside = tmp_path / "outside.txt"
    (folder / "a.txt").symlink_to(outside)
    (folder / ".curate.0001-0").symlink_to(outside)
    ran = curate("fix", str(folder))
    assert ran.code == 1
    assert "left alone: a.txt is there already" in ran.out
    assert not outside.exists()
    assert (folder / "b.txt").read_text() == "tk, x y"


def test_a_caption_that_is_a_link_within_the_folder_stays_one(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y"})
    (folder / "real").mkdir()
    (folder / "a.txt").rename(folder / "real" / "text.txt")
    (folder / "a.txt").symlink_to("real/text.txt")
    assert curate("fix", str(folder)).code == 0
    assert (folder / "a.txt").is_symlink()
    assert (folder / "real" / "text.txt").read_text() == "tk, x y"


def test_locked_captions_are_not_fixed(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y"})
    (folder / "dataset.yaml").write_text("captions_locked: .\n")
    ran = curate("fix", str(folder))
    assert ran.code == 2
    assert "captions are declared locked" in ran.err


def test_a_caption_longer_than_what_is_read_is_left_alone(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y, " + "word, " * 9000})
    before = bytes_of(folder)
    ran = curate("fix", str(folder))
    assert ran.code == 1
    assert "left alone: a.txt is over 32,768 bytes" in ran.out
    assert bytes_of(folder) == before


def test_fixes_that_undo_each_other_leave_the_caption_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, x_y", "b": "tk, y_z"})
    judge = judging.judge

    def quarrel(*arguments: object) -> object:
        report = judge(*arguments)  # type: ignore[arg-type]
        text = next(p.caption for p in arguments[0].dataset.pictures if p.path == "a.png").text  # type: ignore[attr-defined]
        other = {"tk, x_y": "tk, x y", "tk, x y": "tk, x_y"}[text]
        fix = Fix(path="a.txt", safe=True, edits=(Edit(start=0, end=7, replacement=other),))
        made = replace(report.findings[0], fixes=(fix,))
        others = [finding for finding in report.findings if "a.txt" not in finding.paths]
        return replace(report, findings=(made, *others))

    monkeypatch.setattr(rounds, "judge", quarrel)
    ran = curate("fix", str(folder))
    assert ran.code == 1
    assert "left alone: a.txt does not settle: fixes of" in ran.out
    assert [(folder / f"{n}.txt").read_text() for n in "ab"] == ["tk, x_y", "tk, y z"]


def journal(folder: Path, **entry: object) -> Path:
    path = folder / ".curate" / FOLDER / "0001.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    after = hashlib.sha256(b"now").hexdigest()
    told = {"path": "a.txt", "before": base64.b64encode(b"old").decode(), "after": after} | entry
    path.write_text(json.dumps({"version": 1, "tool": "t", "entries": [told]}))
    return path


@pytest.mark.parametrize(
    "path",
    [
        "../outside.txt",
        "%2e%2e/outside.txt",
        "/etc/hostname.txt",
        "link.txt",
        "linked/outside.txt",
        "a.png",
        "dataset.yaml",
        "",
        "a.txt%00",
        "./a.txt",
        "%ff/../../outside.txt",
        ".curate/../../outside.txt",
    ],
)
def test_a_journal_of_somebody_else_reaches_nothing_but_captions(tmp_path: Path, path: str) -> None:
    folder = dataset(tmp_path / "set", {"a": "now"})
    outside = tmp_path / "outside.txt"
    outside.write_text("now")
    (folder / "link.txt").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    journal(folder, path=path)
    before = bytes_of(tmp_path)
    ran = curate("fix", str(folder), "--undo")
    assert ran.code == 2, ran.out
    assert "is no caption file of this dataset" in ran.err
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 1}', b"[" * 100_000, b"{" + b" " * 99],
)
def test_a_torn_journal_is_exit_2(tmp_path: Path, content: bytes) -> None:
    folder = dataset(tmp_path / "set", {"a": "now"})
    journal(folder).write_bytes(content)
    ran = curate("fix", str(folder), "--undo")
    assert ran.code == 2
    assert "0001.json" in ran.err
    assert "Traceback" not in ran.err


def test_a_journal_with_broken_base64_is_exit_2(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "now"})
    journal(folder, before="%%%")
    assert curate("fix", str(folder), "--undo").code == 2


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_make_a_diff_of_printable_lines(before: bytes, after: bytes) -> None:
    change = Change(path="a.txt", real="a.txt", before=before, after=after)
    for line in unified_diff(change, "set/a.txt"):
        assert line.isprintable()


CALLS = ("open", "fsync", "replace", "rename", "link", "unlink", "close", "listdir")


def _dies(seed: int, calls: int, arguments: tuple[str, ...]) -> None:
    """Run a command, and kill this process before or after so many calls of the system."""
    dice, left = random.Random(seed), [calls]  # noqa: S311 - where to kill, no secret

    def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given_: Any, **options: Any) -> Any:  # noqa: ANN401 - of any call
            left[0] -= 1
            if left[0] == 0 and dice.random() < 0.5:
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*given_, **options)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name)))
    curate(*arguments)


KILLS = 100
NUM_KILLED = 12
MOST_CALLS = 25 + 7 * NUM_KILLED


def test_a_kill_at_any_point_leaves_each_caption_old_or_new_and_can_be_undone(
    tmp_path: Path,
) -> None:
    texts = {f"{n:02}": f"tk, x_{n}, tag\r\n" for n in range(NUM_KILLED)}
    original = dataset(tmp_path / "set", texts)
    for number in range(0, NUM_KILLED, 4):  # some captions are made, not changed
        (original / f"{number:02}.txt").rename(original / f"{number:02}.caption")
    assert curate("index", str(original)).code == 0
    old = bytes_of(original)
    mended = shutil.copytree(original, tmp_path / "mended")
    assert curate("fix", str(mended)).code == 0
    new = bytes_of(mended)
    dice = random.Random(7)  # noqa: S311 - where to kill, no secret
    killed = runs = 0
    while killed < KILLS:
        runs += 1
        folder = shutil.copytree(original, tmp_path / "victim")
        undoing = runs % 4 == 3
        if undoing:
            assert curate("fix", str(folder)).code == 0
        calls = dice.randint(1, MOST_CALLS)
        killed += _killed(runs, calls, "fix", str(folder), *(["--undo"] if undoing else []))
        for path, content in bytes_of(folder).items():
            if not Path(path).name.startswith(".curate."):
                assert content in {old.get(path), new.get(path)}, path
        _undo_all(folder)
        assert bytes_of(folder) == old
        shutil.rmtree(folder)
    assert runs < 3 * KILLS


def _killed(seed: int, calls: int, *arguments: str) -> bool:
    process = multiprocessing.get_context("fork").Process(
        target=_dies, args=(seed, calls, arguments)
    )
    process.start()
    process.join(60)
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode == -signal.SIGKILL


def _undo_all(folder: Path) -> None:
    while any((folder / ".curate" / FOLDER).glob("[0-9]*.json")):
        ran = curate("fix", str(folder), "--undo")
        assert ran.code == 0, ran.out + ran.err


def test_a_kill_by_the_clock_loses_nothing(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {f"{n:03}": f"tk, x_{n}" for n in range(150)}, (8, 8))
    assert curate("index", str(folder)).code == 0
    old = bytes_of(folder)
    command = [str(Path(sys.executable).with_name("curate")), "fix", str(folder)]
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not any((folder / ".curate").glob(f"{FOLDER}/*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        mixed = bytes_of(folder)
        assert {p: c for p, c in mixed.items() if "_" in p} == {}
        _undo_all(folder)
        assert bytes_of(folder) == old


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {f"{n:02}": f"tk, x_{n}" for n in range(30)})
    assert curate("index", str(folder)).code == 0
    command = [str(Path(sys.executable).with_name("curate")), "fix", str(folder)]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert {process.wait(60) for process in both} <= {0, 1}
    assert all("_" not in path.read_text() for path in folder.glob("*.txt"))
    _undo_all(folder)
    assert all("_" in path.read_text() for path in folder.glob("*.txt"))
