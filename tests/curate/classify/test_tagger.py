"""A tagger that people have on disk: tags become heads, and contradictions abstain."""

import csv
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image
from support.command import curate
from support.folders import dataset

from curate.classify.tag_table import load_mapping, read_tags, see_by_tags
from curate.classify.tagger import load_tagger
from curate.errors import UserError
from rules.model import Evidence

TAGS = {
    "general": 9,
    "explicit": 9,
    "1girl": 0,
    "full_body": 0,
    "from_behind": 0,
    "sitting": 0,
    "hatsune_miku": 4,
}
MAPPING = load_mapping()


def write_table(path: Path, tags: dict[str, int]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["tag_id", "name", "category", "count"])
        for number, (name, category) in enumerate(tags.items()):
            table.writerow([number, name, category, 100])
    return path


def write_model(
    path: Path,
    *,
    logits: bool = False,
    batch: int | str = "N",
    shape: tuple[int, int, int] = (16, 16, 3),
    seed: int = 0,
) -> Path:
    """Blue, green and red means of the picture, from 0 to 255, through a linear map."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(3, len(TAGS))).astype(np.float32) / 100
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weight"], ["y" if logits else "logits"]),
    ]
    if not logits:
        nodes.append(helper.make_node("Sigmoid", ["logits"], ["y"]))
    axes = [2, 3] if shape[0] == 3 else [1, 2]
    graph = helper.make_graph(
        nodes,
        "tagger",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, len(TAGS)])],
        [
            helper.make_tensor("weight", TensorProto.FLOAT, weight.shape, weight.ravel()),
            helper.make_tensor("axes", TensorProto.INT64, [2], axes),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, path)
    write_table(path.with_name("selected_tags.csv"), TAGS)
    return path


def told(tags: dict[str, float]) -> dict[str, Any]:
    seen = see_by_tags(tags, MAPPING, "tagger:x:1")
    return {
        head: (e.label, e.p, e.abstained)
        for head in ("framing", "view", "elevation", "pose", "upright")
        if (e := getattr(seen, head)) is not None
    }


def test_tags_say_what_they_say_and_no_more() -> None:
    said = told({"1girl": 0.99, "full_body": 0.9, "from_behind": 0.8, "sitting": 0.7})
    assert said["framing"] == ("full", 0.9, False)
    assert said["view"] == ("back", 0.8, False)
    assert said["pose"] == ("sit", 0.7, False)
    assert said["upright"] == ("not upright", 0.7, False)
    standing = told({"1girl": 0.99, "standing": 0.99})
    assert standing["pose"][2]
    assert standing["upright"][2]


def test_labels_that_contradict_each_other_abstain() -> None:
    said = told({"1girl": 0.99, "full_body": 0.6, "cowboy_shot": 0.55})
    assert said["framing"] == ("full", 0.6, True)
    assert not told({"1girl": 0.99, "full_body": 0.9, "cowboy_shot": 0.4})["framing"][2]


def test_a_label_that_says_more_outweighs_one_that_says_less() -> None:
    assert told({"from_behind": 0.7, "from_side": 0.7})["view"] == ("back", 0.7, False)
    assert told({"hand_on_own_hip": 0.95, "walking": 0.6})["pose"] == ("walk", 0.6, False)


def test_no_word_of_above_or_below_speaks_for_the_level_of_the_eye() -> None:
    assert told({"1girl": 0.99})["elevation"] == ("eye", 0.8, False)
    assert told({"from_below": 0.9})["elevation"] == ("below", 0.9, False)
    assert told({"from_below": 0.55})["elevation"] == ("below", 0.55, True)


def test_nothing_is_said_of_a_picture_without_a_figure() -> None:
    said = told({"no_humans": 0.9, "full_body": 0.8})
    assert all(abstained for _, _, abstained in said.values())
    assert see_by_tags({"no_humans": 0.9}, MAPPING, "x").figures == 0
    assert see_by_tags({"1girl": 0.6, "2girls": 0.8}, MAPPING, "x").figures == 2
    assert see_by_tags({}, MAPPING, "x").figures is None


@pytest.mark.parametrize("logits", [False, True])
@pytest.mark.parametrize("batch", ["N", 1])
def test_a_model_is_fed_as_it_was_trained(tmp_path: Path, batch: int | str, logits: bool) -> None:  # noqa: FBT001
    eyes = load_tagger(write_model(tmp_path / "m.onnx", logits=logits, batch=batch), None)
    colours = [(200, 10, 30), (5, 90, 250)]
    squares = [eyes.prepare(Image.new("RGB", (40, 40), colour)) for colour in colours]
    weight = np.random.default_rng(0).normal(size=(3, len(TAGS))) / 100
    for colour, seen in zip(colours, eyes.classify(squares).seen, strict=True):
        p = 1 / (1 + np.exp(-(np.array(colour[::-1]) @ weight)))
        expected = see_by_tags(dict(zip(TAGS, p, strict=True)), MAPPING, eyes.id)
        assert seen.framing == expected.framing
        assert seen.view == expected.view
        assert seen.classifier == eyes.id


def test_pictures_are_padded_with_white(tmp_path: Path) -> None:
    eyes = load_tagger(write_model(tmp_path / "m.onnx"), None)
    square = eyes.prepare(Image.new("RGB", (40, 20), (0, 0, 0)))
    assert (square[:4] == 255).all()
    assert (square[4:12] == 0).all()


def test_its_id_names_the_model_and_covers_weights_and_table(tmp_path: Path) -> None:
    one = load_tagger(write_model(tmp_path / "wd-vit" / "model.onnx"), None).id
    assert one.startswith("tagger:wd-vit:")
    other = load_tagger(write_model(tmp_path / "wd-vit" / "model.onnx", seed=1), None).id
    table = write_table(tmp_path / "t.csv", {**TAGS, "hatsune_miku": 0})
    third = load_tagger(tmp_path / "wd-vit" / "model.onnx", table).id
    assert len({one, other, third}) == 3


def test_ratings_and_characters_are_no_tags_of_what_is_seen(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.csv", {"Full Body": 0, "sitting": 4, "general": 9})
    assert read_tags(table) == ["full_body", "", ""]


def refused(path: Path, table: Path | None = None) -> str:
    with pytest.raises(UserError) as caught:
        load_tagger(path, table)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_files_that_are_no_tagger_are_refused_in_one_line(tmp_path: Path) -> None:
    model = write_model(tmp_path / "m.onnx")
    torn = tmp_path / "torn.onnx"
    torn.write_bytes(model.read_bytes()[:50])
    assert "is no ONNX model" in refused(torn)
    assert refused(tmp_path / "none.onnx").endswith("none.onnx: no such file")
    assert "wanted an input of N x S x S x 3" in refused(
        write_model(tmp_path / "planar.onnx", shape=(3, 16, 16))
    )
    write_model(tmp_path / "m.onnx")
    short = write_table(tmp_path / "short.csv", {"1girl": 0})
    assert "has 1 tags, the model 7" in refused(model, short)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert "wanted a table with the columns" in refused(model, tmp_path / "other.csv")
    (tmp_path / "selected_tags.csv").unlink()
    assert "selected_tags.csv: No such file" in refused(model)


def test_without_onnxruntime_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_model(tmp_path / "m.onnx")
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "onnxruntime" else find(name),
    )
    assert refused(model) == "--tagger needs onnxruntime: `pip install 'lora-curate[tagger]'`"


def test_a_folder_is_looked_at_by_the_tagger_that_a_command_names(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, 1girl", "b": "tk"})
    model = write_model(tmp_path / "wd-vit" / "model.onnx")
    ran = curate("index", str(folder), "--tagger", str(model))
    assert "2 looked at" in ran.out, ran.err
    facts = (folder / ".curate" / "facts.jsonl").read_text()
    assert facts.count('"measurer":"tagger:wd-vit:') == 2
    ran = curate("index", str(folder), "--tags", str(model))
    assert (ran.code, ran.err) == (
        2,
        "error: --tags: is the table of a --tagger; name its model, too\n",
    )


def test_evidence_has_a_probability(tmp_path: Path) -> None:
    eyes = load_tagger(write_model(tmp_path / "m.onnx"), None)
    (seen,) = eyes.classify([eyes.prepare(Image.new("RGB", (40, 40)))]).seen
    assert isinstance(seen.framing, Evidence)
    assert seen.framing.p == pytest.approx(0.5)
