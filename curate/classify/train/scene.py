"""One training picture: a drawn figure cropped, mirrored and put elsewhere, with its targets.

A `Scene` holds what is true of the pixels as they are; every change keeps both in step.
Shape legend: h, w picture; j joints.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curate.classify.train.drawn import FACE, OTHER, PROP
from curate.figures.rig import JOINTS, SIDES
from curate.figures.truth import framing_of, view_of

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Box = tuple[int, int, int, int]

# The order in which `joint_points` gives them.
NAMES = (*JOINTS, *(f"{side}_thigh" for side in SIDES))


def _other_side(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{SIDES[1 - SIDES.index(side)]}_{rest}" if side in SIDES else name


MIRRORED = np.array([NAMES.index(_other_side(name)) for name in NAMES])
LEAST_FACE = 0.004
FACE_TURNED = 110.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A picture and what it shows.

    Args:
        picture: (h, w, 3), sRGB bytes.
        parts: (h, w), classes of `drawn`.
        joints: (j, 2) in pixels, also of those outside; far away where behind the viewer.
        joints_3d: (j, 3) about the pelvis in head heights, seen from the camera.
        axes: (3, 6) left side and front of head, chest and pelvis, seen from the camera.
        azimuths: (3,) of the viewer in degrees around head, bust and trunk.
        elevation: Of the viewer in degrees.
        head_box: Left, top, right, bottom in pixels.
        figure_box: The same of the whole figure.
    """

    picture: Bytes
    parts: Bytes
    joints: Floats
    joints_3d: Floats
    axes: Floats
    azimuths: Floats
    elevation: float
    head_box: Box
    figure_box: Box

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height."""
        return self.picture.shape[1], self.picture.shape[0]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Tell which joints (j,) the picture shows or hides behind something."""
        width, height = self.size
        x, y = self.joints[:, 0], self.joints[:, 1]
        return (x >= 0) & (x < width) & (y >= 0) & (y < height)

    @property
    def framing(self) -> str:
        """Name the framing by the joints inside."""
        return framing_of(dict(zip(NAMES, self.inside.tolist(), strict=True)))

    @property
    def view(self) -> str:
        """Name the side of the character that is seen."""
        return view_of(float(self.azimuths[{"face": 0, "bust": 1}.get(self.framing, 2)]))

    @property
    def face_in_sight(self) -> bool:
        """Tell whether an expression can be read."""
        share = float((self.parts == FACE).mean())
        return share >= LEAST_FACE and abs(float(self.azimuths[0])) < FACE_TURNED

    @property
    def figure(self) -> NDArray[np.bool_]:
        """Tell which pixels (h, w) show the figure."""
        return np.asarray((self.parts != OTHER) & (self.parts != PROP))


def mirrored(scene: Scene) -> Scene:
    """Turn a scene into its mirror image: her left becomes her right."""
    width, _ = scene.size
    across = np.array([-1.0, 1.0, 1.0], np.float32)
    joints = scene.joints[MIRRORED].copy()
    joints[:, 0] = width - joints[:, 0]
    # The mirrored left side is what the right side was, which points the other way.
    axes = scene.axes * np.concatenate([-across, across])
    return replace(
        scene,
        picture=scene.picture[:, ::-1],
        parts=scene.parts[:, ::-1],
        joints=joints,
        joints_3d=scene.joints_3d[MIRRORED] * across,
        axes=axes,
        azimuths=-scene.azimuths,
        head_box=_mirrored_box(scene.head_box, width),
        figure_box=_mirrored_box(scene.figure_box, width),
    )


def _mirrored_box(box: Box, width: int) -> Box:
    return (width - box[2], box[1], width - box[0], box[3])


def window(scene: Scene, box: Box, fill: Bytes) -> Scene:
    """Show what is inside a box, which may reach beyond the picture: there `fill` (3,) is seen."""
    left, top, right, bottom = box
    width, height = scene.size
    size = (bottom - top, right - left)
    picture = np.empty((*size, 3), np.uint8)
    picture[:] = fill
    parts = np.full(size, OTHER, np.uint8)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    here = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    picture[here] = scene.picture[y0:y1, x0:x1]
    parts[here] = scene.parts[y0:y1, x0:x1]
    joints = (scene.joints - (left, top)).astype(np.float32)
    return replace(
        scene,
        picture=picture,
        parts=parts,
        joints=joints,
        head_box=_moved(scene.head_box, left, top, size),
        figure_box=_moved(scene.figure_box, left, top, size),
    )


def _moved(box: Box, left: int, top: int, size: tuple[int, int]) -> Box:
    height, width = size
    x0, x1 = (int(np.clip(x - left, 0, width)) for x in (box[0], box[2]))
    y0, y1 = (int(np.clip(y - top, 0, height)) for y in (box[1], box[3]))
    return (x0, y0, x1, y1)
