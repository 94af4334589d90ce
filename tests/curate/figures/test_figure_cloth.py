"""Skirts, hair and arms against what they must not pass through."""

import numpy as np
import pytest

from curate.figures.body import torso_of
from curate.figures.coiffure import surroundings
from curate.figures.hair import above_floor
from curate.figures.poses import PoseName, draw_pose, variant_of, variants
from curate.figures.rig import SIDES, Proportions, Skeleton, pose_skeleton
from curate.figures.seat import seat_of
from curate.figures.skirt import Skirt, hanging_skirt

POSES = [(name, kind.name) for name, kinds in variants().items() for kind in kinds]
CUTS = [Skirt(length=0.36, flare=0.20, pleats=18, fold=0.014), Skirt(length=0.95, flare=0.03)]


def skeletons(name: PoseName, kind: str, count: int = 4) -> list[Skeleton]:
    """Pose a figure a few times."""
    poses = [draw_pose(name, np.random.default_rng(seed), variant=kind) for seed in range(count)]
    return [pose_skeleton(Proportions(), pose.angles) for pose in poses]


def gaps(points_n3: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Measure how far points are from a line between two joints."""
    way = end - start
    share = np.clip((points_n3 - start) @ way / (way @ way), 0.0, 1.0)
    distances: np.ndarray = np.linalg.norm(points_n3 - start - share[:, None] * way, axis=1)
    return distances


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(("name", "kind"), POSES)
def test_a_skirt_keeps_off_the_ground_and_the_legs(name: PoseName, kind: str, cut: Skirt) -> None:
    for skeleton in skeletons(name, kind):
        seat = seat_of(skeleton) if variant_of(name, kind).seat else None
        piece = hanging_skirt(skeleton, torso_of(skeleton), cut, seat, 20)
        assert piece.vertices[:, 1].min() > -0.05
        for side in SIDES:
            joints = [skeleton.point(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")]
            # The waist sits on her body; below it no bone may come through.
            free = piece.vertices[: -len(piece.vertices) // 3]
            assert gaps(free, joints[0], joints[1]).min() > 0.08
            assert gaps(free, joints[1], joints[2]).min() > 0.05


def test_a_skirt_follows_a_raised_thigh() -> None:
    (skeleton, *_) = skeletons("kneel", "one knee")
    cut = Skirt(length=0.46, flare=0.42)
    points = hanging_skirt(skeleton, torso_of(skeleton), cut, None, 44).vertices
    knee = skeleton.point("left_knee")
    above = points[np.linalg.norm((points - knee)[:, [0, 2]], axis=1) < 0.25]
    assert above[:, 1].max() > knee[1]


def arm(skeleton: Skeleton, side: str) -> np.ndarray:
    """Give points from the elbow to the middle of the hand."""
    elbow, wrist, hand = (skeleton.point(f"{side}_{name}") for name in ("elbow", "wrist", "hand"))
    return np.concatenate([np.linspace(elbow, wrist, 20), np.linspace(wrist, hand, 10)])


def test_neither_arm_passes_through_the_other() -> None:
    for name, kind in POSES:
        for skeleton in skeletons(name, kind, 12):
            left, right = arm(skeleton, "left"), arm(skeleton, "right")
            assert np.linalg.norm(left[:, None] - right, axis=-1).min() > 0.12, (name, kind)


@pytest.mark.parametrize(("name", "kind"), POSES)
def test_hair_lies_on_the_ground_and_not_in_it(name: PoseName, kind: str) -> None:
    for skeleton in skeletons(name, kind):
        around = surroundings(skeleton, 20)
        far = np.random.default_rng(1).normal(size=(200, 3)) * 5.0
        height = skeleton.frames["head"].place(above_floor(far, around))[:, 1]
        assert height.min() > 0.0
