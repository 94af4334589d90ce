"""figures.yaml: what a set of pictures shall show, shot by shot."""

from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from curate.figures.camera import Camera
from curate.figures.captions import CaptionPlan
from curate.figures.character import Character
from curate.figures.dice import Prior, Split
from curate.figures.face import expressions
from curate.figures.figure import Backdrop, BackdropKind, Figure, Style
from curate.figures.library import load
from curate.figures.poses import draw_pose, variants
from curate.figures.prior import prior_named, sample
from rules.plain_yaml import load_yaml
from rules.records import RecordError, parse, record

Range = tuple[float, float]
Size = Annotated[int, Field(ge=32, le=4096)]
Framing = Literal["face", "bust", "cowboy", "full"]


@record
class Shot:
    """Pictures that belong together; every list is walked through in turn, one entry a picture.

    Args:
        name: What the shots are.
        folder: Where they go, below the set's folder.
        count: How many.
        size: Width and height in pixels.
        character: A sheet beside the code or in `characters`; None draws a stranger each time.
        outfits: Outfits of the sheet; all of them where none are named.
        framing: What fits the picture.
        azimuth: Mean and spread in degrees; positive shows the character's left side.
        elevation: Mean and spread in degrees.
        poses: `class` or `class/variant`.
        expressions: Names of expressions.
        gazes: Where the eyes look, -1 to 1.
        other_side: Whether the pose is taken with left and right exchanged.
        backdrops: Sorts of places.
        style: How it is painted; None leaves it to the prior.
        fov: Field of view in degrees.
        margin: Free border as a share of the picture.
        one_figure: Whether all share pose, strands and camera, as swaps of one picture do.
        omit: Tags that these captions leave out.
    """

    name: str
    folder: str = "."
    count: Annotated[int, Field(ge=1, le=1_000_000)]
    size: tuple[Size, Size] = (1024, 1024)
    character: str | None = None
    outfits: tuple[str, ...] = ()
    framing: tuple[Framing, ...] = ()
    azimuth: tuple[Range, ...] = ()
    elevation: tuple[Range, ...] = ()
    poses: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    gazes: tuple[float, ...] = ()
    other_side: tuple[bool, ...] = ()
    backdrops: tuple[BackdropKind, ...] = ()
    style: Style | None = None
    fov: float | None = None
    margin: float | None = None
    one_figure: bool = False
    omit: tuple[str, ...] = ()


@record
class FiguresSpec:
    """A whole set.

    Args:
        seed: Decides all that the shots leave open.
        prior: Name of the distribution that strangers and open fields come from.
        split: Whether strangers may have values reserved for evaluation.
        truth: Whether the truth file holds labels only or every joint and parameter.
        caption: What captions hold; None writes no captions.
        characters: Sheets of this set's own.
        shots: What to draw.
    """

    seed: int
    prior: str = "default"
    split: Split = "all"
    truth: Literal["short", "full"] = "short"
    caption: CaptionPlan | None = None
    characters: dict[str, Character] = field(default_factory=dict)
    shots: tuple[Shot, ...]


def read_spec(path: Path) -> FiguresSpec:
    """Read a spec.

    Raises:
        RecordError: With every fault of the file.
    """
    spec = parse(FiguresSpec, load_yaml(path), str(path))
    faults = list(_faults(spec))
    if faults:
        raise RecordError(str(path), faults)
    return spec


def sheet(name: str) -> Character:
    """Give a character sheet of those beside the code."""
    return parse(Character, load(f"sheets/{name}"), f"{name}.yaml")


SHEETS = ("keichan", "kanachan")


def _faults(spec: FiguresSpec) -> list[str]:
    faults = []
    known = {*SHEETS, *spec.characters}
    for shot in spec.shots:
        if shot.character is not None and shot.character not in known:
            faults.append(
                f"`{shot.name}`: no character `{shot.character}`; "
                f"known are {', '.join(sorted(known))}"
            )
        for pose in shot.poses:
            name, _, variant = pose.partition("/")
            if name not in variants():
                faults.append(f"`{shot.name}`: no pose `{name}`; known are {', '.join(variants())}")
            elif variant and variant not in (names := [v.name for v in variants()[name]]):
                faults.append(
                    f"`{shot.name}`: no kind `{variant}` of `{name}`; known are {', '.join(names)}"
                )
        faults += [
            f"`{shot.name}`: no expression `{name}`; known are {', '.join(expressions())}"
            for name in shot.expressions
            if name not in expressions()
        ]
    return faults


def figures_of(spec: FiguresSpec) -> list[tuple[Shot, int, Figure]]:
    """Give every figure of a set with its shot and its number (from 1) in its folder."""
    prior = prior_named(spec.prior)
    result = []
    numbers: dict[str, int] = {}
    for place, shot in enumerate(spec.shots):
        for i in range(shot.count):
            numbers[shot.folder] = numbers.get(shot.folder, 0) + 1
            figure = _figure(spec, prior, shot, (place, i))
            result.append((shot, numbers[shot.folder], figure))
    return result


def _figure(spec: FiguresSpec, prior: Prior, shot: Shot, place: tuple[int, int]) -> Figure:
    index = place[1]
    seed = [spec.seed, place[0], 0 if shot.one_figure else index]
    rng = np.random.default_rng(seed)
    free = sample(prior, rng, spec.split)
    # A second stream, so that a change of the prior leaves what a spec names where it was.
    named = np.random.default_rng([*seed, 1])
    changes: dict[str, object] = {}
    if shot.character is not None:
        character = spec.characters.get(shot.character) or sheet(shot.character)
        outfits = shot.outfits or tuple(character.outfits)
        changes |= {"character": character, "outfit": outfits[index % len(outfits)]}
    if shot.poses:
        name, _, variant = shot.poses[index % len(shot.poses)].partition("/")
        other = shot.other_side[index % len(shot.other_side)] if shot.other_side else False
        changes["pose"] = draw_pose(name, named, variant=variant or None, other_side=other)  # type: ignore[arg-type]
    if shot.expressions:
        changes["expression"] = shot.expressions[index % len(shot.expressions)]
    if shot.character is not None or shot.gazes:
        changes["gaze"] = shot.gazes[index % len(shot.gazes)] if shot.gazes else 0.0
    if shot.style is not None:
        changes["style"] = shot.style
    if shot.backdrops:
        changes["backdrop"] = _studio(shot.backdrops[index % len(shot.backdrops)], named)
    changes["camera"] = _camera(shot, index, free.camera, named)
    return replace(free, **changes)  # type: ignore[arg-type]


STUDIO = (
    ((0.955, 0.960, 0.975), (0.855, 0.880, 0.925)),
    ((0.975, 0.955, 0.945), (0.920, 0.875, 0.860)),
    ((0.950, 0.970, 0.955), (0.855, 0.905, 0.875)),
    ((0.970, 0.950, 0.975), (0.885, 0.860, 0.915)),
    ((0.965, 0.965, 0.965), (0.895, 0.895, 0.905)),
)


def _studio(kind: BackdropKind, rng: np.random.Generator) -> Backdrop:
    colour, second = STUDIO[int(rng.integers(len(STUDIO)))]
    return Backdrop(kind=kind, colour=colour, second=second, seed=int(rng.integers(1 << 30)))


def _camera(shot: Shot, index: int, free: Camera, rng: np.random.Generator) -> Camera:
    noise = np.clip(rng.normal(size=2), -2.0, 2.0)

    def pick(ranges: tuple[Range, ...], default: float, place: int) -> float:
        if not ranges:
            return default
        mean, spread = ranges[index % len(ranges)]
        return mean + spread * float(noise[place])

    named = shot.character is not None
    return Camera(
        azimuth=pick(shot.azimuth, free.azimuth, 0),
        elevation=pick(shot.elevation, free.elevation, 1),
        roll=0.0 if named else free.roll,
        field=shot.fov or (24.0 if named else free.field),
        framing=shot.framing[index % len(shot.framing)] if shot.framing else free.framing,
        margin=free.margin if shot.margin is None else shot.margin,
        shift=0.0 if named else free.shift,
    )
