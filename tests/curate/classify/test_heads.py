"""Heads read embeddings, keep to their file, and say nothing where they should."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from scipy.spatial.distance import mahalanobis  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression, Ridge  # type: ignore[import-untyped]
from support.eyes import heads_of

from curate.classify.fitting import fit_familiar, fit_linear, fit_quantity, standard
from curate.classify.heads import HeadCard, Heads
from curate.classify.heads_file import read_card, read_heads, write_heads
from curate.classify.judging import judge
from curate.classify.labels import HEADS, HIDDEN, mirrored_labels
from rules.records import RecordError

DIM = 6


def made(*, farthest: float | None = None) -> Heads:
    return heads_of(DIM, backbone="ab" * 32, farthest=farthest)


def pictures(count: int = 8, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)


def test_heads_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "heads.safetensors"
    heads = made(farthest=2.0)
    write_heads(heads, path)
    assert read_heads(path).see(pictures(), "x:1") == heads.see(pictures(), "x:1")
    assert read_card(path) == heads.card


def test_equal_heads_make_equal_files(tmp_path: Path) -> None:
    write_heads(made(), tmp_path / "a")
    write_heads(made(), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("kept", [0, 7, 40, 2000])
def test_a_torn_file_of_heads_is_refused_in_one_line(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "heads.safetensors"
    write_heads(made(), path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(RecordError, match="is no file of heads") as caught:
        read_heads(path)
    assert "\n" not in str(caught.value)


def test_tensors_that_do_not_fit_are_all_named_at_once(tmp_path: Path) -> None:
    path, heads = tmp_path / "heads.safetensors", made()
    short = replace(heads.heads["pose"], bias=np.zeros(3, np.float32))
    odd = replace(heads.heads["view"], weight=np.full((8, DIM), np.nan, np.float32))
    write_heads(replace(heads, heads={**heads.heads, "pose": short, "view": odd}), path)
    with pytest.raises(RecordError) as caught:
        read_heads(path)
    assert caught.value.faults == (
        "`heads.pose.bias`: wanted shape [7], found [3]",
        "`heads.view.weight`: wanted finite numbers of 32 bits",
    )


def test_heads_of_other_labels_and_unknown_tensors_are_refused(tmp_path: Path) -> None:
    path, heads = tmp_path / "heads.safetensors", made()
    cards = {**heads.card.heads, "mouth": HeadCard(labels=("closed", "open"))}
    write_heads(replace(heads, card=replace(heads.card, heads=cards)), path)
    with pytest.raises(RecordError, match="`mouth`: no head of these labels is known"):
        read_heads(path)
    write_heads(made(), path)
    tensors = load_file(path)
    card = read_card(path)
    assert card.backbone
    save_file(tensors, path)
    with pytest.raises(RecordError, match="has no card"):
        read_heads(path)


def test_a_head_speaks_from_its_threshold_on() -> None:
    p = np.array([[0.6, 0.2, 0.1, 0.1], [0.59, 0.21, 0.1, 0.1]])
    first, second = judge(
        classifier="x:1", probabilities={"framing": p}, thresholds={"framing": 0.6}
    )
    assert first.framing is not None
    assert second.framing is not None
    assert (first.framing.label, first.framing.p, first.framing.abstained) == ("face", 0.6, False)
    assert (second.framing.label, second.framing.p, second.framing.abstained) == (
        "face",
        0.59,
        True,
    )


def test_a_view_that_is_not_sure_is_told_by_its_group_where_that_is() -> None:
    views = HEADS["view"]
    unsure, divided = np.zeros(len(views)), np.zeros(len(views))
    unsure[[views.index("front"), views.index("three_quarter_left")]] = 0.55, 0.4
    divided[[views.index("front"), views.index("side_left")]] = 0.55, 0.45
    thresholds = {"view": 0.9, "view_group": 0.9}
    told = judge(
        classifier="x:1", probabilities={"view": np.stack([unsure, divided])}, thresholds=thresholds
    )
    views_told = [(e.label, e.abstained) for seen in told if (e := seen.view)]
    assert views_told == [("front", True), ("front", True)]
    groups = [(e.label, e.p, e.abstained) for seen in told if (e := seen.view_group)]
    assert groups == [("front", 0.95, False), ("front", 0.55, True)]
    (silent,) = judge(classifier="x:1", probabilities={"view": unsure[None]}, thresholds={})
    assert silent.view_group is None


@pytest.mark.parametrize("head", HEADS)
def test_what_is_mirrored_twice_is_as_it_was(head: str) -> None:
    once = mirrored_labels(head)
    assert [once[place] for place in once] == list(range(len(HEADS[head])))
    left = [place for place, label in enumerate(HEADS[head]) if label.endswith("_left")]
    assert all(HEADS[head][once[place]].endswith("_right") for place in left)


def test_nothing_is_said_of_a_picture_without_a_figure_but_everything_is_guessed() -> None:
    p = {name: np.eye(len(labels))[[0, 0]] for name, labels in HEADS.items()}
    empty, one = judge(
        classifier="x:1",
        probabilities=p,
        thresholds={},
        quantities={"figures": np.array([[0.1], [1.0]])},
    )
    assert all(getattr(empty, name).abstained for name in HEADS)
    assert not one.framing.abstained  # type: ignore[union-attr]
    assert empty.figures == 0.1


@pytest.mark.parametrize("head", HIDDEN)
def test_what_the_picture_does_not_show_is_not_told(head: str) -> None:
    other, labels = HIDDEN[head]
    for number, label in enumerate(HEADS[other]):
        p = {
            head: np.eye(len(HEADS[head]))[[0]],
            other: np.eye(len(HEADS[other]))[[number]],
        }
        (seen,) = judge(classifier="x:1", probabilities=p, thresholds={})
        assert getattr(seen, head).abstained is (label in labels)


def test_pictures_unlike_any_known_one_are_left_to_people() -> None:
    rng = np.random.default_rng(3)
    known = rng.normal(size=(500, DIM)).astype(np.float32)
    familiar = fit_familiar(known, np.repeat([0, 1], 250))
    heads = made()
    card = replace(heads.card, farthest=float(np.quantile(familiar.distances(known), 0.99)))
    heads = replace(heads, card=card, familiar=familiar)
    far = np.full((1, DIM), 9.0, np.float32)
    assert all(getattr(heads.see(far, "x:1")[0], name).abstained for name in HEADS)
    assert heads.unlike(known).mean() == pytest.approx(0.01, abs=0.005)


def test_the_distance_is_that_of_mahalanobis() -> None:
    rng = np.random.default_rng(4)
    mixed = rng.normal(size=(DIM, DIM))
    known, classes = rng.normal(size=(400, DIM)) @ mixed, np.repeat([3, 7], 200)
    known[classes == 7] += 2.0
    familiar = fit_familiar(known.astype(np.float32), classes)
    means = np.stack([known[classes == c].mean(axis=0) for c in (3, 7)])
    within = known - means[(classes == 7).astype(int)]
    inverse = np.linalg.inv(within.T @ within / len(known))
    point = rng.normal(size=(5, DIM)) * 3
    expected = [min(mahalanobis(x, m, inverse) for m in means) / np.sqrt(DIM) for x in point]
    np.testing.assert_allclose(familiar.distances(point.astype(np.float32)), expected, rtol=1e-3)


def test_a_fitted_head_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(300, DIM)).astype(np.float32)
    y = (x @ rng.normal(size=(DIM, 4)) + rng.normal(size=(300, 4))).argmax(axis=1)
    ours = fit_linear(x, y, 4, penalty=2.0)
    theirs = LogisticRegression(C=0.5, max_iter=2000, tol=1e-8).fit(x, y)
    np.testing.assert_allclose(ours.weight, theirs.coef_, atol=2e-3)


def test_few_pictures_leave_a_head_near_where_it_was_pulled() -> None:
    rng = np.random.default_rng(9)
    known = heads_of(DIM).heads["elevation"]
    x = rng.normal(size=(400, DIM)).astype(np.float32)
    y = rng.integers(0, 3, 400)
    few = fit_linear(x[:3], y[:3], 3, penalty=100.0, pull=known)
    many = fit_linear(x, y, 3, penalty=1.0, pull=known)
    assert np.abs(few.weight - known.weight).max() < 0.1
    assert np.abs(many.weight - known.weight).max() > 1.0


def test_a_label_that_never_occurs_becomes_improbable() -> None:
    x = pictures(60)
    head = fit_linear(x, (x[:, 0] > 0).astype(int), 3)
    assert (head(x).argmax(axis=1) != 2).all()


def test_a_fitted_quantity_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(200, DIM)).astype(np.float32)
    y = (x @ rng.normal(size=(DIM, 2)) + 0.5).astype(np.float32)
    ours = fit_quantity(x, y, penalty=3.0)
    theirs = Ridge(alpha=3.0).fit(x, y)
    np.testing.assert_allclose(ours(x), theirs.predict(x), atol=1e-4)


def test_a_number_that_never_varies_is_only_centred() -> None:
    x = np.array([[1.0, 5.0], [3.0, 5.0]], np.float32)
    mean, scale = standard(x)
    np.testing.assert_allclose(mean, [2.0, 5.0])
    np.testing.assert_allclose(scale, [1.0, 1.0])
