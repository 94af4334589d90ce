"""Bones, cameras and triangles against what geometry says of them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.figures.camera import Camera, aim
from curate.figures.poses import PoseName, draw_pose, other_sided, variants
from curate.figures.raster import fill
from curate.figures.rig import LIMITS, PAIRED, SIDES, Proportions, limited, pose_skeleton
from curate.figures.truth import elevation_of, view_of

POSES = [(name, kind.name) for name, kinds in variants().items() for kind in kinds]
BONES = [
    *((f"{side}_shoulder", f"{side}_elbow", "upper_arm") for side in SIDES),
    *((f"{side}_elbow", f"{side}_wrist", "forearm") for side in SIDES),
    *((f"{side}_hip", f"{side}_knee", "thigh") for side in SIDES),
    *((f"{side}_knee", f"{side}_ankle", "shin") for side in SIDES),
]


def any_angles() -> st.SearchStrategy[dict[str, dict[str, float]]]:
    """Angles within twice the limits of every joint."""
    joints = {}
    for joint, axes in LIMITS.items():
        for name in [f"{side}_{joint}" for side in SIDES] if joint in PAIRED else [joint]:
            joints[name] = st.fixed_dictionaries(
                {axis: st.floats(2 * low, 2 * high) for axis, (low, high) in axes.items()}
            )
    return st.fixed_dictionaries(joints)


@settings(max_examples=60, deadline=None)
@given(any_angles(), st.floats(2.6, 8.2))
def test_no_pose_stretches_a_bone(angles: dict[str, dict[str, float]], heads: float) -> None:
    skeleton = pose_skeleton(Proportions(heads=heads), angles)
    for start, end, name in BONES:
        length = np.linalg.norm(skeleton.point(end) - skeleton.point(start))
        assert length == pytest.approx(getattr(skeleton.build, name), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(any_angles())
def test_every_angle_keeps_within_its_limits(angles: dict[str, dict[str, float]]) -> None:
    for joint, axes in limited(angles).items():
        limits = LIMITS[joint.removeprefix("left_").removeprefix("right_")]
        for axis, angle in axes.items():
            assert limits[axis][0] <= angle <= limits[axis][1]


@pytest.mark.parametrize(("name", "kind"), POSES)
def test_a_figure_stands_on_the_ground_and_not_in_it(name: PoseName, kind: str) -> None:
    for seed in range(5):
        pose = draw_pose(name, np.random.default_rng(seed), variant=kind)
        skeleton = pose_skeleton(Proportions(), pose.angles)
        lowest = min(skeleton.point(joint)[1] for joint in skeleton.frames)
        assert 0.0 <= lowest < 0.5


@pytest.mark.parametrize(("name", "kind"), POSES)
def test_the_other_side_of_a_pose_is_its_mirror_image(name: PoseName, kind: str) -> None:
    pose = draw_pose(name, np.random.default_rng(3), variant=kind)
    one = pose_skeleton(Proportions(), pose.angles)
    other = pose_skeleton(Proportions(), other_sided(pose.angles))
    for joint in one.frames:
        side, _, rest = joint.partition("_")
        twin = f"{SIDES[1 - SIDES.index(side)]}_{rest}" if side in SIDES else joint
        np.testing.assert_allclose(
            other.point(twin) * [-1, 1, 1], one.point(joint), atol=1e-9, err_msg=joint
        )


def test_the_whole_height_is_what_the_proportions_say() -> None:
    for heads in (3.0, 5.5, 6.5, 7.5):
        skeleton = pose_skeleton(Proportions(heads=heads), {})
        crown = skeleton.frames["head"].place(np.array([0.0, 1.0, 0.0]))
        assert crown[1] == pytest.approx(heads, abs=0.12)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-180, 180),
    st.floats(-60, 60),
    st.floats(-30, 30),
    st.floats(8, 60),
    st.sampled_from([(160, 160), (96, 200), (220, 90)]),
)
def test_the_subject_fills_the_picture_and_none_of_it_is_cut(
    azimuth: float, elevation: float, roll: float, field: float, size: tuple[int, int]
) -> None:
    points = np.random.default_rng(1).normal(size=(50, 3)) * [0.5, 3.0, 0.4]
    camera = Camera(
        azimuth=azimuth, elevation=elevation, roll=roll, field=field, margin=0.05, shift=0.5
    )
    places = aim(camera, np.zeros(3), points, size).project(points)[:, :2]
    low, high = places.min(axis=0), places.max(axis=0)
    room = 0.05 * np.array(size) - 1e-6
    assert (low >= room).all()
    assert (high <= np.array(size) - room).all()
    assert ((high - low) / np.array(size)).max() == pytest.approx(0.9)


def test_a_positive_azimuth_shows_her_left_side_and_a_positive_elevation_her_crown() -> None:
    points = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
    for azimuth in (20.0, 90.0, 160.0):
        near = aim(Camera(azimuth=azimuth), np.zeros(3), points, (100, 100)).project(points)[:, 2]
        assert near[0] > near[1]
    near = aim(Camera(elevation=40.0), np.zeros(3), points, (100, 100)).project(points)[:, 2]
    assert near[2] > near[3]


@pytest.mark.parametrize(
    ("azimuth", "view"),
    [
        (0, "front"),
        (22, "front"),
        (-22, "front"),
        (23, "three_quarter_left"),
        (-67, "three_quarter_right"),
        (68, "side_left"),
        (-112, "side_right"),
        (113, "back_left"),
        (-157, "back_right"),
        (158, "back"),
        (-179, "back"),
        (360, "front"),
        (270, "side_right"),
    ],
)
def test_a_view_is_named_by_the_side_of_the_character_that_it_shows(
    azimuth: float, view: str
) -> None:
    assert view_of(azimuth) == view


@pytest.mark.parametrize(
    ("degrees", "name"), [(-16, "below"), (-15, "eye"), (0, "eye"), (15, "eye"), (16, "above")]
)
def test_elevation_has_three_names(degrees: float, name: str) -> None:
    assert elevation_of(degrees) == name


def nearest_by_hand(
    screen: np.ndarray, faces: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Tell every sample's nearest face by half planes, and its clearance from edges."""
    owner = np.full((size, size), -1)
    clear = np.full((size, size), np.inf)
    near = np.zeros((size, size))
    y, x = np.mgrid[0:size, 0:size] + 0.5
    for number, face in enumerate(faces):
        a, b, c = screen[face]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        weights = []
        for p, q in ((b, c), (c, a), (a, b)):
            weights.append(((q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0])) / area)
        depth = weights[0] * a[2] + weights[1] * b[2] + weights[2] * c[2]
        inside = np.min(weights, axis=0) >= 0
        clear = np.minimum(clear, np.min(np.abs(weights), axis=0))
        clear = np.where(inside, np.minimum(clear, np.abs(depth - near)), clear)
        nearer = inside & (depth > near)
        near, owner = np.where(nearer, depth, near), np.where(nearer, number, owner)
    return owner, clear


def test_the_z_buffer_shows_what_half_planes_say_is_nearest() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        screen = rng.uniform([-10, -10, 0.1], [50, 50, 2.0], (30, 3))
        faces = rng.permutation(30).reshape(10, 3).astype(np.int32)
        near, owner = fill(screen, faces, 40, 40)
        expected, clear = nearest_by_hand(screen, faces, 40)
        sure = clear > 1e-6
        assert sure.mean() > 0.9
        np.testing.assert_array_equal(owner[sure], expected[sure])
        assert ((near > 0) == (owner >= 0)).all()


def test_a_triangle_with_a_corner_behind_the_viewer_is_left_out() -> None:
    screen = np.array([[0.0, 0.0, 1.0], [40.0, 0.0, 1.0], [0.0, 40.0, 0.0]])
    _, owner = fill(screen, np.array([[0, 1, 2]], dtype=np.int32), 40, 40)
    assert (owner == -1).all()


def test_a_pose_drawn_again_is_the_same_pose() -> None:
    first = draw_pose("run", np.random.default_rng(8))
    assert first == draw_pose("run", np.random.default_rng(8))
    assert first != replace(first, variant="other")
