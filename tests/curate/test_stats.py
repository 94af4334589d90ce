"""`curate stats`: labels by what they rest on, and pages that nothing in a caption can break."""

import json
from pathlib import Path

import pytest
from support.command import curate
from support.folders import dataset

from curate.stats import render
from curate.stats.as_text import distribution
from curate.stats.count import bars, count
from rules.finding_profiles import load_base, load_trainer
from rules.model import Dataset, Evidence, Picture
from rules.spec import Spec
from rules.vocabulary import load_vocabulary


def _picture(path: str, pose: Evidence | None, framing: str = "full") -> Picture:
    return Picture(
        path=path,
        suffix=".png",
        pose=pose,
        framing=Evidence(label=framing, source="labelled"),
    )


POSES = (
    Evidence(label="posed", source="labelled"),
    Evidence(label="posed", source="seen", p=0.9),
    Evidence(label="posed", source="seen", p=0.4, abstained=True),
    Evidence(label="walk", source="declared"),
    None,
)
PICTURES = tuple(_picture(f"{number}.png", pose) for number, pose in enumerate(POSES))


@pytest.fixture
def facts() -> Dataset:
    """Five pictures whose poses rest on everything that a pose can rest on."""
    spec = Spec()
    return Dataset(
        name="set",
        spec=spec,
        trainer=load_trainer(spec.trainer_choice),
        base=load_base(spec.base),
        vocabulary=load_vocabulary(),
        pictures=PICTURES,
    )


def test_what_a_label_rests_on_is_told_apart() -> None:
    posed, walk, unknown = bars(PICTURES)["pose"]
    assert (posed.label, posed.labelled, posed.seen, posed.abstained) == ("posed", 1, 1, 1)
    assert (walk.declared, unknown.label, unknown.unknown) == (1, "unknown", 1)


def test_a_line_tells_labels_and_sources() -> None:
    every = "1 labelled, 1 seen, 1 declared"
    assert list(distribution(bars(PICTURES))) == [
        "framing  full 5  (5 labelled)",
        f"pose     posed 2, walk 1; 1 unclear, guessed posed 1; 1 unknown  ({every})",
    ]


def test_an_abstention_is_unknown_where_labels_are_combined(facts: Dataset) -> None:
    cells = {(cell.pose, cell.framing): cell.pictures for cell in count(facts).table}
    assert cells == {("posed", "full"): 2, ("unknown", "full"): 2, ("walk", "full"): 1}


@pytest.mark.parametrize("form", ["text", "json", "html", "png"])
def test_every_format_draws_a_set_of_which_little_is_known(facts: Dataset, form: str) -> None:
    content = render(form, facts)
    assert content.startswith({"png": b"\x89PNG", "html": b"<!doctype html>"}.get(form, b""))
    assert len(content) > 100


def test_a_caption_cannot_break_out_of_a_page(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>, \x1b[31mred, $x_{1}$"
    folder = dataset(tmp_path / "set", {"a": f"tk, {evil}", "b": f"tk, {evil}"})
    assert curate("stats", str(folder), "--format", "html").code == 0
    page = (folder / ".curate" / "stats.html").read_text()
    assert "<script" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in page
    assert curate("stats", str(folder), "--format", "png").code == 0
    assert "\x1b" not in curate("stats", str(folder)).out


def test_json_and_text_are_printed_and_files_are_named(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, full body, sitting", "b": "tk, portrait"})
    told = json.loads(curate("stats", str(folder), "--format", "json").out)
    assert told["pictures"] == 2
    assert {bar["label"]: bar["declared"] for bar in told["axes"]["pose"]}["sit"] == 1
    assert told["buckets"][0]["enlarged"] == 2
    assert "sit" in curate("stats", str(folder)).out
    target = tmp_path / "out.html"
    ran = curate("stats", str(folder), "--format", "html", "--output-file", str(target))
    assert ran.out == f"{target}\n"


def test_a_lint_begins_with_the_distribution(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, full body, sitting", "b": "tk, full body"})
    lines = curate("lint", str(folder)).out.splitlines()
    assert any(line == "  framing  full 2  (2 declared)" for line in lines)
