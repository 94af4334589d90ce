"""Calibrating: heads are fitted, tested on what they were not fitted to, and kept."""

import re
from pathlib import Path

import numpy as np
import pytest
from support.command import curate
from support.eyes import tiny_embedded, tiny_open_clip
from support.folders import dataset

from curate.classify import naming
from curate.classify.calibrate import Pictures, Plan, adapt_heads, fit_heads, rate_heads
from curate.classify.drawn import UNKNOWN, Known, draw_known, figures
from curate.classify.heads import Heads
from curate.classify.heads_file import read_heads
from curate.classify.labels import HEADS
from curate.classify.prepare import Prepare
from curate.classify.reliability import folds, reliability
from curate.labels import PictureLabels, save_labels
from curate.session import open_dataset
from curate.store import Store

DIM = 12
PLAN = Plan(target=0.9, folds=5)


def pictures(count: int, seed: int, *, turn: float = 0.0) -> Pictures:
    """Embeddings whose first numbers tell the labels, the more so the less they are turned."""
    rng = np.random.default_rng(seed)
    labels = {head: rng.integers(0, len(names), count) for head, names in HEADS.items()}
    x = rng.normal(size=(count, DIM))
    for place, head in enumerate(("framing", "elevation", "mouth")):
        x[:, place] += 2.5 * labels[head]
    x[:, :3] = np.cos(turn) * x[:, :3] + np.sin(turn) * x[:, 3:6]
    known = Known(labels=labels, quantities={"head_height": rng.uniform(size=(count, 1))})
    return Pictures(embeddings=x.astype(np.float32), known=known)


@pytest.fixture(scope="module")
def heads() -> Heads:
    return fit_heads("ab" * 32, pictures(600, 0), pictures(400, 1), PLAN)


def test_every_picture_is_tested_once_by_heads_that_did_not_see_it() -> None:
    seen: list[int] = []
    for others, mine in folds(23, 5):
        assert not set(others) & set(mine)
        assert len(others) + len(mine) == 23
        seen += list(mine)
    assert sorted(seen) == list(range(23))
    assert sum(1 for _ in folds(3, 5)) == 3


def test_heads_learn_what_embeddings_tell_and_keep_silent_on_what_they_do_not(
    heads: Heads,
) -> None:
    table = {row.head: row for row in rate_heads(heads, pictures(400, 2), "drawn", PLAN)}
    assert table["framing"].right / table["framing"].n > 0.75
    assert table["framing"].right_spoken / table["framing"].spoke > 0.85
    assert table["pose"].right / table["pose"].n < 0.3
    assert heads.card.heads["pose"].threshold > 0.3
    assert table["framing"].error_after < 0.08


def test_heads_follow_a_person_who_labelled_enough(heads: Heads) -> None:
    own = pictures(200, 3, turn=1.2)
    adapted, table = adapt_heads(heads, own, PLAN)
    before = {row.head: row for row in rate_heads(heads, own, "yours", PLAN)}
    after = {row.head: row for row in table}
    assert after["framing"].right > before["framing"].right + 20
    assert adapted.card.tested_on == 200
    fresh = pictures(300, 4, turn=1.2)
    truth = fresh.known.labels["framing"]
    moved, still = (
        (h.logits(fresh.embeddings)["framing"].argmax(axis=1) == truth).mean()
        for h in (adapted, heads)
    )
    assert moved > still + 0.2


def test_heads_stay_where_a_few_labels_cannot_tell(heads: Heads) -> None:
    own = pictures(20, 5, turn=1.2)
    adapted, table = adapt_heads(heads, own, PLAN)
    assert adapted.heads["framing"] is heads.heads["framing"]
    assert adapted.card.heads == heads.card.heads
    assert adapted.card.tested_on == 20
    assert {row.n for row in table} == {20}


def test_a_table_counts_what_is_right_and_what_is_spoken_of() -> None:
    logits = np.array([[5.0, 0.0]] * 90 + [[0.1, 0.0]] * 60)
    labels = np.array([0] * 90 + [0, 1] * 30)
    row = reliability("mouth", "drawn", logits, labels, target=0.9, num_folds=5)
    assert (row.n, row.right) == (150, 120)
    assert (row.spoke, row.right_spoken) == (90, 90)
    low, high = row.interval
    assert low < 0.8 < high


def test_drawn_figures_know_their_labels_where_they_show_them() -> None:
    counts = dict.fromkeys(HEADS, 0)
    for numbered in figures(40, 0, "all"):
        square, (labels, quantities) = draw_known(Prepare(side=32), numbered)
        assert square.shape == (32, 32, 3)
        assert 0 <= quantities["head_height"][0] <= 1
        framing = HEADS["framing"][labels["framing"]]
        assert (labels["pose"] == UNKNOWN) is (framing in {"face", "bust"})
        for head, label in labels.items():
            counts[head] += label != UNKNOWN
    assert counts["framing"] == counts["view"] == 40
    assert 0 < counts["pose"] < 40
    assert 0 < counts["expression"] < 40


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_a_model_of_open_clip_is_calibrated_on_drawn_and_on_labelled_pictures(
    tmp_path: Path,
) -> None:
    model = tiny_open_clip(tmp_path / "tiny")
    folder = dataset(tmp_path / "set", {f"{n:02}": "tk, full body" for n in range(32)})
    labels = {
        f"{n:02}.png": PictureLabels(framing="full" if n % 2 else "bust", view="front")
        for n in range(32)
    }
    save_labels(folder, labels)
    index = ("index", str(folder), "--clip-model", str(model))
    curate(*index)
    (zero_shot,) = Store.of(folder).classifiers()
    ran = curate("calibrate", str(folder), "--clip-model", str(model), "--drawn", "60")
    assert ran.code == 0, ran.err
    assert "framing │ drawn │ 20 │" in plain(ran.out)
    assert "framing │ yours │ 32 │" in plain(ran.out)
    assert "tested on 32 of yours" in ran.out
    place = folder / ".curate" / "heads" / "open_clip-tiny.safetensors"
    assert read_heads(place).card.tested_on == 32
    assert "32 looked at" in curate(*index).out
    (fitted,) = Store.of(folder).classifiers()
    assert fitted != zero_shot
    again = curate("calibrate", str(folder), "--clip-model", str(model), "--drawn", "60")
    assert again.out == ran.out
    assert "looked at" not in curate(*index).out


def test_the_embedded_model_keeps_its_heads_and_is_tested_on_labelled_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "FOLDER", tiny_embedded(tmp_path / "model"))
    monkeypatch.delenv("CURATE_CLASSIFIER")
    folder = dataset(tmp_path / "set", {"a": "tk", "b": "tk"})
    save_labels(folder, {"a.png": PictureLabels(pose="sit", expression="smile", view="side")})
    ran = curate("calibrate", str(folder), "--drawn", "0")
    assert ran.code == 0, ran.err
    assert "upright │ yours │ 1 │" in plain(ran.out)
    assert "view │" not in ran.out
    assert "1 labelled picture of 30: rules that set what is seen against captions only" in ran.out
    place = folder / ".curate" / "heads" / "embedded-1.safetensors"
    assert (
        read_heads(place).card.heads == read_heads(naming.FOLDER / "heads.safetensors").card.heads
    )
    assert open_dataset(str(folder)).sights.classifier == naming.embedded_id(place)


def test_captions_count_as_labels_only_where_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "FOLDER", tiny_embedded(tmp_path / "model"))
    folder = dataset(tmp_path / "set", {"a": "tk, full body", "b": "tk, upper body"})
    calibrate = ("calibrate", str(folder), "--drawn", "0")
    assert "framing" not in curate(*calibrate).out
    assert "framing │ yours │ 2 │" in plain(curate(*calibrate, "--declared").out)


def test_without_a_folder_heads_serve_every_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    model = tiny_open_clip(tmp_path / "tiny")
    ran = curate("calibrate", "--clip-model", str(model), "--drawn", "45")
    assert ran.code == 0, ran.err
    assert (tmp_path / "config" / "lora-curate" / "heads" / "open_clip-tiny.safetensors").is_file()
    folder = dataset(tmp_path / "set", {"a": "tk"})
    curate("index", str(folder), "--clip-model", str(model))
    ran = curate("calibrate", "--clip-model", str(model), "--drawn", "10")
    assert ran.err == "error: --drawn 10: heads cannot learn from so few; wanted 30\n"


def test_without_the_embedded_model_one_line_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "FOLDER", tmp_path)
    ran = curate("calibrate", "--drawn", "0")
    assert ran.code == 2
    assert ran.err == (
        "error: the embedded model is not part of this installation: --clip-model NAME\n"
    )
