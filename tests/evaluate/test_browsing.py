"""The matrix in FiftyOne: groups of a prompt and a seed, and tags that become answers."""

import json
from pathlib import Path

import pytest
from PIL import Image
from support.evaluations import answer_file, evaluate_here, write_evaluation
from support.mongo import needs_mongod, python

from evaluate.judges.fixed import read_given
from evaluate.judges.tagging import read_tags
from evaluate.spec.cells import Attribute

pytestmark = pytest.mark.usefixtures("one_thread")

PROGRAM = """
import json, sys
from pathlib import Path
from curate.browse.connection import fiftyone
from evaluate.browsing import fill, keep_tags, tags_of
from evaluate.outputs.layout import grid_of
from evaluate.session import evidence_of, open_run
from evaluate.spec.spec import load_spec

opened = open_run(load_spec(Path(sys.argv[1])))
grid = grid_of(opened, evidence_of(opened))
with fiftyone() as fo:
    dataset = fill(fo, opened, grid, "tiny")
    flat = dataset.select_group_slices(["ep40"], _allow_mixed=True)
    first = flat.first()
    first.tags = ["identity:4", "reject:hands", "nice"]
    first.save()
    again = fill(fo, opened, grid, "tiny")
    told = {
        "slices": sorted(again.group_slices),
        "groups": len(again),
        "key": first.key,
        "kept": tags_of(again),
        "views": sorted(again.list_saved_views()),
        "said": list(keep_tags(opened, tags_of(again))),
    }
print(json.dumps(told))
"""


@pytest.mark.parametrize(
    ("tag", "meaning"),
    [
        ("rating:4", ("identity", 4.0)),
        ("identity:0", ("identity", 0.0)),
        ("bow:1", ("bow", 1.0)),
        ("reject:hands", ("broken", 1.0)),
        ("bow:2", None),
        ("identity:6", None),
        ("identity:-1", None),
        ("hat:3", None),
        ("nice", None),
        ("rating:", None),
    ],
)
def test_a_tag_says_points_or_nothing(tag: str, meaning: tuple[str, float] | None) -> None:
    attributes = {"identity": Attribute(asks="her"), "bow": Attribute(asks="bow", kind="yes_no")}
    found = read_tags({"k": [tag]}, attributes, "identity")
    expected = {} if meaning is None else {("k", meaning[0]): meaning[1]}
    assert (found.answers, found.others) == (expected, (tag,) if meaning is None else ())


def test_tags_of_people_outlive_the_dataset_and_become_answers(tmp_path: Path) -> None:
    needs_mongod()
    (tmp_path / "references").mkdir()
    Image.new("RGB", (64, 64), "#224488").save(tmp_path / "references" / "a.png")
    judge = {"kind": "fixed", "answers": "answers.json"}
    spec = write_evaluation(tmp_path, references=["references"], judges=[judge])
    assert evaluate_here("matrix", "--spec", str(spec)).code == 0
    answer_file(tmp_path, lambda cell: {"identity": 4.0 if cell.checkpoint else 1.0})
    assert evaluate_here("score", "--spec", str(spec)).code == 0

    done = python(PROGRAM, tmp_path / "home", str(spec))

    assert done.code == 0, done.err
    told = json.loads(done.out.splitlines()[-1])
    assert told["slices"] == ["base", "ep20", "ep40", "target"]
    assert told["groups"] == 4  # two formats, two seeds
    assert told["kept"] == {told["key"]: ["identity:4", "reject:hands", "nice"]}
    assert told["views"] == ["breaks", "disagreements", "unscored"]
    assert "nice says nothing of what is judged" in told["said"][0]
    given = read_given(tmp_path / "evaluations" / "tiny" / "tags.json")
    assert {(one.key, one.attribute, one.value) for one in given.answers} == {
        (told["key"], "identity", 4.0),
        (told["key"], "broken", 1.0),
    }
