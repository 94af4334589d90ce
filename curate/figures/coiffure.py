"""A character's whole hairdo, face and headwear, put together in head coordinates."""

from dataclasses import replace

import numpy as np

from curate.figures.accessories import add_bow, add_glasses, add_hat, add_scrunchie
from curate.figures.character import Character
from curate.figures.compiled import Floats
from curate.figures.hair import (
    Curtain,
    Surroundings,
    add_bangs,
    add_curtain,
    add_intakes,
    add_sidelocks,
    cap_piece,
    push_out,
)
from curate.figures.head import on_skull
from curate.figures.library import palette
from curate.figures.material import Material
from curate.figures.rig import Skeleton
from curate.figures.surface import Mesh
from curate.figures.tails import add_ahoge, add_braid, add_bun, add_tail
from curate.figures.turns import Frame, unit

CURTAINS = {
    "short": Curtain(length=0.16, count=12, flare=0.05, curl=0.02, lift=0.070),
    "bob": Curtain(length=0.42, count=12, flare=0.14, curl=0.10, tip=0.35, lift=0.080),
    "medium": Curtain(length=0.80, count=13, flare=0.12, curl=0.03),
    "long": Curtain(length=1.75, count=13, flare=0.13),
    "very long": Curtain(length=2.75, count=14, flare=0.20),
}
LYING, SPREAD = 0.45, 0.45
TIED = Curtain(length=0.05, count=12, flare=0.0, curl=0.05, tip=0.3, lift=0.055, thick=0.030)


def surroundings(skeleton: Skeleton, detail: int) -> Surroundings:
    """Tell the hair where down and the chest are, seen from the head."""
    head, chest = skeleton.frames["head"], skeleton.frames["chest"]
    up = np.array([0.0, 1.0, 0.0])
    lying = bool(chest.turn[1, 1] < LYING)
    # Hair of a lying figure sinks to the ground beside her, most of it towards her feet.
    fall = unit(
        -0.55 * up - 0.65 * chest.turn[:, 1] if lying else -0.9 * up - 0.5 * chest.turn[:, 1]
    )
    scale = skeleton.build.torso
    plump = skeleton.thickness
    return Surroundings(
        down=unit(fall @ head.turn),
        chest=head.local(chest.place(np.array([0.0, 0.20 * scale, 0.0]))),
        axes=chest.turn.T @ head.turn,
        reach=(0.46 * plump, 0.30 * plump),
        up=up @ head.turn,
        floor=-float(head.origin[1]),
        spread=SPREAD if lying else 0.0,
        detail=detail,
    )


def _material(character: Character, part: str, shade: float = 0.92) -> Material:
    return Material(
        part=part,
        colour=palette("hair")[character.hair.colour],
        kind="hair",
        shade=shade,
        line=0.42,
    )


def _tails(
    mesh: Mesh,
    character: Character,
    around: Surroundings,
    rng: np.random.Generator,
) -> list[Frame]:
    """Add tails or buns and what ties them; give the frames where a bow may sit."""
    hair = character.hair
    scrunchie = character.accessories.scrunchie
    side = 1.0 if hair.side == "left" else -1.0
    roots: list[tuple[str, Floats, Floats, float, float]] = []
    if hair.back == "ponytail":
        roots = [
            (
                "ponytail",
                on_skull(np.array(np.pi), np.array(0.80), 0.05),
                np.array([0.0, 0.50, -0.86]),
                1.65,
                0.15,
            )
        ]
    elif hair.back == "side ponytail":
        root = on_skull(np.array(side * 1.95), np.array(0.62), 0.05)
        roots = [("side ponytail", root, np.array([side * 0.93, 0.22, -0.12]), 1.25, 0.185)]
    elif hair.back == "twintails":
        roots = [
            (
                "twintails",
                on_skull(np.array(sign * 1.85), np.array(0.80), 0.05),
                np.array([sign * 0.93, 0.32, -0.16]),
                1.95,
                0.125,
            )
            for sign in (-1.0, 1.0)
        ]
    elif hair.back == "low twintails":
        roots = [
            (
                "low twintails",
                on_skull(np.array(sign * 2.1), np.array(0.22), 0.06),
                np.array([sign * 0.75, -0.55, -0.1]),
                1.15,
                0.11,
            )
            for sign in (-1.0, 1.0)
        ]
    frames = []
    for part, root, heading, length, thick in roots:
        way = unit(heading)
        add_tail(
            mesh,
            _material(character, part),
            around,
            root,
            way,
            length=length * hair.length,
            thick=thick,
            rng=rng,
        )
        frames.append(_facing(root + 0.10 * way, way))
        if scrunchie is not None:
            tie = Material(part="scrunchie", colour=palette("cloth")[scrunchie], shade=0.80)
            add_scrunchie(mesh, tie, root + 0.09 * way, way, 0.72 * thick)
    if hair.back == "buns":
        for sign in (-1.0, 1.0):
            centre = np.array([sign * 0.36, 1.02, -0.14])
            add_bun(mesh, _material(character, "buns"), centre, 0.19)
            frames.append(
                _facing(centre - np.array([0, 0.15, 0]), unit(np.array([sign * 0.6, 0.1, 0.2])))
            )
    return frames


def _facing(origin: Floats, out: Floats) -> Frame:
    left = unit(np.cross(np.array([0.0, 1.0, 0.0]), out))
    return Frame(origin=origin, turn=np.stack([left, np.cross(out, left), out], axis=1))


def _half_braid(mesh: Mesh, character: Character, around: Surroundings) -> None:
    material = _material(character, "braid")
    for sign in (-1.0, 1.0):
        turn = np.linspace(1.15, np.pi - 0.12, 11) * sign
        height = np.linspace(0.78, 0.74, 11) - 0.03 * np.sin(np.linspace(0, np.pi, 11))
        points = on_skull(turn, height, 0.125)
        add_braid(mesh, material, points, 0.085, np.array([0.0, 1.0, 0.0]))
    root = on_skull(np.array(np.pi), np.array(0.66), 0.14)
    share = np.linspace(0.0, 1.0, 11)[:, None]
    bulge = np.array([0.0, 0.0, -0.03]) * np.sin(share * np.pi * 0.8)
    hang = push_out(root + around.down * share * 1.05 * character.hair.length + bulge, around, 0.09)
    add_braid(mesh, material, hang, 0.105, np.array([1.0, 0.0, 0.0]))


def add_hairdo(
    mesh: Mesh,
    character: Character,
    around: Surroundings,
    rng: np.random.Generator,
) -> None:
    """Add all hair, the bow, the hat and the glasses."""
    hair, worn = character.hair, character.accessories
    back = _material(character, "hair")
    mesh.add(cap_piece(around.detail, 0.060), back)
    curtain = CURTAINS.get(hair.back, TIED)
    length = curtain.length * hair.length
    add_curtain(mesh, back, around, _scaled(curtain, length), rng)
    frames = _tails(mesh, character, around, rng)
    if hair.half_braid:
        _half_braid(mesh, character, around)
    if hair.sidelocks > 0:
        add_sidelocks(mesh, _material(character, "sidelocks"), around, hair.sidelocks, rng)
    add_bangs(mesh, _material(character, "bangs"), hair.bangs, rng)
    if hair.intakes > 0:
        inner = _material(character, "intakes", shade=0.74)
        add_intakes(mesh, _material(character, "intakes"), hair, inner)
    if hair.ahoge:
        add_ahoge(mesh, _material(character, "ahoge"), float(rng.choice([-1.0, 1.0])))
    if worn.ribbon is not None:
        spot = on_skull(np.array(np.pi), np.array(0.74), 0.20 if hair.half_braid else 0.14)
        places = frames or [_facing(spot, np.array([0.0, 0.1, -0.995]))]
        for place in places:
            add_bow(
                mesh,
                Material(part="ribbon", colour=palette("cloth")[worn.ribbon], shade=0.80),
                place,
                worn.ribbon_size,
            )
    if worn.hat is not None:
        material = Material(part="hat", colour=palette("cloth")[worn.hat_colour])
        trim = Material(
            part="hat", colour=palette("cloth")["red" if worn.hat_colour != "red" else "white"]
        )
        add_hat(mesh, worn.hat, material, trim, around.detail)
    if worn.glasses is not None:
        add_glasses(
            mesh,
            Material(part="glasses", colour=palette("cloth")[worn.glasses], kind="flat"),
            0.37,
            0.185,
        )


def _scaled(curtain: Curtain, length: float) -> Curtain:
    return replace(curtain, length=length)
