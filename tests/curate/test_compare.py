"""`curate compare`: what moved between two versions, and how many factors changed."""

import json
import shutil
from pathlib import Path

import pytest
from support.command import curate
from support.folders import dataset, draw

CAPTIONS = {f"{n:02}": f"tk, full body, standing, number {n}" for n in range(20)}


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """A dataset and a copy of it."""
    one = dataset(tmp_path / "v1", CAPTIONS, (1024, 1024))
    (one / "dataset.yaml").write_text("subject: {trigger: tk}\nresolution: 1024\n")
    return one, Path(shutil.copytree(one, tmp_path / "v2"))


def compared(two: tuple[Path, Path]) -> dict[str, object]:
    ran = curate("compare", *map(str, two), "--format", "json")
    assert ran.code == 0, ran.err
    told: dict[str, object] = json.loads(ran.out)
    return told


def test_a_renaming_moves_nothing(two: tuple[Path, Path]) -> None:
    for suffix in (".png", ".txt"):
        (two[1] / f"03{suffix}").rename(two[1] / f"zz{suffix}")
    told = compared(two)
    assert (told["factors"], told["warning"]) == ([], None)
    assert told["axes"] == {}
    out = curate("compare", *map(str, two)).out
    assert out.endswith("nothing changes that a training run depends on\n")


def test_everything_that_moved_is_told(two: tuple[Path, Path]) -> None:
    (two[1] / "00.png").unlink()
    (two[1] / "00.txt").unlink()
    draw(two[1] / "01.png", (1024, 1024), seed=99)
    dataset(two[1], {"new": "tk, upper body, from behind, blue_hair"}, (1024, 1024))
    (two[1] / "02.txt").write_text("tk, full body, sitting")
    (two[1] / "dataset.yaml").write_text("subject: {trigger: tk}\nresolution: 768\n")
    told = compared(two)
    assert told["factors"] == ["pictures", "captions", "resolution"]
    assert "RUN008 several-changes: 3 factors change at once" in str(told["warning"])
    pictures = told["pictures"]
    assert pictures == {
        "stayed": 18,
        "added": ["new.png"],
        "removed": ["00.png"],
        "changed": ["01.png"],
        "recaptioned": ["02.png"],
        "repeated": [],
    }
    assert {"key": "resolution", "before": "1024", "after": "768"} in told["settings"]  # type: ignore[operator]
    framing = told["axes"]["framing"]  # type: ignore[index]
    assert {"what": "bust", "before": 0, "after": 1} in framing
    codes = {entry["code"]: entry["new"] for entry in told["findings"]}  # type: ignore[attr-defined]
    assert codes["TAG001"] == 1


def test_what_nobody_judges_any_more_is_neither_gone_nor_left_out(two: tuple[Path, Path]) -> None:
    for folder in two:
        (folder / "02.txt").write_text("tk, full body, blue_hair")
    with (two[1] / "dataset.yaml").open("a") as spec:
        spec.write("lint: {ignore: [TAG001]}\n")
    shown = curate("compare", *map(str, two)).out
    (row,) = (line for line in shown.splitlines() if " TAG001 " in line)
    assert row.endswith(" 1 not judged any more")


def test_text_and_markdown_say_the_same(two: tuple[Path, Path]) -> None:
    (two[1] / "02.txt").write_text("tk, x|y `z` <b>, http://evil.example")
    text = curate("compare", *map(str, two)).out
    assert "one factor changes: captions" in text
    shown = curate("compare", *map(str, two), "--format", "markdown").out
    assert "<b>" not in shown
    assert "http://" not in shown
    assert "one factor changes&#58; captions" in shown


def test_a_folder_that_is_not_there_is_exit_2(two: tuple[Path, Path]) -> None:
    assert curate("compare", str(two[0]), "nowhere").code == 2
