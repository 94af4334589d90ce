"""From a figure to its picture and its truth."""

from dataclasses import dataclass, replace

import numpy as np

from curate.figures.assemble import MIRROR, assemble, reflect, subject
from curate.figures.backdrop import paint_backdrop, place_of
from curate.figures.camera import Lens, aim
from curate.figures.compiled import Bytes, Floats, Ints
from curate.figures.decal import FacePaint
from curate.figures.face import expressions, paint
from curate.figures.figure import Figure, Style
from curate.figures.finish import brush
from curate.figures.library import palette
from curate.figures.light import Look
from curate.figures.lines import label, mark
from curate.figures.poses import variant_of
from curate.figures.props import add_props, add_seat
from curate.figures.raster import fill
from curate.figures.resolve import Samples, resolve
from curate.figures.rig import Skeleton, pose_skeleton
from curate.figures.scene import Scene, scene_of
from curate.figures.seat import seat_of
from curate.figures.surface import Mesh
from curate.figures.truth import Truth, measure
from curate.figures.turns import unit

SOFTNESS = {"flat": (-3.0, 0.05), "toon": (0.06, 0.045), "soft": (0.10, 0.50)}
SMALL = 300
DETAIL = (20, 44)
GROUND_CONTACT = 0.3
SMALLEST_DECAL = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture and what is known about it.

    Args:
        picture: Shape (h, w, 3), sRGB bytes.
        truth: The labels.
        parts: Shape (h, w): index into `names` of what each pixel shows, -1 for the backdrop.
        names: Names of the parts.
    """

    picture: Bytes
    truth: Truth
    parts: Ints
    names: tuple[str, ...]


def _dark(colour: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    return (colour[0] * share, colour[1] * share, colour[2] * share)


def face_paint(figure: Figure) -> FacePaint:
    """Gather what the painter of the face needs."""
    shown = expressions()[figure.expression]
    face, hair = figure.character.face, palette("hair")[figure.character.hair.colour]
    return FacePaint(
        open=shown.open,
        arc=shown.arc,
        slant=shown.slant,
        iris=shown.iris,
        raise_brow=shown.raise_brow,
        slant_brow=shown.slant_brow,
        mouth=shown.mouth,
        curve=shown.curve,
        gape=shown.gape,
        round=shown.round,
        blush=shown.blush,
        eye=palette("eyes")[face.eye_colour],
        lash=_dark(hair, 0.22),
        brow=_dark(hair, 0.55),
        eye_width=0.118 * face.eye_width,
        eye_height=0.130 * face.eye_height,
        eye_apart=0.188 * face.eye_apart,
        eye_level=0.365,
        gaze=0.030 * figure.gaze,
        detail=1.0,
    )


def head_samples(lens: Lens, skeleton: Skeleton) -> float:
    """Give the head's size in samples, whichever way it is seen."""
    ends = skeleton.frames["head"].place(
        np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, -0.45], [0.0, 0.5, 0.4]])
    )
    flat = lens.project(ends)[:, :2]
    return float(max(np.linalg.norm(flat[0] - flat[1]), np.linalg.norm(flat[2] - flat[3])))


def look_of(style: Style, lens: Lens, up: Floats, head: float) -> Look:
    """Turn a style into numbers; `head` is the head's size in samples, `up` its upward axis."""
    side, high = np.radians(style.light)
    light = unit(np.array([np.sin(side) * np.cos(high), np.sin(high), np.cos(side) * np.cos(high)]))
    threshold, softness = SOFTNESS[style.shading]
    upward = lens.turn @ up
    return Look(
        light_x=float(light[0]),
        light_y=float(light[1]),
        light_z=float(light[2]),
        threshold=threshold,
        softness=softness,
        rim=style.rim,
        gloss=style.gloss,
        line_radius=max(1, round(style.line_width * 0.0042 * head)),
        line_strength=style.outline,
        texture=style.texture,
        ink=style.ink,
        shadow_x=round(0.044 * head * float(np.sin(side))),
        shadow_y=-round(0.055 * head),
        up_x=float(upward[0]),
        up_y=float(upward[1]),
        up_z=float(upward[2]),
    )


def mirrored_figure(figure: Figure) -> Figure:
    """Give the figure whose picture is the mirror image."""
    return replace(figure, mirrored=not figure.mirrored)


def _seen(figure: Figure) -> Figure:
    """Mirror what is not a surface: the camera and the light."""
    if not figure.mirrored:
        return figure
    camera, style = figure.camera, figure.style
    return replace(
        figure,
        camera=replace(camera, azimuth=-camera.azimuth, roll=-camera.roll, shift=-camera.shift),
        style=replace(style, light=(-style.light[0], style.light[1])),
    )


def draw(figure: Figure, width: int, height: int) -> Drawing:
    """Draw a figure at a size in pixels."""
    skeleton = pose_skeleton(figure.character.proportions, figure.pose.angles)
    mesh = assemble(figure, skeleton, DETAIL[min(width, height) > SMALL])
    if figure.mirrored:
        skeleton = reflect(skeleton, mesh)
    seen = _seen(figure)
    target, points = subject(skeleton, figure.camera.framing, mesh)
    lens = aim(seen.camera, target, points, (2 * width, 2 * height))
    head = head_samples(lens, skeleton)
    ground = _footprint(mesh)
    _surround(figure, skeleton, mesh, target, lens)
    size = int(np.clip(0.6 * head, SMALLEST_DECAL, 1024))
    decal = paint(size, face_paint(figure))
    fine = size > SMALLEST_DECAL
    scene = scene_of(mesh, lens, decal, fine=fine, mirrored=figure.mirrored)
    look = look_of(seen.style, lens, skeleton.frames["head"].turn[:, 1], head)
    samples = _samples(scene, look, (2 * height, 2 * width))
    picture = _backdrop(figure, ground, lens, samples.groups)
    parts = resolve(samples, scene, look, picture)
    if figure.style.paint > 0:
        picture = brush(picture, figure.style.paint)
    names = tuple(material.part for material in mesh.palette)
    truth = measure(figure, skeleton, lens, samples.near, parts, names)
    return Drawing(picture=picture, truth=truth, parts=parts, names=names)


def _samples(scene: Scene, look: Look, size: tuple[int, int]) -> Samples:
    """Find what each sample sees and where the lines run; `size` is (height, width)."""
    near, owner = fill(scene.vertices, scene.faces, *size)
    groups = np.empty(size, dtype=np.int16)
    lines = np.empty(size, dtype=np.uint8)
    inks = np.empty(size, dtype=np.int16)
    label(owner, scene.faces, groups)
    if look.line_strength > 0:
        mark(near, owner, groups, scene.faces, scene.materials, look.line_radius, lines, inks)
    else:
        lines[:] = 0
    return Samples(near, owner, groups, lines, inks)


def _footprint(mesh: Mesh) -> tuple[float, float, float, float]:
    """Give the middle (x, z) and the half sizes of where a figure meets the ground."""
    vertices = np.concatenate(mesh.vertices)
    low = vertices[vertices[:, 1] < GROUND_CONTACT][:, [0, 2]]
    middle = 0.5 * (low.min(axis=0) + low.max(axis=0))
    half = 0.5 * (low.max(axis=0) - low.min(axis=0)) + 0.22
    return (float(middle[0]), float(middle[1]), float(half[0]), float(half[1]))


def _surround(figure: Figure, skeleton: Skeleton, mesh: Mesh, target: Floats, lens: Lens) -> None:
    """Add what she sits on and what stands around."""
    start = len(mesh.vertices)
    if variant_of(figure.pose.name, figure.pose.variant).seat:
        add_seat(mesh, seat_of(skeleton), figure.seed)
    if figure.backdrop.props + figure.backdrop.covers:
        flip = MIRROR if figure.mirrored else np.eye(3)
        add_props(mesh, figure.backdrop, target @ flip, (lens.eye - target) @ flip)
        if figure.mirrored:
            for i in range(start, len(mesh.vertices)):
                mesh.vertices[i] = mesh.vertices[i] @ MIRROR
                mesh.normals[i] = mesh.normals[i] @ MIRROR


def _backdrop(
    figure: Figure, ground: tuple[float, float, float, float], lens: Lens, groups: Ints
) -> Bytes:
    """Paint the backdrop; that of a mirrored figure is the mirror image of the other one's."""
    if not figure.mirrored:
        return paint_backdrop(place_of(figure.backdrop, ground), lens, groups, flip=False)
    unmirrored = Lens(
        eye=lens.eye @ MIRROR,
        turn=MIRROR @ lens.turn @ MIRROR,
        zoom=lens.zoom,
        centre=(groups.shape[1] - lens.centre[0], lens.centre[1]),
    )
    place = place_of(figure.backdrop, (-ground[0], *ground[1:]))
    return paint_backdrop(place, unmirrored, groups, flip=True)
