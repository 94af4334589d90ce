"""What a picture shows, as a record: labels, joints in pixels, boxes, parts and features."""

import math
from collections.abc import Collection, Mapping

import numpy as np

from curate.figures.camera import Lens
from curate.figures.compiled import Floats, Ints
from curate.figures.figure import Figure
from curate.figures.rig import JOINTS, SIDES, Skeleton
from curate.figures.tally import Box, tally
from rules.records import record

VIEWS = (
    (22.5, "front"),
    (67.5, "three_quarter"),
    (112.5, "side"),
    (157.5, "back_side"),
    (180.1, "back"),
)
ANGLE = 15.0
LEAST_PIXELS = 12
BEHIND = -1.0
FEATURES = (
    "ribbon",
    "intakes",
    "braid",
    "ponytail",
    "side ponytail",
    "twintails",
    "low twintails",
    "buns",
    "ahoge",
    "scrunchie",
    "hat",
    "glasses",
)


@record
class JointTruth:
    """Where a joint is: pixels from the top left corner, inside the picture, in sight.

    A joint behind the viewer has the place (-1, -1).
    """

    x: float
    y: float
    inside: bool
    visible: bool


@record
class FeatureTruth:
    """How much of a feature is in sight, and on which side of the head the viewer sees it.

    Args:
        visible: Whether at least a few pixels show it.
        pixels: Area in pixels of the picture.
        viewer_side: left, middle or right of the head's middle in the picture.
    """

    visible: bool
    pixels: int
    viewer_side: str | None


@record
class Truth:
    """Everything that is known about a picture.

    Angles are degrees, boxes (left, top, right, bottom) in pixels.

    Args:
        width: Pixels.
        height: Pixels.
        framing: face, bust, cowboy or full, by the joints inside the picture.
        view: The side of the character that the viewer sees.
        elevation: below, eye or above.
        pose: Class of the pose.
        variant: Kind of the pose inside its class.
        expression: Name of the expression.
        outfit: Name of the outfit.
        azimuth: Where the viewer stands around the figure; positive shows her left.
        head_azimuth: The same around the head.
        camera_elevation: The viewer's height above the horizon.
        joints: Every joint.
        head_box: Head with hair; None outside the picture.
        face_box: Face.
        figure_box: All of the figure that is in sight.
        parts: Part to its area in pixels; a part that is out of sight is absent.
        features: Features of hair and head.
        figure: Every parameter.
    """

    width: int
    height: int
    framing: str
    view: str
    elevation: str
    pose: str
    variant: str
    expression: str
    outfit: str
    azimuth: float
    head_azimuth: float
    camera_elevation: float
    joints: Mapping[str, JointTruth]
    head_box: Box | None
    face_box: Box | None
    figure_box: Box | None
    parts: Mapping[str, int]
    features: Mapping[str, FeatureTruth]
    figure: Figure


def view_of(azimuth: float) -> str:
    """Name the view at an azimuth in degrees; positive shows the character's left."""
    turned = (azimuth + 180.0) % 360.0 - 180.0
    name = next(name for limit, name in VIEWS if abs(turned) <= limit)
    side = "left" if turned > 0 else "right"
    if name in {"front", "back"}:
        return name
    return f"back_{side}" if name == "back_side" else f"{name}_{side}"


def elevation_of(degrees: float) -> str:
    """Name the height of a viewer."""
    if abs(degrees) <= ANGLE:
        return "eye"
    return "above" if degrees > 0 else "below"


def framing_of(inside: Mapping[str, bool]) -> str:
    """Name the framing by which joints are inside the picture; thighs count as joints."""
    if all(inside[f"{side}_ankle"] for side in SIDES) and inside["pelvis"]:
        return "full"
    if inside["pelvis"] and any(inside[f"{side}_thigh"] for side in SIDES):
        return "cowboy"
    return "bust" if inside["chest"] else "face"


def seen_azimuth(skeleton: Skeleton, eye_3: Floats, framing: str) -> float:
    """Give the azimuth of an eye around the head (face), the trunk, or between them (bust)."""
    ways = []
    for joint in {"face": ("head",), "bust": ("head", "chest")}.get(framing, ("chest", "pelvis")):
        frame = skeleton.frames[joint]
        towards = (eye_3 - frame.origin) @ frame.turn
        ways.append(towards[[0, 2]] / max(math.hypot(towards[0], towards[2]), 1e-9))
    across, ahead = np.sum(ways, axis=0)
    return math.degrees(math.atan2(across, ahead))


def joint_points(skeleton: Skeleton) -> dict[str, Floats]:
    """Give every joint's place (3,), and mid thighs and the middle of chest and head."""
    points = {name: skeleton.point(name) for name in JOINTS}
    points["head"] = skeleton.frames["head"].place(np.array([0.0, 0.45, 0.0]))
    points["chest"] = skeleton.frames["chest"].place(
        np.array([0.0, 0.18 * skeleton.build.torso, 0.0])
    )
    for side in SIDES:
        points[f"{side}_thigh"] = 0.5 * (points[f"{side}_hip"] + points[f"{side}_knee"])
    return points


def _joint_truths(
    skeleton: Skeleton, lens: Lens, near_hw: Floats, parts_pp: Ints, body: Collection[int]
) -> dict[str, JointTruth]:
    """Place every joint in the picture; `body` holds the materials of the figure."""
    scale = near_hw.shape[0] / parts_pp.shape[0]
    points = joint_points(skeleton)
    spots = lens.project(np.array(list(points.values())))
    height, width = near_hw.shape
    truths = {}
    for name, (x, y, inverse) in zip(points, spots, strict=True):
        inside = bool(inverse > 0 and 0 <= x < width and 0 <= y < height)
        visible = False
        if inside and int(parts_pp[int(y / scale), int(x / scale)]) in body:
            seen = float(near_hw[int(y), int(x)])
            room = 0.62 if name in {"head", "chest", "pelvis", "spine"} else 0.42
            hidden = 1.0 / inverse - room * max(skeleton.thickness, 0.75)
            visible = bool(seen > 0 and 1.0 / seen > hidden)
        truths[name] = JointTruth(
            x=round(float(x / scale), 2) if inverse > 0 else BEHIND,
            y=round(float(y / scale), 2) if inverse > 0 else BEHIND,
            inside=inside,
            visible=visible,
        )
    return truths


def _feature(pixels: int, middle: float, head: tuple[float, float]) -> FeatureTruth:
    if pixels < LEAST_PIXELS:
        return FeatureTruth(visible=False, pixels=pixels, viewer_side=None)
    offset = middle + 0.5 - head[0]
    side = "middle" if abs(offset) < 0.18 * head[1] else ("right" if offset > 0 else "left")
    return FeatureTruth(visible=True, pixels=pixels, viewer_side=side)


HEAD_PARTS = frozenset({"face", "ears", "hair", "bangs", "sidelocks", "intakes", "ahoge", "buns"})


def _head_span(skeleton: Skeleton, lens: Lens, scale: float) -> float:
    ends = skeleton.frames["head"].place(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    places = lens.project(ends)[:, :2]
    return max(float(np.linalg.norm(places[1] - places[0])) / scale, 1.0)


def measure(
    figure: Figure,
    skeleton: Skeleton,
    lens: Lens,
    near_hw: Floats,
    parts_pp: Ints,
    names: tuple[str, ...],
) -> Truth:
    """Write down what a picture shows.

    `near_hw` is 1/depth of every sample, `parts_pp` the material of every pixel (-1: none),
    `names` the part of every material.
    """
    height, width = parts_pp.shape
    seen = tally(parts_pp, names)
    body = {number for number, name in enumerate(names) if name != "prop"}
    joints = _joint_truths(skeleton, lens, near_hw, parts_pp, body)
    framing = framing_of({name: joint.inside for name, joint in joints.items()})
    azimuth = seen_azimuth(skeleton, lens.eye, framing)
    span = (joints["head"].x, _head_span(skeleton, lens, near_hw.shape[0] / height))
    return Truth(
        width=width,
        height=height,
        framing=framing,
        view=view_of(azimuth),
        elevation=elevation_of(figure.camera.elevation),
        pose=figure.pose.name,
        variant=figure.pose.variant,
        expression=figure.expression,
        outfit=figure.outfit,
        azimuth=round(azimuth, 2),
        head_azimuth=round(seen_azimuth(skeleton, lens.eye, "face"), 2),
        camera_elevation=figure.camera.elevation,
        joints=joints,
        head_box=seen.box(HEAD_PARTS),
        face_box=seen.box({"face"}),
        figure_box=seen.box(set(names) - {"prop"}),
        parts=seen.areas(),
        features={name: _feature(*seen.spot({name}), span) for name in FEATURES if name in names},
        figure=figure,
    )
