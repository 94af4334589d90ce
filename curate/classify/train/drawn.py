"""Training figures: drawn once into shards, each picture with everything that is known of it.

A shard is one safetensors file of many figures and one file of JSON lines with their words.
Shape legend: n figures, s side of the canvas, j joints.
"""

import json
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import save_file

from curate.classify.labels import HEADS
from curate.classify.train.recipe import FiguresPlan
from curate.figures.batch import in_processes
from curate.figures.camera import direction
from curate.figures.captions import hair_tags, outfit_words
from curate.figures.draw import draw
from curate.figures.face import expressions
from curate.figures.figure import Figure
from curate.figures.library import load
from curate.figures.poses import variant_of
from curate.figures.prior import sample_many
from curate.figures.rig import Skeleton, pose_skeleton
from curate.figures.tally import Box
from curate.figures.truth import BEHIND, Truth, joint_points, seen_azimuth
from curate.figures.turns import Frame
from curate.progress import progress
from rules.records import write_atomically

SIDE = 160
# Width to height, and how often; half of all pictures that people train on are upright.
ASPECTS = ((1.0, 0.4), (0.684, 0.3), (0.75, 0.12), (1.33, 0.06), (1.46, 0.12))
OTHER, PROP, FACE, HAIR, SKIN, TOP, SKIRT, LEGS, HEADWEAR = range(9)
PARTS = {
    **dict.fromkeys(("prop",), PROP),
    **dict.fromkeys(("face", "ears", "glasses"), FACE),
    **dict.fromkeys(("hair", "bangs", "sidelocks", "intakes", "ahoge", "buns", "braid"), HAIR),
    **dict.fromkeys(("ponytail", "side ponytail", "twintails", "low twintails"), HAIR),
    "skin": SKIN,
    **dict.fromkeys(("skirt", "underskirt", "kimono", "dress", "shorts", "pants"), SKIRT),
    **dict.fromkeys(("shoes", "legwear"), LEGS),
    **dict.fromkeys(("hat", "ribbon", "scrunchie"), HEADWEAR),
}
FRAMES = ("head", "chest", "pelvis")
# How often a picture is drawn at twice the size and reduced, as a trainer's pictures are.
REDUCED = 0.5
NO_BOX = (-1, -1, -1, -1)
POSES = HEADS["pose"]
EXPRESSIONS = tuple(expressions())


def canvas(seed: int, index: int) -> tuple[int, int, int]:
    """Give width and height of a picture, the longer one `SIDE`, and by how much it is reduced."""
    rng = np.random.default_rng([seed, index, 7])
    ratio = ASPECTS[int(rng.choice(len(ASPECTS), p=[share for _, share in ASPECTS]))][0]
    width, height = SIDE * min(1.0, ratio), SIDE * min(1.0, 1.0 / ratio)
    return round(width), round(height), 1 + int(rng.random() < REDUCED)


def in_view(figure: Figure, skeleton: Skeleton) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give joints (j, 3) about the pelvis in head heights and the axes (3, 6) of head and trunk.

    Both are seen from the camera's direction: x to the right, y up, z towards the viewer; the
    six numbers are a frame's left side and its front.
    """
    to_viewer = direction(figure.camera.azimuth, figure.camera.elevation)
    right = np.cross([0.0, 1.0, 0.0], to_viewer)
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(to_viewer, right), to_viewer])
    points = np.array(list(joint_points(skeleton).values())) - skeleton.point("pelvis")
    frames: list[Frame] = [skeleton.frames[name] for name in FRAMES]
    axes = [np.concatenate([turn @ f.turn[:, 0], turn @ f.turn[:, 2]]) for f in frames]
    return (points @ turn.T).astype(np.float32), np.array(axes, dtype=np.float32)


def words_of(truth: Truth) -> dict[str, object]:
    """Give what can be said of a picture however it is cropped or mirrored."""
    figure = truth.figure
    pose = variant_of(figure.pose.name, figure.pose.variant)
    words = load("words")
    clothes, phrase = outfit_words(truth)
    face = load("expressions")[truth.expression]
    return {
        "pose": [list(pose.tags), pose.prose],
        "hair": hair_tags(truth),
        "clothes": [clothes, phrase],
        "expression": [face["tags"], face["sentence"]],
        "backdrop": words["backdrop"][figure.backdrop.kind],
    }


def describe(
    figure: Figure, size: tuple[int, int, int]
) -> tuple[dict[str, NDArray[np.generic]], str]:
    """Draw a figure and give its arrays by name and its words as a line of JSON."""
    width, height, factor = size
    drawing = draw(figure, factor * width, factor * height)
    truth = drawing.truth
    image = Image.fromarray(drawing.picture)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[:height, :width] = np.asarray(image.reduce(factor))
    classes = np.array([*(PARTS.get(name, TOP) for name in drawing.names), OTHER], np.uint8)
    parts = np.zeros((SIDE, SIDE), np.uint8)
    parts[:height, :width] = classes[drawing.parts[::factor, ::factor]]
    skeleton = pose_skeleton(figure.character.proportions, figure.pose.angles)
    joints_3d, axes = in_view(figure, skeleton)
    eye = 1e3 * direction(figure.camera.azimuth, figure.camera.elevation)
    azimuths = [seen_azimuth(skeleton, eye, framing) for framing in ("face", "bust", "full")]
    joints = truth.joints.values()
    arrays: dict[str, NDArray[np.generic]] = {
        "picture": picture,
        "parts": parts,
        "size": np.array((width, height), np.int16),
        "joints": _places(truth, factor),
        "inside": np.array([joint.inside for joint in joints], np.uint8),
        "visible": np.array([joint.visible for joint in joints], np.uint8),
        "joints_3d": joints_3d,
        "axes": axes,
        "azimuths": np.array(azimuths, np.float32),
        "elevation": np.array(figure.camera.elevation, np.float32),
        "roll": np.array(figure.camera.roll, np.float32),
        "pose": np.array(POSES.index(truth.pose), np.uint8),
        "expression": np.array(EXPRESSIONS.index(truth.expression), np.uint8),
        "head_box": _box(truth.head_box, factor),
        "face_box": _box(truth.face_box, factor),
        "figure_box": _box(truth.figure_box, factor),
    }
    return arrays, json.dumps(words_of(truth), separators=(",", ":"))


def _places(truth: Truth, factor: int) -> NDArray[np.float32]:
    """Give the joints (j, 2) of the reduced picture; who is behind the viewer stays there."""
    places = np.array([(joint.x, joint.y) for joint in truth.joints.values()], np.float32)
    behind = (places == BEHIND).all(axis=1)
    return np.where(behind[:, None], places, places / factor).astype(np.float32)


def _box(box: Box | None, factor: int) -> NDArray[np.int16]:
    return np.array(NO_BOX if box is None else [side // factor for side in box], np.int16)


def draw_shards(folder: Path, plan: FiguresPlan, workers: int) -> None:
    """Draw the shards that are missing; what is there stays, so that it can be interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [i for i in range(plan.shards) if not shard_path(folder, i).exists()]
    work = partial(_draw_shard, folder, plan)
    for _ in progress(in_processes(work, missing, workers), total=len(missing), doing="drawing"):
        pass


def shard_path(folder: Path, index: int) -> Path:
    """Give the place of a shard; its words lie beside it."""
    return folder / f"{index:04}.safetensors"


def _draw_shard(folder: Path, plan: FiguresPlan, index: int) -> None:
    own = plan.seed + index
    figures = sample_many(plan.prior, own, plan.size, plan.split)
    drawn = [describe(figure, canvas(own, i)) for i, figure in enumerate(figures)]
    arrays = {name: np.stack([arrays[name] for arrays, _ in drawn]) for name in drawn[0][0]}
    path = shard_path(folder, index)
    write_atomically(path.with_suffix(".jsonl"), "\n".join(words for _, words in drawn).encode())
    partial_path = path.with_suffix(".partial")
    save_file(arrays, partial_path)
    partial_path.rename(path)
