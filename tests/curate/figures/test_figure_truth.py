"""What the renderer says of a picture, against the picture, on a thousand strangers."""

import hashlib
import json

import numpy as np
import pytest

from curate.figures.batch import draw_many
from curate.figures.camera import Camera
from curate.figures.draw import Drawing, draw, mirrored_figure
from curate.figures.figure import Backdrop, Figure
from curate.figures.poses import draw_pose
from curate.figures.prior import sample_many
from curate.figures.rig import SIDES
from curate.figures.spec import sheet
from curate.figures.tally import Box
from curate.figures.truth import BEHIND, Truth
from rules.records import to_plain

SIZE = 48
COUNT = 1000
SWAPPED = {"left": "right", "right": "left", "middle": "middle", None: None}
STANDING = {"upright", "posed", "walk"}


@pytest.fixture(scope="module")
def strangers() -> list[Figure]:
    return sample_many("even", 2026, COUNT)


@pytest.fixture(scope="module")
def drawings(strangers: list[Figure]) -> list[Drawing]:
    return [draw(figure, SIZE, SIZE) for figure in strangers]


def test_every_label_occurs(drawings: list[Drawing]) -> None:
    def seen(axis: str) -> set[str]:
        return {getattr(drawing.truth, axis) for drawing in drawings}

    assert seen("framing") == {"face", "bust", "cowboy", "full"}
    assert seen("elevation") == {"below", "eye", "above"}
    assert seen("pose") == {"upright", "posed", "walk", "run", "sit", "kneel", "lie"}
    sides = {f"{name}_{side}" for name in ("three_quarter", "side", "back") for side in SIDES}
    assert seen("view") == {"front", "back", *sides}


def test_a_joint_is_inside_where_its_pixel_is_and_in_sight_only_within_the_figure(
    drawings: list[Drawing],
) -> None:
    for number, drawing in enumerate(drawings):
        truth = drawing.truth
        for name, joint in truth.joints.items():
            if min(joint.x, joint.y, SIZE - joint.x, SIZE - joint.y) < -0.01:
                assert not joint.inside, (number, name)
            elif min(joint.x, joint.y, SIZE - joint.x, SIZE - joint.y) > 0.01:
                assert joint.inside, (number, name)
            if joint.visible:
                assert joint.inside, (number, name)
                left, top, right, bottom = truth.figure_box or (0, 0, 0, 0)
                assert left - 1 <= joint.x <= right + 1, (number, name)
                assert top - 1 <= joint.y <= bottom + 1, (number, name)


def test_framing_follows_from_the_joints_in_the_picture(drawings: list[Drawing]) -> None:
    for number, drawing in enumerate(drawings):
        truth = drawing.truth
        inside = {name for name, joint in truth.joints.items() if joint.inside}
        feet = {"left_ankle", "right_ankle"} <= inside
        hips, chest = "pelvis" in inside, "chest" in inside
        allowed = {
            "full": feet and hips,
            "cowboy": hips and not feet,
            "bust": chest and not (feet and hips),
            "face": not chest and not hips,
        }
        assert allowed[truth.framing], (number, truth.framing, sorted(inside))


def box_by_hand(mask: np.ndarray) -> Box | None:
    """Find the smallest box around a mask, pixel by pixel."""
    spots = np.argwhere(mask)
    if not len(spots):
        return None
    (top, left), (bottom, right) = spots.min(axis=0), spots.max(axis=0)
    return int(left), int(top), int(right) + 1, int(bottom) + 1


def test_parts_boxes_and_features_are_what_the_masks_show(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        truth, names = drawing.truth, np.array([*drawing.names, ""])
        shown = names[drawing.parts]
        assert truth.parts == {
            name: int((shown == name).sum()) for name in set(drawing.names) if (shown == name).any()
        }
        assert truth.figure_box == box_by_hand((shown != "") & (shown != "prop"))
        assert truth.face_box == box_by_hand(shown == "face")
        for name, feature in truth.features.items():
            pixels = int((shown == name).sum())
            assert (feature.pixels, feature.visible) == (pixels, pixels >= 12)
            assert (feature.viewer_side is None) == (not feature.visible)


def test_left_and_right_are_never_swapped(drawings: list[Drawing]) -> None:
    """From the front her left is at the viewer's right; seen from her left she faces left."""
    judged = 0
    for number, drawing in enumerate(drawings):
        truth = drawing.truth
        if truth.pose not in STANDING or abs(truth.figure.camera.roll) > 10:
            continue
        if abs(truth.camera_elevation) > 35:
            continue
        joints = truth.joints
        across = joints["left_shoulder"].x - joints["right_shoulder"].x
        if abs(truth.azimuth) < 55:
            assert across > 0, number
        if abs(truth.azimuth) > 125:
            assert across < 0, number
        if truth.pose == "upright" and 50 < abs(truth.azimuth) < 130:
            ahead = sum(joints[f"{side}_toe"].x - joints[f"{side}_ankle"].x for side in SIDES)
            shown = "left" if ahead < 0 else "right"
            assert truth.view.endswith(shown), number
            judged += 1
    assert judged > 30


def mirrored_box(box: Box | None) -> Box | None:
    """Give a box's mirror image."""
    return None if box is None else (SIZE - box[2], box[1], SIZE - box[0], box[3])


def swapped_view(view: str) -> str:
    """Exchange left and right in a view."""
    name, _, side = view.rpartition("_")
    return f"{name}_{SWAPPED[side]}" if side in SIDES else view


def assert_near(one: Box | None, other: Box | None) -> None:
    """Two boxes agree within a pixel: a sample on an edge may fall to either side."""
    if one is None or other is None:
        assert one == other
    else:
        np.testing.assert_allclose(one, other, atol=1)


def test_a_mirrored_figure_has_a_mirrored_picture_and_swapped_labels(
    strangers: list[Figure], drawings: list[Drawing]
) -> None:
    differences = []
    for number, (figure, drawing) in enumerate(zip(strangers, drawings, strict=True)):
        twin = draw(mirrored_figure(figure), SIZE, SIZE)
        one, other = drawing.truth, twin.truth
        assert other.view == swapped_view(one.view), number
        assert other.azimuth == pytest.approx(-one.azimuth, abs=0.011), number
        for axis in ("framing", "elevation", "pose", "expression"):
            assert getattr(other, axis) == getattr(one, axis), number
        for name, joint in one.joints.items():
            side, _, rest = name.partition("_")
            image = other.joints[f"{SWAPPED[side]}_{rest}" if side in SIDES else name]
            if joint.x != BEHIND:
                assert image.x == pytest.approx(SIZE - joint.x, abs=0.02), (number, name)
            assert image.y == pytest.approx(joint.y, abs=0.02), (number, name)
        assert_near(other.figure_box, mirrored_box(one.figure_box))
        for name, feature in one.features.items():
            if feature.pixels > 30:
                assert other.features[name].viewer_side == SWAPPED[feature.viewer_side], number
        difference = np.abs(twin.picture[:, ::-1].astype(int) - drawing.picture)
        # Samples on an edge, and brush strokes between equals, may fall to either side.
        assert difference.mean() < 4.0, number
        differences.append(difference.mean())
    assert np.mean(differences) < 0.3


def test_the_same_figure_is_drawn_bit_for_bit_again(strangers: list[Figure]) -> None:
    for figure in strangers[:5]:
        one, two = draw(figure, 96, 80), draw(figure, 96, 80)
        assert one.picture.tobytes() == two.picture.tobytes()
        assert one.truth == two.truth


def test_pixels_do_not_depend_on_the_number_of_processes(strangers: list[Figure]) -> None:
    def digest(workers: int) -> list[str]:
        return [
            hashlib.sha256(drawing.picture.tobytes()).hexdigest()
            for drawing in draw_many(strangers[:6], (48, 64), workers)
        ]

    assert digest(1) == digest(2)


def test_a_truth_is_plain_json(drawings: list[Drawing]) -> None:
    plain = json.loads(json.dumps(to_plain(drawings[0].truth)))
    assert plain["view"] == drawings[0].truth.view
    assert plain["figure"]["seed"] == drawings[0].truth.figure.seed


def kanachan(azimuth: float) -> Truth:
    """Draw the character with the side ponytail on her own left."""
    figure = Figure(
        seed=1,
        character=sheet("kanachan"),
        outfit="uniform",
        expression="neutral",
        pose=draw_pose("upright", np.random.default_rng(0)),
        camera=Camera(azimuth=azimuth, framing="bust"),
        backdrop=Backdrop(),
    )
    return draw(figure, 120, 120).truth


@pytest.mark.parametrize(
    ("azimuth", "side"), [(0.0, "right"), (30.0, "right"), (180.0, "left"), (-150.0, "left")]
)
def test_a_side_ponytail_on_her_left_hangs_at_the_viewers_right_only_from_the_front(
    azimuth: float, side: str
) -> None:
    assert kanachan(azimuth).features["side ponytail"].viewer_side == side
