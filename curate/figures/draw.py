"""From a figure to its picture and its truth."""

from dataclasses import dataclass, replace

import numpy as np

from curate.figures.assemble import MIRROR, assemble, reflect, subject
from curate.figures.backdrop import paint_backdrop, place_of
from curate.figures.camera import Lens, aim
from curate.figures.compiled import Bytes, Floats, Ints
from curate.figures.face import FacePaint, expressions, paint
from curate.figures.figure import Figure, Style
from curate.figures.finish import brush
from curate.figures.library import palette
from curate.figures.lines import mark_lines
from curate.figures.material import GROUP, KIND, MATERIAL, material_table
from curate.figures.poses import variant_of
from curate.figures.props import add_props, add_seat
from curate.figures.raster import fill
from curate.figures.resolve import Look, Scene, shade
from curate.figures.rig import Skeleton, pose_skeleton
from curate.figures.surface import Mesh
from curate.figures.truth import Mask, Truth, measure
from curate.figures.turns import unit

SOFTNESS = {"flat": (-3.0, 0.05), "toon": (0.06, 0.045), "soft": (0.10, 0.50)}
SMALL = 300
DETAIL = (20, 44)
GROUND_CONTACT = 0.3


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
    scene = _scene(figure, mesh, lens, head)
    depth, owner = fill(scene.vertices, scene.faces, 2 * height, 2 * width)
    look = look_of(seen.style, lens, skeleton.frames["head"].turn[:, 1], head)
    backdrop = _backdrop(figure, ground, lens, (width, height))
    marks = _marks(depth, owner, scene, look)
    picture = shade(depth, owner, marks, scene, look, backdrop)
    if figure.style.paint > 0:
        picture = brush(picture, 2, figure.style.paint)
    sampled = owner[::2, 1::2] if figure.mirrored else owner[::2, ::2]
    parts = np.append(scene.faces[:, MATERIAL], np.int32(-1))[sampled]
    names = tuple(material.part for material in mesh.palette)
    truth = measure(figure, skeleton, lens, depth, parts, names)
    return Drawing(picture=picture, truth=truth, parts=parts, names=names)


def _marks(depth: Floats, owner: Ints, scene: Scene, look: Look) -> tuple[Bytes, Ints]:
    if look.line_strength <= 0:
        return np.zeros(owner.shape, dtype=np.uint8), np.zeros(owner.shape, dtype=np.int16)
    return mark_lines(
        depth,
        owner,
        scene.faces,
        scene.materials[:, KIND].astype(np.int32),
        look.line_radius,
    )


def _scene(figure: Figure, mesh: Mesh, lens: Lens, head: float) -> Scene:
    counts = mesh.face_counts
    vertices = np.empty((mesh.size, 8))
    vertices[:, :3] = lens.project(np.concatenate(mesh.vertices))
    vertices[:, 3:6] = np.concatenate(mesh.normals) @ lens.turn.T
    vertices[:, 6:] = np.concatenate(mesh.uvs)
    faces = np.empty((sum(counts), 5), dtype=np.int32)
    faces[:, :3] = np.concatenate(mesh.faces)
    faces[:, MATERIAL] = np.repeat(mesh.materials, counts)
    faces[:, GROUP] = np.repeat(mesh.groups, counts)
    winding = -1.0 if figure.mirrored else 1.0
    return Scene(
        vertices=vertices,
        faces=_facing(vertices, faces, np.repeat(mesh.closed, counts), winding),
        materials=material_table(list(mesh.palette)),
        decal=paint(int(np.clip(0.6 * head, 96, 1024)), face_paint(figure)),
        winding=winding,
    )


def _facing(vertices: Floats, faces: Ints, closed: Mask, winding: float) -> Ints:
    """Leave out the far sides of closed surfaces."""
    a, b, c = (vertices[faces[:, i], :2] for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return faces[~(closed & (area * winding > 0))]


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
        add_seat(mesh, skeleton, figure.seed)
    if figure.backdrop.props + figure.backdrop.covers:
        flip = MIRROR if figure.mirrored else np.eye(3)
        add_props(mesh, figure.backdrop, target @ flip, (lens.eye - target) @ flip)
        if figure.mirrored:
            for i in range(start, len(mesh.vertices)):
                mesh.vertices[i] = mesh.vertices[i] @ MIRROR
                mesh.normals[i] = mesh.normals[i] @ MIRROR


def _backdrop(
    figure: Figure, ground: tuple[float, float, float, float], lens: Lens, size: tuple[int, int]
) -> Floats:
    """Paint the backdrop; that of a mirrored figure is the mirror image of the other one's."""
    if not figure.mirrored:
        return paint_backdrop(place_of(figure.backdrop, ground), lens, size)
    width = 2 * size[0]
    unmirrored = Lens(
        eye=lens.eye @ MIRROR,
        turn=MIRROR @ lens.turn @ MIRROR,
        zoom=lens.zoom,
        centre=(width - lens.centre[0], lens.centre[1]),
    )
    place = place_of(figure.backdrop, (-ground[0], *ground[1:]))
    return paint_backdrop(place, unmirrored, size)[:, ::-1].copy()
