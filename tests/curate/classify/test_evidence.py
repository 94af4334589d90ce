"""Whose word counts: labelled, else seen, else declared; and what is said of who looked."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.command import curate
from support.eyes import WIDTH, heads_of, tiny_embedded
from support.folders import dataset

from curate.classify import looking, naming
from curate.classify.facts import SCHEMA
from curate.classify.heads_file import read_card, write_heads
from curate.classify.naming import embedded_id
from curate.labels import PictureLabels, save_labels
from curate.session import Session, open_dataset
from curate.store import Store
from rules.model import Evidence, Seen
from rules.records import RecordError

CAPTIONS = {
    "a": "tk, 1girl, full body, from side",
    "b": "tk, 1girl, upper body",
    "c": "tk, 1girl",
}
OLD = "embedded:1:000000000000"
CURATE = Path(looking.__file__).parents[1]
SHIM = "torchvision_operators.py"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_embedded(tmp_path_factory.mktemp("embedded"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CURATE_CLASSIFIER")
    monkeypatch.setattr(naming, "FOLDER", tmp_path / "nowhere")
    return dataset(tmp_path / "set", CAPTIONS)


@pytest.fixture
def eyes(model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(naming, "FOLDER", model)
    return folder


def saw(
    label: str = "bust", p: float = 0.9, *, abstained: bool = False, classifier: str = OLD
) -> Seen:
    framing = Evidence(label=label, source="seen", p=p, abstained=abstained)
    return Seen(classifier=classifier, framing=framing, figures=1.0)


def keep(folder: Path, told: dict[str, Seen], classifier: str = OLD) -> None:
    """Write what a classifier saw of pictures, as if another machine had committed it."""
    session = open_dataset(str(folder), look=None)
    contents = {p.path: p.sha256 or "" for p in session.dataset.pictures}
    session.store.save_sights(classifier, {contents[path]: seen for path, seen in told.items()})


def framings(session: Session) -> list[tuple[str, str]]:
    found = (picture.framing for picture in session.dataset.pictures)
    return [(evidence.label, evidence.source) for evidence in found if evidence]


def test_what_is_seen_counts_more_than_the_caption_and_less_than_a_person(folder: Path) -> None:
    keep(folder, {"a.png": saw("cowboy"), "b.png": saw("face"), "c.png": saw("full")})
    save_labels(folder, {"b.png": PictureLabels(framing="bust")})
    assert framings(open_dataset(str(folder))) == [
        ("cowboy", "seen"),
        ("bust", "labelled"),
        ("full", "seen"),
    ]


def test_a_caption_counts_where_the_classifier_would_rather_not_say(folder: Path) -> None:
    unsure = saw("cowboy", 0.4, abstained=True)
    keep(folder, {"a.png": unsure, "c.png": unsure})
    session = open_dataset(str(folder))
    assert framings(session) == [("full", "declared"), ("bust", "declared"), ("cowboy", "seen")]
    assert session.dataset.pictures[2].framing == unsure.framing
    assert session.dataset.pictures[0].seen == unsure


@pytest.mark.parametrize(
    ("caption", "group", "expected"),
    [
        ("tk, 1girl", "front", ("front", "seen")),
        ("tk, 1girl, from side", "front", ("front", "seen")),
        ("tk, 1girl, from side", "side", ("side", "declared")),
        ("tk, 1girl, three-quarter view", "front", ("three_quarter", "declared")),
        ("tk, 1girl, three-quarter view", None, ("three_quarter", "declared")),
    ],
)
def test_the_group_of_a_view_counts_where_the_view_is_unclear_and_no_caption_says_more(
    caption: str, group: str | None, expected: tuple[str, str], folder: Path
) -> None:
    (folder / "a.txt").write_text(caption)
    unsure = Evidence(label="back", source="seen", p=0.5, abstained=True)
    sure = None if group is None else Evidence(label=group, source="seen", p=0.98)
    keep(folder, {"a.png": replace(saw(), view=unsure, view_group=sure)})
    picture = open_dataset(str(folder)).dataset.pictures[0]
    assert picture.view is not None
    assert (picture.view.label, picture.view.source) == expected
    assert picture.seen is not None
    assert (picture.seen.view, picture.seen.view_group) == (unsure, sure)


def test_labelled_pictures_that_a_classifier_saw_test_it(folder: Path) -> None:
    keep(folder, {"a.png": saw(), "b.png": saw()})
    assert open_dataset(str(folder)).dataset.tested_on == 0
    told = {"a.png": PictureLabels(framing="full"), "c": PictureLabels(pose="sit")}
    save_labels(folder, told)
    assert open_dataset(str(folder)).dataset.tested_on == 1
    save_labels(folder, {"a.png": PictureLabels(framing="full", sha256="0" * 64)})
    assert open_dataset(str(folder)).dataset.tested_on == 0


def test_facts_of_a_classifier_that_is_not_installed_count_and_are_said_to_be_its(
    folder: Path,
) -> None:
    keep(folder, {"a.png": saw()})
    session = open_dataset(str(folder))
    assert session.sights.classifier == OLD
    assert session.notes[-2:] == (
        f"1 picture seen by `{OLD}`, which is not installed here",
        f"2 pictures looked at by no classifier: `curate index {folder}` looks at them",
    )
    assert Store.of(folder).classifiers() == {OLD: {session.dataset.pictures[0].sha256}}


def test_the_one_who_is_named_counts_before_the_one_who_saw_most(folder: Path) -> None:
    keep(folder, {"a.png": saw(), "b.png": saw()})
    wd = "tagger:wd:111111111111"
    keep(folder, {"a.png": saw("full", classifier=wd)}, wd)
    assert open_dataset(str(folder)).sights.classifier == OLD
    (folder / "dataset.yaml").write_text("classifier: tagger\n")
    session = open_dataset(str(folder))
    assert session.sights.classifier == wd
    assert not any("not installed" in note for note in session.notes)
    assert session.notes[-1] == (
        "2 pictures looked at by no classifier: `curate index "
        f"{folder}`, with --clip-model or --tagger, looks at them"
    )


def test_several_that_are_named_are_heard_together(folder: Path) -> None:
    wd = "tagger:wd:111111111111"
    keep(folder, {"a.png": saw("full", 0.8), "b.png": saw("face", 0.8), "c.png": saw("bust")})
    keep(folder, {"a.png": saw("full", 0.5, classifier=wd), "b.png": saw("bust", 0.6)}, wd)
    (folder / "dataset.yaml").write_text("classifier: embedded, tagger:wd\n")
    session = open_dataset(str(folder))
    seen = [p.seen.framing for p in session.dataset.pictures if p.seen]
    assert [(e.label, e.p, e.abstained) for e in seen if e] == [
        ("full", 0.9, False),
        ("face", 0.5714, True),
        ("bust", 0.9, False),
    ]
    assert session.sights.classifier == f"{OLD} + {wd}"


def test_none_means_that_nobody_looks_and_nobody_is_heard(eyes: Path) -> None:
    keep(eyes, {"a.png": saw()})
    (eyes / "dataset.yaml").write_text("classifier: none\n")
    session = open_dataset(str(eyes))
    assert session.sights == looking.Sights()
    assert all(picture.seen is None for picture in session.dataset.pictures)


def test_the_embedded_model_looks_where_a_folder_is_opened(eyes: Path) -> None:
    session = open_dataset(str(eyes))
    assert session.sights.looked == 3
    assert session.sights.classifier == embedded_id()
    assert all(picture.seen is not None for picture in session.dataset.pictures)
    assert open_dataset(str(eyes)).sights.looked == 0
    assert not session.sights.notes


def test_a_gate_never_looks_and_says_what_nobody_looked_at(eyes: Path) -> None:
    open_dataset(str(eyes), look=None)
    session = open_dataset(str(eyes), measure=False)
    assert session.sights.seen == {}
    assert session.notes[-1].startswith("3 pictures looked at by no classifier: `curate index ")


def test_without_the_extra_a_note_says_how_to_get_it(
    eyes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "EXTRA", ("no_such_module",))
    assert open_dataset(str(eyes)).notes[-1] == (
        "3 pictures looked at by no classifier: `pip install 'lora-curate[classify]'` brings one"
    )


def test_heads_that_were_fitted_to_the_dataset_are_another_classifier(
    eyes: Path, model: Path
) -> None:
    shipped = open_dataset(str(eyes)).sights.classifier
    backbone = read_card(model / "heads.safetensors").backbone
    own = eyes / ".curate" / "heads" / "embedded-1.safetensors"
    own.parent.mkdir()
    write_heads(heads_of(2 * WIDTH, seed=5, backbone=backbone), own)
    session = open_dataset(str(eyes))
    assert session.sights.classifier == embedded_id(own) != shipped
    assert session.sights.looked == 3


def test_heads_that_were_fitted_to_other_weights_do_not_count_and_are_named(eyes: Path) -> None:
    own = eyes / ".curate" / "heads" / "embedded-1.safetensors"
    own.parent.mkdir(parents=True)
    write_heads(heads_of(backbone="00" * 32), own)
    session = open_dataset(str(eyes))
    assert session.sights.classifier == embedded_id()
    assert session.notes[-1] == (
        f"`{own}` was fitted to other weights: `curate calibrate` fits it anew"
    )


def test_what_cannot_be_kept_still_counts(eyes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "save_sights", fail)
    session = open_dataset(str(eyes))
    assert all(picture.seen is not None for picture in session.dataset.pictures)
    assert "could not be kept" in session.notes[-1]


def test_a_lint_counts_what_is_seen_and_imports_no_model_for_it(
    folder: Path,
) -> None:
    keep(folder, {"a.png": saw("cowboy")})
    environment = {k: v for k, v in os.environ.items() if k != "CURATE_CLASSIFIER"}
    program = (
        "import sys, curate.cli\n"
        "sys.argv = ['curate', 'lint', sys.argv[1], '--no-measure']\n"
        "try: curate.cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'open_clip', 'numpy', 'PIL', 'safetensors', 'onnxruntime'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "HEAVY []" in done.stdout
    assert f"seen by `{OLD}`" in done.stdout


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_facts_keep_their_contract(eyes: Path) -> None:
    (eyes / "bad.png").write_bytes(b"no picture")
    save_labels(eyes, {"b.png": PictureLabels(framing="bust", pose="upright")})
    ran = curate("facts", str(eyes))
    assert ran.code == 0, ran.err
    told = lines(ran.out)
    schema = Draft202012Validator(json.loads(SCHEMA.read_text()))
    for line in told:
        schema.validate(line)
    assert [line["path"] for line in told] == ["a.png", "b.png", "bad.png", "c.png"]
    a, b, bad, _ = told
    assert a["classifier"] == embedded_id()
    assert set(a["source"].values()) == {"seen"}
    assert (a["width"], a["height"]) == (64, 64)
    assert b["framing"] == {"label": "bust", "p": None, "abstained": False}
    assert b["upright"] == {"p": 1.0, "abstained": False}
    assert b["source"]["framing"] == b["source"]["upright"] == "labelled"
    assert bad["classifier"] is None
    assert set(bad["source"].values()) == {None}


def test_facts_without_any_classifier_are_what_captions_declare(folder: Path) -> None:
    a, _, c = lines(curate("facts", str(folder)).out)
    assert a["framing"] == {"label": "full", "p": None, "abstained": False}
    assert a["source"]["framing"] == "declared"
    assert a["view"]["label"] == "side"
    assert c["framing"] is None


def test_facts_show_the_best_guess_where_the_classifier_abstained(folder: Path) -> None:
    keep(folder, {"a.png": saw("cowboy", 0.4, abstained=True)})
    (a, *_) = lines(curate("facts", str(folder)).out)
    assert a["framing"] == {"label": "cowboy", "p": 0.4, "abstained": True}
    assert a["source"]["framing"] == "seen"


def test_facts_can_be_written_to_a_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "facts.jsonl"
    assert curate("facts", str(folder), "--out", str(out)).out == ""
    assert len(lines(out.read_text())) == 3
    ran = curate("facts", str(folder), "--out", str(tmp_path / "no" / "such.jsonl"))
    assert ran.code == 2
    assert ran.err.startswith("error: --out: ")


def test_indexing_says_how_many_were_looked_at(eyes: Path) -> None:
    assert "3 pictures, 3 measured, 3 looked at, in " in curate("index", str(eyes)).out
    assert "3 pictures, 0 measured, in " in curate("index", str(eyes)).out


def test_another_program_s_list_of_labels_labels_nothing_and_is_not_written_over(
    folder: Path,
) -> None:
    (folder / "labels.json").write_text('[{"file": "a.png", "pose": "standing"}]')
    session = open_dataset(str(folder))
    assert framings(session) == [("full", "declared"), ("bust", "declared")]
    note = "labels.json is a list, which another program wrote: it labels nothing here"
    assert note in session.notes
    with pytest.raises(RecordError, match="is a list, which another program wrote"):
        save_labels(folder, {"a.png": PictureLabels(pose="sit")})
    assert len(lines(curate("facts", str(folder)).out)) == 3


def test_models_are_imported_by_those_who_look_and_by_nobody_else() -> None:
    importers = {
        path.relative_to(CURATE).as_posix()
        for path in CURATE.rglob("*.py")
        if re.search(
            r"^(import|from) (torch|open_clip|onnxruntime|safetensors)\b",
            path.read_text(),
            re.MULTILINE,
        )
    }
    assert "classify/clip.py" in importers
    assert all(path.startswith("classify/") or path == SHIM for path in importers)


def test_torchvision_loads_beside_any_torch_and_with_it_open_clip() -> None:
    program = "from curate import torchvision_operators as t; t.define_missing_operators()\n"
    program += "import torchvision, open_clip; print(torchvision.__version__)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


SLOW = """
import sys, time
from pathlib import Path
import numpy as np
import curate.cli
from curate.classify import looking, naming, run
from curate.classify.classifier import Looks
from curate.classify.prepare import Prepare
from rules.model import Seen

class Slow:
    id, prepare = "embedded:1:aaaaaaaaaaaa", Prepare(side=16)
    def classify(self, squares):
        print("batch", flush=True)
        time.sleep(0.3)
        return Looks(seen=[Seen(classifier=self.id)] * len(squares))

naming.FOLDER = Path(sys.argv[1])
looking._embedded = lambda store: Slow()
run.BATCH = 4
sys.argv = ["curate", "index", sys.argv[2]]
curate.cli.main()
"""


def test_a_key_press_ends_looking_and_keeps_what_was_seen(
    tmp_path: Path, model: Path, folder: Path
) -> None:
    many = dataset(tmp_path / "many", {f"{n:03}": "tk" for n in range(200)})
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(model), str(many)],
        env={k: v for k, v in os.environ.items() if k != "CURATE_CLASSIFIER"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    ) as process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline() == "batch\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=50)
    assert (process.returncode, err.strip()) == (130, "interrupted; what was measured is kept")
    ((_, kept),) = Store.of(many).classifiers().items()
    assert len(kept) in {8, 12}
