"""What init and lint guess about a folder that has no dataset.yaml."""

from pathlib import Path

import pytest
from support.folders import dataset, draw

from curate.errors import UserError
from curate.init import init_dataset
from curate.session import open_dataset
from rules.plain_yaml import load_yaml
from rules.records import parse
from rules.spec import Spec

PREFIX = "masterpiece, best quality, safe, 1girl"
CASES = {
    "the word that leads": (["tk, 1girl, hat", "tk, 1girl, dress", "tk, solo"], "tk", ()),
    "the first word behind praise and count": (
        [f"{PREFIX}, keichan, hat", f"{PREFIX}, keichan, dress", f"{PREFIX}, keichan, smile"],
        "keichan",
        ("masterpiece", "best quality", "safe"),
    ),
    "a name of two words": (["miku append, 1girl", "miku append, hat"], "miku append", ()),
    "spelt as the captions spell it": (["rin_(Zz), 1girl", "rin_(Zz), hat"], "rin_(Zz)", ()),
    "the first word behind the openings of Pony": (
        [f"score_9, score_8_up, source_anime, rating_safe, k4elith, {tag}" for tag in ("a", "b")],
        "k4elith",
        ("score_9", "score_8_up", "source anime", "rating safe"),
    ),
    "nothing where a common tag leads": (["1girl, standing, hat", "1girl, standing"], None, ()),
    "nothing where nobody agrees": (["apple, hat", "pear, hat", "plum, hat"], None, ()),
    "one that is missing once in ten": (
        [*(f"tk, tag {n}" for n in range(9)), "1girl, hat"],
        "tk",
        (),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_trigger_is(name: str, tmp_path: Path) -> None:
    captions, trigger, prefix = CASES[name]
    folder = dataset(tmp_path / "set", {f"{n:02}": text for n, text in enumerate(captions)})
    spec = open_dataset(str(folder)).dataset.spec
    assert spec.subject.trigger == trigger
    assert spec.caption.prefix == prefix


def test_json_is_read_as_the_trainer_joins_it_and_is_no_caption_beside_text(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for name, tag in (("a", "hat"), ("b", "dress")):
        (folder / f"{name}.json").write_text(f'{{"character": "momo", "tags": ["{tag}"]}}')
        draw(folder / f"{name}.png")
        (folder / f"{name}.txt").write_text(f"peach, {tag}")
    by_trainer = {
        trainer: open_dataset(str(folder), trainer=trainer).dataset.spec.subject.trigger
        for trainer in ("builtin", "anima-lora-toolkit")
    }
    assert by_trainer == {"builtin": "peach", "anima-lora-toolkit": "momo"}


def test_the_folder_of_kohya_tells_repeats(tmp_path: Path) -> None:
    session = open_dataset(str(dataset(tmp_path / "5_tk girl", {"a": "tk", "b": "tk, hat"})))
    assert {picture.repeats for picture in session.dataset.pictures} == {5}
    assert "5 repeats, from the folder's name" in session.notes[0]


def test_each_folder_of_kohya_tells_its_own_repeats(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"10_tk/a": "tk", "10_tk/b": "tk", "5_tk hat/c": "tk, hat"})
    assert "10 and 5 repeats, from the folders' names" in open_dataset(str(folder)).notes[0]
    assert (
        "# The folders' names ask for 10 and 5 repeats."
        in init_dataset(str(folder), cache_dir=None, write=False)[0].splitlines()
    )


def test_init_writes_what_lint_would_guess_and_says_so(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, 1girl, blue_hair", "b": "tk, 1girl, blue_hair"})
    guessed = open_dataset(str(folder)).dataset.spec
    text, notes = init_dataset(str(folder), cache_dir=None, write=True)
    assert (folder / "dataset.yaml").read_text() == text
    written = parse(Spec, load_yaml(folder / "dataset.yaml"), "dataset.yaml")
    assert written.subject.trigger == guessed.subject.trigger == "tk"
    assert "blue hair 2/2" in text
    assert "underscores in 2 of 2" in text
    assert notes[0] == "guessed trigger `tk`: it leads the tags, in 2 of 2 captions"


def test_init_never_overwrites(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk"})
    (folder / "dataset.yaml").write_text("base: anima-base-v1.0\n")
    with pytest.raises(UserError, match="is there already"):
        init_dataset(str(folder), cache_dir=None, write=True)
    assert (folder / "dataset.yaml").read_text() == "base: anima-base-v1.0\n"


@pytest.mark.parametrize("trigger", ["no", "null", "a: b", "#x", "- y", "'", "1e3", "日本", "t\\k"])
def test_a_trigger_that_yaml_would_misread_comes_back_whole(trigger: str, tmp_path: Path) -> None:
    captions = {"a": f"{trigger}, hat", "b": f"{trigger}, dress", "c": f"{trigger}, smile"}
    folder = dataset(tmp_path / "set", captions)
    guessed = open_dataset(str(folder)).dataset.spec.subject.trigger
    init_dataset(str(folder), cache_dir=None, write=True)
    written = open_dataset(str(folder)).dataset.spec.subject.trigger
    assert written == guessed == trigger
