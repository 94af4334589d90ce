"""A scene stays true to its pixels however it is turned, cut and moved."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from curate.classify.labels import HEADS
from curate.classify.train.augment import cropped, elsewhere, smaller, vary
from curate.classify.train.drawn import canvas, describe
from curate.classify.train.fresh import fresh_figures, reserved
from curate.classify.train.samples import IGNORED, fit, labels_of, scene_of
from curate.classify.train.scene import NAMES, Scene, mirrored, window
from curate.figures.dice import held_out
from curate.figures.prior import sample_many

FIGURES = 24
OTHER_SIDE = {"left": "right", "right": "left"}


@cache
def scenes() -> tuple[Scene, ...]:
    """Scenes of strangers."""
    figures = sample_many("even", 3, FIGURES)
    return tuple(scene_of(describe(f, canvas(3, i))[0]) for i, f in enumerate(figures))


def other_side(view: str) -> str:
    """A view's name in the mirror."""
    head, _, side = view.rpartition("_")
    return f"{head}_{OTHER_SIDE[side]}" if side in OTHER_SIDE else view


def azimuth_of(scene: Scene, frame: int) -> float:
    """Where the viewer stands around a frame, by its axes, degrees."""
    left, front = scene.axes[frame, 2], scene.axes[frame, 5]
    return float(np.degrees(np.arctan2(left, front)))


@pytest.mark.parametrize("number", range(FIGURES))
def test_a_mirrored_scene_shows_the_other_side(number: int) -> None:
    scene = scenes()[number]
    turned = mirrored(scene)
    assert turned.view == other_side(scene.view)
    assert turned.framing == scene.framing
    assert turned.inside.sum() == scene.inside.sum()
    again = mirrored(turned)
    for name in ("picture", "parts", "joints", "joints_3d", "axes", "azimuths"):
        np.testing.assert_allclose(getattr(again, name), getattr(scene, name), atol=1e-4)
    assert (again.head_box, again.figure_box) == (scene.head_box, scene.figure_box)


@pytest.mark.parametrize("number", range(FIGURES))
def test_axes_tell_where_the_viewer_stands(number: int) -> None:
    scene = scenes()[number]
    for turned in (scene, mirrored(scene)):
        away = azimuth_of(turned, 0) - float(turned.azimuths[0])
        assert abs((away + 180) % 360 - 180) < 1


@pytest.mark.parametrize("number", range(FIGURES))
def test_a_scene_cut_at_her_waist_shows_no_legs(number: int) -> None:
    scene = scenes()[number]
    width, height = scene.size
    x, y = scene.joints[NAMES.index("chest")]
    if not (0 < x < width and 20 < y < height - 20):
        return
    pelvis = scene.joints[NAMES.index("pelvis")][1]
    cut = window(scene, (0, 0, width, int(y) + 2), np.zeros(3, np.uint8))
    if pelvis > y + 4 and cut.inside[NAMES.index("chest")]:
        assert cut.framing == "bust"
        assert labels_of(cut, 0, 0)["pose"] == IGNORED


@pytest.mark.parametrize("number", range(FIGURES))
def test_changes_keep_joints_on_their_pixels(number: int) -> None:
    scene = scenes()[number]
    marked = scene.picture.copy()
    inside = np.flatnonzero(scene.inside)
    columns, rows = scene.joints[inside].astype(int).T
    marked[rows, columns] = (255, 0, 255)
    scene = replace(scene, picture=marked)
    for change in (cropped, smaller):
        changed = change(scene, np.random.default_rng([number, 4]))
        found = np.flatnonzero(changed.inside)
        columns, rows = changed.joints[found].astype(int).T
        assert (changed.picture[rows, columns] == (255, 0, 255)).all()


def test_another_place_leaves_every_pixel_of_her() -> None:
    for number, scene in enumerate(scenes()):
        moved = elsewhere(scene, np.random.default_rng(number), plain=True)
        assert (moved.picture[scene.figure] == scene.picture[scene.figure]).all()
        assert (moved.figure == scene.figure).all()


def test_equal_seeds_vary_equally() -> None:
    one, same, other = (vary(scenes()[0], np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.picture, same.picture)
    assert not np.array_equal(one.picture, other.picture)


def test_a_picture_is_fitted_whole_and_in_the_middle() -> None:
    scene = scenes()[0]
    flat = replace(scene, picture=np.full((40, 80, 3), 9, np.uint8))
    canvas_ss3, scale, corner = fit(flat, 64)
    assert (scale, corner) == (0.8, (0, 16))
    assert (canvas_ss3[16:48] == 9).all()
    assert (canvas_ss3[:16] == 128).all()


def test_labels_are_of_the_heads() -> None:
    for scene in scenes():
        for head, index in labels_of(scene, 0, 0).items():
            assert index == IGNORED or 0 <= index < len(HEADS[head])


def test_the_halves_of_reserved_values_share_nothing() -> None:
    halves = {
        half: frozenset.union(*map(reserved, fresh_figures(half, 5, 60)))
        for half in ("calibration", "test")
    }
    assert not halves["calibration"] & halves["test"]
    assert halves["calibration"] | halves["test"] == {v for vs in held_out().values() for v in vs}


def test_training_figures_have_no_reserved_value() -> None:
    assert not any(reserved(figure) for figure in sample_many("even", 1000, 200, "train"))
