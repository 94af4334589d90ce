"""One figure: everything that decides a picture, as frozen records."""

from dataclasses import field
from typing import Literal

from curate.figures.camera import Camera
from curate.figures.character import Character
from curate.figures.poses import Pose
from rules.records import record

Shading = Literal["flat", "toon", "soft"]
BackdropKind = Literal["plain", "gradient", "room", "clutter", "outdoors"]
Colour = tuple[float, float, float]


@record
class Style:
    """How a figure is painted.

    Args:
        shading: How shadows end: not at all, hard or soft.
        outline: Strength of the lines, 0 for none.
        line_width: Width of the lines against the ordinary.
        ink: How far colours give way to paper: 1 is line art.
        texture: Strength of brush and cloth texture.
        gloss: Strength of the light on the hair.
        rim: Strength of the light along the edge.
        light: Where the light comes from, degrees to the viewer's right and up.
        paint: Strength of the brush filter over the whole picture.
    """

    shading: Shading = "toon"
    outline: float = 0.9
    line_width: float = 1.0
    ink: float = 0.0
    texture: float = 0.0
    gloss: float = 1.0
    rim: float = 0.0
    light: tuple[float, float] = (-28.0, 40.0)
    paint: float = 0.0


@record
class Backdrop:
    """What is behind and around a figure.

    Args:
        kind: The sort of place.
        colour: Main colour.
        second: The gradient's other end, or the floor.
        props: Number of things in a room, clutter or outdoors.
        covers: Number of things between the viewer and the figure.
        shadow: Strength of the shadow on the ground.
        seed: Decides the things.
    """

    kind: BackdropKind = "plain"
    colour: Colour = (0.93, 0.93, 0.95)
    second: Colour = (0.82, 0.85, 0.91)
    props: int = 0
    covers: int = 0
    shadow: float = 0.0
    seed: int = 0


@record
class Figure:
    """A figure in front of a camera.

    Args:
        seed: Decides what the other fields leave open (strands, jitter).
        character: Who it is.
        outfit: Name of one of the character's outfits.
        expression: Name of an expression.
        gaze: Where the eyes look, -1 to 1 to the viewer's right.
        pose: How she stands.
        camera: Who looks.
        style: How it is painted.
        backdrop: What is behind.
        mirrored: Whether the whole scene is seen in a mirror.
    """

    seed: int
    character: Character
    outfit: str
    expression: str
    pose: Pose
    gaze: float = 0.0
    camera: Camera = field(default_factory=Camera)
    style: Style = field(default_factory=Style)
    backdrop: Backdrop = field(default_factory=Backdrop)
    mirrored: bool = False
