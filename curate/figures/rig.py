"""The skeleton: proportions, joint angles within limits, and where that puts every joint.

Lengths are in head heights (chin to crown, without hair). Angles are degrees:
`forward` bends or swings to the front, `turn` to the character's left, `tilt` towards her left,
`out` away from the body, `twist` rolls a limb inward, `bend` closes an elbow or a knee.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.turns import Frame, turn_x, turn_y, turn_z
from rules.records import record

SIDES = ("left", "right")
LIMITS: dict[str, dict[str, tuple[float, float]]] = {
    "root": {"forward": (-180, 180), "turn": (-180, 180), "tilt": (-180, 180)},
    "spine": {"forward": (-25, 50), "turn": (-35, 35), "tilt": (-25, 25)},
    "chest": {"forward": (-20, 30), "turn": (-30, 30), "tilt": (-20, 20)},
    "neck": {"forward": (-25, 35), "turn": (-35, 35), "tilt": (-20, 20)},
    "head": {"forward": (-30, 35), "turn": (-50, 50), "tilt": (-25, 25)},
    "shoulder": {"forward": (-60, 180), "out": (-30, 175), "twist": (-90, 120)},
    "elbow": {"bend": (0, 150), "twist": (-90, 90)},
    "wrist": {"bend": (-60, 70), "out": (-30, 30)},
    "hip": {"forward": (-35, 125), "out": (-25, 75), "twist": (-50, 60)},
    "knee": {"bend": (0, 155)},
    "ankle": {"bend": (-30, 65), "twist": (-25, 25)},
}
PAIRED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
JOINTS = (
    "pelvis",
    "spine",
    "chest",
    "neck",
    "head",
    *(f"{side}_{name}" for side in SIDES for name in (*PAIRED, "hand", "toe")),
)

# Half the room that an arm needs, from the middle of the forearm to the fingertips, and by how
# many degrees two arms part at a time.
ARM_ROOM = np.array([0.13, 0.125, 0.12, 0.115, 0.105, 0.095, 0.09, 0.075, 0.06])
PARTING, PARTINGS = 3.0, 20

Angles = Mapping[str, Mapping[str, float]]


@record
class Proportions:
    """How a body is built; 1 is the ordinary amount except for `heads`.

    Args:
        heads: The whole height in head heights, 2.5 to 8.5.
        shoulders: Shoulder width.
        hips: Hip width.
        limbs: Thickness of arms and legs.
        bust: Chest depth.
        legs: Share of the height that the legs take.
    """

    heads: float = 6.5
    shoulders: float = 1.0
    hips: float = 1.0
    limbs: float = 1.0
    bust: float = 1.0
    legs: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Lengths of the bones that follow from the proportions."""

    scale: float
    hip_height: float
    torso: float
    neck: float
    thigh: float
    shin: float
    ankle: float
    upper_arm: float
    forearm: float
    hand: float
    foot: float
    shoulder: float
    hip: float


def build(proportions: Proportions) -> Build:
    """Derive the bones; small figures have short legs and hardly a neck."""
    heads = proportions.heads
    share = float(np.interp(heads, [2.5, 4.0, 5.5, 6.5, 8.0], [0.30, 0.41, 0.475, 0.50, 0.52]))
    hip_height = heads * share * proportions.legs
    neck = float(np.interp(heads, [2.5, 4.0, 6.0], [0.10, 0.16, 0.22]))
    torso = max(heads - 1.0 - neck - hip_height, 0.35)
    scale = torso / 1.98
    ankle = 0.085 * hip_height
    leg = hip_height - ankle
    return Build(
        scale=scale,
        hip_height=hip_height,
        torso=torso,
        neck=neck,
        thigh=0.51 * leg,
        shin=0.49 * leg,
        ankle=ankle,
        upper_arm=0.545 * torso * min(1.0, 0.92 + 0.08 * scale),
        forearm=0.475 * torso,
        hand=0.215 * torso + 0.08,
        foot=0.14 * hip_height + 0.19,
        shoulder=0.475 * proportions.shoulders * scale**0.6,
        hip=0.235 * proportions.hips * scale**0.6,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """A posed figure: one frame per joint of `JOINTS`, in world units (head heights)."""

    proportions: Proportions
    build: Build
    frames: dict[str, Frame]

    def point(self, joint: str) -> Floats:
        """Give a joint's place, shape (3,)."""
        return self.frames[joint].origin

    @property
    def thickness(self) -> float:
        """Scale of everything fleshy: thinner than the bones shrink, so that chibis stay plump."""
        return float(self.build.scale**0.55)


def limited(angles: Angles) -> dict[str, dict[str, float]]:
    """Bring every angle within the limits of its joint; a missing angle is 0."""
    names = [(name, name) for name in ("root", "spine", "chest", "neck", "head")]
    names += [(f"{side}_{name}", name) for side in SIDES for name in PAIRED]
    return {
        full: {
            axis: float(min(max(angles.get(full, {}).get(axis, 0.0), low), high))
            for axis, (low, high) in LIMITS[name].items()
        }
        for full, name in names
    }


def _trunk_turn(angle: Mapping[str, float]) -> Floats:
    return turn_y(angle["turn"]) @ turn_x(angle["forward"]) @ turn_z(-angle["tilt"])


def _limb_turn(angle: Mapping[str, float], sign: float) -> Floats:
    forward, out, twist = angle["forward"], angle["out"], angle["twist"]
    return turn_x(-forward) @ turn_z(sign * out) @ turn_y(-sign * twist)


def _arm(frames: dict[str, Frame], angles: Angles, side: str, size: Build) -> None:
    sign = 1.0 if side == "left" else -1.0
    shoulder = angles[f"{side}_shoulder"]
    lift = 0.10 * size.scale * np.sin(np.radians(min(max(shoulder["out"], 0.0), 150.0) * 0.6))
    lift += 0.05 * size.scale * np.sin(np.radians(max(shoulder["forward"], 0.0) * 0.5))
    top = frames["chest"].child(
        np.array(
            [sign * (size.shoulder - 0.3 * lift), 0.395 * size.torso + lift, -0.03 * size.scale]
        ),
        _limb_turn(shoulder, sign),
    )
    elbow = angles[f"{side}_elbow"]
    middle = top.child(np.array([0.0, -size.upper_arm, 0.0]), turn_x(-elbow["bend"]))
    middle = middle.child(np.zeros(3), turn_y(-sign * elbow["twist"]))
    wrist = angles[f"{side}_wrist"]
    end = middle.child(
        np.array([0.0, -size.forearm, 0.0]), turn_x(-wrist["bend"]) @ turn_z(sign * wrist["out"])
    )
    frames[f"{side}_shoulder"], frames[f"{side}_elbow"], frames[f"{side}_wrist"] = top, middle, end
    frames[f"{side}_hand"] = end.child(np.array([0.0, -0.75 * size.hand, 0.0]), np.eye(3))


def _part_arms(frames: dict[str, Frame], bent: dict[str, dict[str, float]], size: Build) -> None:
    """Turn both forearms outward until neither passes through the other."""
    share, reach = np.linspace(0.4, 1.0, 6)[:, None], np.array([[0.4], [0.9], [1.25]])
    for _ in range(PARTINGS):
        arms = []
        for side in SIDES:
            elbow, wrist, hand = (frames[f"{side}_{joint}"] for joint in ("elbow", "wrist", "hand"))
            forearm = elbow.origin + share * (wrist.origin - elbow.origin)
            palm = wrist.origin + reach * (hand.origin - wrist.origin)
            arms.append(np.concatenate([forearm, palm]))
        gaps = np.linalg.norm(arms[0][:, None] - arms[1][None], axis=-1)
        if (gaps >= (ARM_ROOM[:, None] + ARM_ROOM) * size.scale**0.55).all():
            return
        for side in SIDES:
            bent[f"{side}_shoulder"]["twist"] -= PARTING
            _arm(frames, bent, side, size)


def _leg(frames: dict[str, Frame], angles: Angles, side: str, size: Build) -> None:
    sign = 1.0 if side == "left" else -1.0
    top = frames["pelvis"].child(
        np.array([sign * size.hip, 0.0, 0.0]), _limb_turn(angles[f"{side}_hip"], sign)
    )
    middle = top.child(np.array([0.0, -size.thigh, 0.0]), turn_x(angles[f"{side}_knee"]["bend"]))
    ankle = angles[f"{side}_ankle"]
    end = middle.child(
        np.array([0.0, -size.shin, 0.0]), turn_x(ankle["bend"]) @ turn_y(sign * ankle["twist"])
    )
    frames[f"{side}_hip"], frames[f"{side}_knee"], frames[f"{side}_ankle"] = top, middle, end
    frames[f"{side}_toe"] = end.child(
        np.array([0.0, -0.75 * size.ankle, 0.68 * size.foot]), np.eye(3)
    )


def pose_skeleton(proportions: Proportions, angles: Angles) -> Skeleton:
    """Bend the joints and set the figure on the ground, y = 0, above the origin."""
    size = build(proportions)
    bent = limited(angles)
    pelvis = Frame(origin=np.zeros(3), turn=_trunk_turn(bent["root"]))
    frames = {"pelvis": pelvis}
    frames["spine"] = pelvis.child(
        np.array([0.0, 0.20 * size.torso, 0.0]), _trunk_turn(bent["spine"])
    )
    frames["chest"] = frames["spine"].child(
        np.array([0.0, 0.30 * size.torso, 0.0]), _trunk_turn(bent["chest"])
    )
    frames["neck"] = frames["chest"].child(
        np.array([0.0, 0.50 * size.torso, -0.05 * size.scale]), _trunk_turn(bent["neck"])
    )
    # A head's origin is the chin's height on its axis; it turns about the top of the neck.
    frames["head"] = frames["neck"].child(
        np.array([0.0, size.neck, 0.05 * size.scale]), _trunk_turn(bent["head"])
    )
    for side in SIDES:
        _arm(frames, bent, side, size)
        _leg(frames, bent, side, size)
    _part_arms(frames, bent, size)
    return _grounded(Skeleton(proportions=proportions, build=size, frames=frames))


def _grounded(skeleton: Skeleton) -> Skeleton:
    size, plump = skeleton.build, skeleton.thickness
    reach = {
        "pelvis": 0.30 * plump,
        "chest": 0.26 * plump,
        "head": 0.1,
        **{f"{side}_hip": 0.26 * plump for side in SIDES},
        **{f"{side}_knee": 0.15 * plump for side in SIDES},
        **{f"{side}_elbow": 0.09 * plump for side in SIDES},
        **{f"{side}_hand": 0.06 * plump for side in SIDES},
        **{f"{side}_toe": 0.25 * size.ankle for side in SIDES},
    }
    lowest = min(skeleton.point(joint)[1] - radius for joint, radius in reach.items())
    for side in SIDES:
        ankle = skeleton.frames[f"{side}_ankle"]
        heel = ankle.place(np.array([0.0, -size.ankle, -0.2 * size.foot]))
        lowest = min(lowest, float(heel[1]))
    head = skeleton.frames["head"].place(np.array([0.0, 0.5, -0.03]))
    lowest = min(lowest, float(head[1]) - 0.46)
    drop = np.array([0.0, -lowest, 0.0])
    frames = {
        name: Frame(origin=frame.origin + drop, turn=frame.turn)
        for name, frame in skeleton.frames.items()
    }
    return Skeleton(proportions=skeleton.proportions, build=size, frames=frames)
