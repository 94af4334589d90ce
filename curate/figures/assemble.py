"""A figure's surfaces in the world, and what of them must fit the picture."""

from dataclasses import replace

import numpy as np

from curate.figures.body import add_body, torso_of
from curate.figures.character import Character
from curate.figures.coiffure import add_hairdo, surroundings
from curate.figures.compiled import Floats
from curate.figures.figure import Figure
from curate.figures.head import ear_piece, head_piece
from curate.figures.library import palette
from curate.figures.material import Material
from curate.figures.outfit import add_outfit
from curate.figures.poses import variant_of
from curate.figures.rig import SIDES, Skeleton
from curate.figures.seat import seat_of
from curate.figures.surface import Mesh
from curate.figures.tailor import Tailor
from curate.figures.turns import Frame

COARSE = 30
HIGHEST = 1.42
MIRROR = np.diag([-1.0, 1.0, 1.0])


def skin_of(character: Character) -> Material:
    """Give the material of skin."""
    colour = palette("skin")[character.face.skin]
    return Material(part="skin", colour=colour, kind="skin", shade=1.0, line=0.48)


def assemble(figure: Figure, skeleton: Skeleton, detail: int) -> Mesh:
    """Build the figure's surfaces in world coordinates; `detail` is the columns of a large tube."""
    rng = np.random.default_rng([figure.seed, 1])
    character = figure.character
    skin = skin_of(character)
    mesh = Mesh(fine=detail > COARSE)
    mesh.add(head_piece(detail), replace(skin, part="face", kind="face"))
    for sign in (-1.0, 1.0):
        mesh.add(ear_piece(sign), replace(skin, part="ears"))
    add_hairdo(mesh, character, surroundings(skeleton, detail), rng)
    frame = skeleton.frames["head"]
    mesh.vertices = [frame.place(np.concatenate(mesh.vertices))]
    mesh.normals = [np.concatenate(mesh.normals) @ frame.turn.T]
    torso = torso_of(skeleton)
    add_body(mesh, skeleton, torso, skin, detail)
    sitting = variant_of(figure.pose.name, figure.pose.variant).seat
    tailor = Tailor(
        mesh=mesh,
        skeleton=skeleton,
        torso=torso,
        outfit=character.outfits[figure.outfit],
        colours=palette("cloth"),
        detail=detail,
        seat=seat_of(skeleton) if sitting else None,
    )
    add_outfit(tailor, skin)
    return mesh


def reflect(skeleton: Skeleton, mesh: Mesh) -> Skeleton:
    """Turn a figure into its mirror image: the mesh in place, the skeleton as a new one."""
    mesh.vertices = [vertices @ MIRROR for vertices in mesh.vertices]
    mesh.normals = [normals @ MIRROR for normals in mesh.normals]
    frames = {}
    for name, frame in skeleton.frames.items():
        side, _, joint = name.partition("_")
        other = f"{SIDES[1 - SIDES.index(side)]}_{joint}" if side in SIDES else name
        frames[other] = Frame(origin=frame.origin @ MIRROR, turn=MIRROR @ frame.turn @ MIRROR)
    return replace(skeleton, frames=frames)


def subject(skeleton: Skeleton, framing: str, mesh: Mesh) -> tuple[Floats, Floats]:
    """Give the point to look at, (3,), and the points (p, 3) that must fit the picture."""
    if framing == "full":
        every = np.concatenate(mesh.vertices)
        return 0.5 * (every.min(axis=0) + every.max(axis=0)), every
    head, chest, long = skeleton.frames["head"], skeleton.frames["chest"], skeleton.build.torso
    top = min(float(head.local(mesh.vertices[0])[:, 1].max()), HIGHEST)
    crown = head.place(
        np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.08, top) for z in (-0.45, 0.4)])
    )
    if framing == "face":
        return head.place(np.array([0.0, 0.5, 0.0])), crown
    wide = skeleton.build.shoulder + 0.12
    shoulders = chest.place(
        np.array([[x, 0.40 * long, z] for x in (-wide, wide) for z in (-0.15, 0.2)])
    )
    if framing == "bust":
        low = chest.place(np.array([[0.0, 0.02 * long, 0.2], [0.0, 0.02 * long, -0.2]]))
        points = np.concatenate([crown, shoulders, low])
        return points.mean(axis=0), points
    legs = [
        0.40 * skeleton.point(f"{side}_hip") + 0.60 * skeleton.point(f"{side}_knee")
        for side in SIDES
    ]
    arms = [skeleton.point(f"{side}_elbow") for side in SIDES]
    hips = skeleton.frames["pelvis"].place(np.array([[-0.5, 0, 0], [0.5, 0, 0]]))
    points = np.concatenate([crown, shoulders, np.array(arms), hips, np.array(legs)])
    return points.mean(axis=0), points
