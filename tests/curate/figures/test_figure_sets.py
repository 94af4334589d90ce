"""Specs, captions, the prior's splits, the command and the committed sets."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from support.command import curate

from curate.figures.captions import CaptionPlan, caption
from curate.figures.dataset import jobs_of, labels_of, make
from curate.figures.dice import held_out
from curate.figures.draw import draw
from curate.figures.figure import Figure
from curate.figures.prior import prior_named, sample_many
from curate.figures.spec import figures_of, read_spec, sheet
from curate.figures.truth import Truth
from rules.plain_yaml import load_yaml
from rules.records import RecordError, parse
from rules.spec import Spec

Sets = dict[str, dict[str, dict[str, Any]]]

ROOT = Path(__file__).parents[3]
SETS = ("keichan-v1", "keichan-v2", "keichan-v3", "kanachan")
MEGABYTES_12 = 12_000_000

SPEC = """
seed: 4
caption: {trigger: tk, structure: {blue ribbon: ribbon}, omit: [blonde hair]}
shots:
  - name: walkers
    folder: body
    count: 3
    size: [96, 128]
    character: keichan
    framing: [full]
    azimuth: [[40, 0], [-40, 0]]
    elevation: [[0, 0]]
    poses: [walk/stroll]
    expressions: [smile, angry, closed_eyes]
    backdrops: [plain]
    style: {}
  - name: strangers
    count: 2
    size: [64, 64]
"""


def size_of(path: Path) -> tuple[int, int]:
    """Read a picture's width and height."""
    with Image.open(path) as picture:
        return picture.size


def pixels_of(path: Path) -> NDArray[np.int64]:
    """Read a picture's pixels."""
    with Image.open(path) as picture:
        return np.asarray(picture).astype(np.int64)


def write_spec(folder: Path, text: str = SPEC) -> Path:
    path = folder / "figures.yaml"
    path.write_text(text)
    return path


def test_the_command_draws_what_the_spec_says(tmp_path: Path) -> None:
    out = tmp_path / "set"
    ran = curate("figures", "--out", str(out), "--spec", str(write_spec(tmp_path)))
    assert (ran.code, ran.out) == (0, f"5 pictures in {out}\n")
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == [
        *("0001.png", "0001.txt", "0002.png", "0002.txt"),
        *(f"body/000{i}.{suffix}" for i in (1, 2, 3) for suffix in ("png", "txt")),
        "figures-truth.json",
    ]
    truth = json.loads((out / "figures-truth.json").read_text())
    body = [truth[f"body/000{i}"] for i in (1, 2, 3)]
    assert [one["view"] for one in body] == [
        "three_quarter_left",
        "three_quarter_right",
        "three_quarter_left",
    ]
    assert [one["expression"] for one in body] == ["smile", "angry", "closed_eyes"]
    assert {one["pose"] for one in body} == {"walk"}
    assert size_of(out / "body/0001.png") == (96, 128)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_draws_the_same_twice(tmp_path: Path, workers: str) -> None:
    spec = write_spec(tmp_path)
    for name in ("one", "two"):
        curate("figures", "--out", str(tmp_path / name), "--spec", str(spec), "--workers", workers)
    for path in (tmp_path / "one").rglob("*.*"):
        assert (
            path.read_bytes()
            == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
        )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed: 4", "sead: 4", "`sead`: unknown key; did you mean `seed`?"),
        ("azimuth:", "azimut:", "`shots.0.azimut`: unknown key; did you mean `azimuth`?"),
        ("keichan", "keechan", "`walkers`: no character `keechan`; known are kanachan, keichan"),
        ("walk/stroll", "wolk", "`walkers`: no pose `wolk`; known are upright, posed, walk, run"),
        ("walk/stroll", "walk/trot", "`walkers`: no kind `trot` of `walk`; known are stroll, step"),
        ("angry", "angru", "`walkers`: no expression `angru`; known are neutral, smile"),
        ("[full]", "[fool]", "`shots.0.framing.0`: input should be 'face', 'bust', 'cowboy' or"),
        ("count: 3", "count: 0", "`shots.0.count`: input should be greater than or equal to 1"),
    ],
)
def test_a_mistake_in_a_spec_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    spec = write_spec(tmp_path, SPEC.replace(old, new))
    ran = curate("figures", "--out", str(tmp_path / "set"), "--spec", str(spec))
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "set").exists()


def test_all_mistakes_of_a_spec_are_named_at_once(tmp_path: Path) -> None:
    text = SPEC.replace("keichan", "keechan").replace("angry", "angru")
    with pytest.raises(RecordError) as caught:
        read_spec(write_spec(tmp_path, text))
    assert len(caught.value.faults) == 2


def test_a_prior_that_does_not_exist_is_named() -> None:
    with pytest.raises(RecordError, match="no prior `odd`; known are default, even"):
        prior_named("odd")


def reserved(figures: list[Figure]) -> list[int]:
    """Count the held-out values of each figure."""
    return [
        sum(
            value in held_out()[axis]
            for axis, value in (
                ("hair_back", figure.character.hair.back),
                ("bangs", figure.character.hair.bangs),
                ("hair_colour", figure.character.hair.colour),
                ("outfit", figure.character.outfits["worn"].kind),
                ("hat", figure.character.accessories.hat),
                ("shading", figure.style.shading),
            )
        )
        for figure in figures
    ]


def test_training_figures_have_nothing_reserved_and_held_out_figures_always_something() -> None:
    assert set(reserved(sample_many("even", 1, 400, "train"))) == {0}
    assert min(reserved(sample_many("even", 1, 400, "held_out"))) >= 1


def test_the_default_prior_is_what_the_base_knows() -> None:
    figures = sample_many("default", 6, 1500)
    hairs = [figure.character.hair for figure in figures]
    assert all(hair.intakes == 0 for hair in hairs)
    assert np.mean([hair.ahoge for hair in hairs]) == pytest.approx(0.30, abs=0.04)
    worn = [figure.character.accessories.ribbon is not None for figure in figures]
    assert np.mean(worn) == pytest.approx(0.35, abs=0.04)
    heights = np.array([figure.camera.elevation for figure in figures])
    assert (heights > 15).mean() > 8 * (heights < -15).mean() > 0


def test_the_first_figures_of_many_are_the_figures_of_few() -> None:
    assert sample_many("even", 3, 4) == sample_many("even", 3, 9)[:4]


def drawn(shot: int = 0) -> Truth:
    """Draw one picture of keichan-v3."""
    spec = read_spec(ROOT / "datasets/keichan-v3/figures.yaml")
    figure = figures_of(spec)[shot][2]
    return draw(figure, 208, 304).truth


def test_a_caption_is_tags_in_the_order_of_the_slots_and_then_two_sentences() -> None:
    plan = CaptionPlan(
        trigger="tk",
        structure={"blue ribbon": "ribbon", "hat": "hat"},
        prose={"intakes": "thick hair intakes frame her face"},
        omit=("looking at viewer",),
    )
    text = caption(drawn(26), plan, np.random.default_rng(1))
    assert text == (
        "masterpiece, best quality, safe, 1girl, tk, full body, standing, closed mouth, serafuku, "
        "sailor collar, red bow, pleated skirt, black kneehighs, gradient background. "
        "She stands upright with her feet together and her arms at her sides, seen from the front. "
        "Thick hair intakes frame her face, and she wears a white and navy sailor uniform."
    )


def test_a_caption_says_nothing_of_a_face_that_is_not_in_sight() -> None:
    text = caption(drawn(27), CaptionPlan(trigger="tk"), np.random.default_rng(1))
    assert "from behind" in text
    for word in ("mouth", "eyes", "smile", "looking", "bow,"):
        assert word not in text


@pytest.fixture(scope="module")
def truths() -> Sets:
    return {
        name: json.loads((ROOT / "datasets" / name / "figures-truth.json").read_text())
        for name in SETS
    }


def captions_of(name: str) -> dict[str, str]:
    """Read the committed captions of a set."""
    folder = ROOT / "datasets" / name
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text()
        for path in sorted(folder.glob("b*/*.txt"))
    }


@pytest.mark.parametrize("name", SETS)
def test_a_committed_set_is_whole_and_small(name: str, truths: Sets) -> None:
    folder = ROOT / "datasets" / name
    pictures = {
        path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("b*/*.png")
    }
    assert pictures == set(truths[name]) == set(captions_of(name))
    assert sum(path.stat().st_size for path in folder.glob("b*/*")) < MEGABYTES_12
    parse(Spec, load_yaml(folder / "dataset.yaml"), name)


@pytest.mark.parametrize("name", SETS)
def test_every_caption_keeps_the_layout_and_leaves_core_features_out(name: str) -> None:
    spec = parse(Spec, load_yaml(ROOT / "datasets" / name / "dataset.yaml"), name)
    start = f"masterpiece, best quality, safe, 1girl, {spec.subject.trigger}, "
    for picture, text in captions_of(name).items():
        assert text.startswith(start), picture
        tags, *sentences = re.split(r"(?<=[a-z])\. ", text.strip().removesuffix("."))
        assert len(sentences) == 2, picture
        assert all(re.fullmatch(r"[a-z0-9 -]+", tag) for tag in tags.split(", ")), picture
        assert not set(tags.split(", ")) & {*spec.subject.absorb, *spec.subject.prose_only}, picture


@pytest.mark.parametrize("name", SETS)
def test_tags_of_view_and_framing_are_those_of_the_picture(name: str, truths: Sets) -> None:
    framing = {
        "full body": "full",
        "cowboy shot": "cowboy",
        "upper body": "bust",
        "portrait": "face",
    }
    for picture, text in captions_of(name).items():
        tags, labels = set(text.split(". ")[0].split(", ")), truths[name][picture]
        assert {framing[tag] for tag in tags & set(framing)} == {labels["framing"]}, picture
        view = str(labels["view"])
        assert ("from behind" in tags) == view.startswith("back"), picture
        assert ("from side" in tags) == view.startswith("side"), picture
        assert ("three-quarter view" in tags) == view.startswith("three_quarter"), picture
        assert ("from below" in tags) == (labels["elevation"] == "below"), picture
        assert ("from above" in tags) == (labels["elevation"] == "above"), picture


def test_keichan_v2_is_the_set_of_the_article(
    truths: Sets,
) -> None:
    truth, captions = truths["keichan-v2"], captions_of("keichan-v2")
    busts = {name: one for name, one in truth.items() if name.startswith("bust/")}
    bodies = {name: one for name, one in truth.items() if name.startswith("body/")}
    assert (len(busts), len(bodies)) == (26, 44)
    assert {one["framing"] for one in busts.values()} == {"bust"}
    assert {one["framing"] for one in bodies.values()} == {"full"}
    assert {one["pose"] for one in bodies.values()} == {"posed", "walk"}
    assert {one["elevation"] for one in truth.values()} == {"eye"}
    assert sum(", standing," in captions[name] for name in bodies) == 30
    for one, other in itertools.pairwise(busts.values()):
        assert one["azimuth"] == other["azimuth"]
    three_quarter = sum(str(one["view"]).startswith("three_quarter") for one in bodies.values())
    assert three_quarter > 22
    assert all("hair intakes" in text.split(". ", 1)[1] for text in captions.values())
    folder = ROOT / "datasets/keichan-v2"
    assert {size_of(folder / f"{name}.png") for name in busts} == {(495, 495)}
    assert {size_of(folder / f"{name}.png") for name in bodies} == {(832, 1216)}


def test_keichan_v3_is_the_set_that_the_article_proposes(
    truths: Sets,
) -> None:
    truth, captions = truths["keichan-v3"], captions_of("keichan-v3")
    bodies = [(name, one) for name, one in truth.items() if name.startswith("body/")]
    upright = [(name, one) for name, one in bodies if one["pose"] == "upright"]
    low = [one for _, one in bodies if one["elevation"] == "below"]
    assert (len(truth), len(bodies), len(upright), len(low)) == (46, 20, 10, 4)
    views = sorted(str(one["view"]) for _, one in upright)
    assert views == [
        *("back", "back", "front", "front", "side_left", "side_left", "side_right", "side_right"),
        *("three_quarter_left", "three_quarter_right"),
    ]
    standing = {name for name, text in captions.items() if ", standing," in text}
    assert standing == {name for name, _ in upright}
    assert len(set(captions.values())) == 46
    worn = [str(one["outfit"]) for one in truth.values()]
    assert max(worn.count(name) for name in set(worn)) <= 0.6 * 46
    assert len(set(worn)) == 4


def test_the_other_sets_have_the_sizes_that_they_should(
    truths: Sets,
) -> None:
    assert {name: len(truths[name]) for name in ("keichan-v1", "kanachan")} == {
        "keichan-v1": 91,
        "kanachan": 24,
    }
    kanachan = truths["kanachan"].values()
    assert {one["pose"] for one in kanachan if one["framing"] == "full"} == {"upright"}


@pytest.mark.parametrize(
    ("name", "number"), [("keichan-v2", 3), ("keichan-v3", 40), ("kanachan", 0)]
)
def test_a_committed_picture_is_drawn_again_from_its_spec(
    name: str, number: int, tmp_path: Path, truths: Sets
) -> None:
    spec = read_spec(ROOT / "datasets" / name / "figures.yaml")
    job = jobs_of(spec, tmp_path)[number]
    done = make(job)
    again = pixels_of(tmp_path / f"{job.name}.png")
    kept = pixels_of(ROOT / "datasets" / name / f"{job.name}.png")
    assert np.abs(again - kept).mean() < 1.0
    assert (tmp_path / f"{job.name}.txt").read_text() == captions_of(name)[job.name]
    labels = json.loads(json.dumps(done.labels))
    for axis in ("framing", "view", "elevation", "pose", "expression", "outfit"):
        assert labels[axis] == truths[name][job.name][axis]


def test_labels_are_short() -> None:
    assert set(labels_of(drawn())) >= {"framing", "view", "elevation", "pose", "features"}


def test_the_sheets_differ_where_the_characters_do() -> None:
    keichan, kanachan = sheet("keichan"), sheet("kanachan")
    assert (keichan.hair.intakes > 0, kanachan.hair.intakes) == (True, 0)
    assert (kanachan.hair.back, kanachan.hair.side) == ("side ponytail", "left")
