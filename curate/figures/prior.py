"""Strangers: the declared distributions that random figures come from (`data/priors.yaml`)."""

from dataclasses import replace
from functools import cache

import numpy as np

from curate.figures.camera import Camera, direction
from curate.figures.character import Accessories, Character, Face, Hair, Outfit
from curate.figures.dice import Dice, Prior, Split, choose
from curate.figures.figure import Backdrop, Figure, Style
from curate.figures.library import load, palette
from curate.figures.poses import Pose, draw_pose, variant_of
from curate.figures.rig import Proportions, pose_skeleton
from curate.figures.truth import seen_azimuth
from rules.records import RecordError, parse

AZIMUTHS = {
    "front": (0.0, 22.5),
    "three_quarter": (22.5, 67.5),
    "side": (67.5, 112.5),
    "back_side": (112.5, 157.5),
    "back": (157.5, 180.0),
}
MIDDLES = {"front": 0.0, "three_quarter": 45.0, "side": 90.0, "back_side": 135.0, "back": 180.0}
FROM_MIDDLE = 5.0
FAR = 1000.0
LYING = 16
FROM_FRONT = 20.0
CLOSE = frozenset({"face", "bust"})
# A cut above the knees hides a stride; a lying figure cut at the chest is neither up nor down.
HIDDEN_LEGS = {"walk": {"cowboy"}, "run": {"cowboy"}, "lie": CLOSE}
ELEVATIONS = {"below": (-38.0, -18.0), "eye": (-9.0, 11.0), "above": (18.0, 44.0)}


@cache
def prior_named(name: str) -> Prior:
    """Give a prior of those beside the code.

    Raises:
        RecordError: Where there is none of this name.
    """
    known = load("priors")
    if name not in known:
        raise RecordError("priors.yaml", [f"no prior `{name}`; known are {', '.join(known)}"])
    return parse(Prior, known[name], f"priors.yaml: {name}")


def _character(dice: Dice) -> Character:
    rng, prior = dice.rng, dice.prior
    colours = palette("cloth")
    back = dice.pick("hair_back")
    hat = dice.pick("hat")
    tied = back not in {"short", "bob", "medium", "long", "very long"}
    hair = Hair(
        colour=dice.pick("hair_colour"),
        bangs=dice.pick("bangs"),  # type: ignore[arg-type]
        back=back,  # type: ignore[arg-type]
        length=float(rng.uniform(0.8, 1.25)),
        sidelocks=float(rng.uniform(0.30, 1.05)) if dice.chance(0.75) else 0.0,
        intakes=float(rng.uniform(0.6, 1.2)) if dice.chance(prior.intakes) else 0.0,
        half_braid=dice.chance(prior.half_braid) and not tied,
        ahoge=dice.chance(prior.ahoge),
        side="left" if dice.chance(0.5) else "right",
    )
    accessories = Accessories(
        ribbon=dice.any_of(colours) if dice.chance(prior.ribbon) else None,
        ribbon_size=float(rng.uniform(0.24, 0.50)),
        scrunchie=dice.any_of(colours) if tied and dice.chance(prior.scrunchie) else None,
        hat=None if hat == "none" else hat,  # type: ignore[arg-type]
        hat_colour=dice.any_of(colours),
        glasses=dice.any_of(("black", "red", "blue", "brown"))
        if dice.chance(prior.glasses)
        else None,
    )
    face = Face(
        eye_colour=dice.any_of(palette("eyes")),
        eye_width=float(rng.uniform(0.90, 1.10)),
        eye_height=float(rng.uniform(0.82, 1.12)),
        eye_apart=float(rng.uniform(0.95, 1.05)),
        skin=choose({"pale": 0.3, "light": 0.5, "tan": 0.13, "dark": 0.07}, rng),
    )
    return Character(
        name="stranger",
        hair=hair,
        face=face,
        accessories=accessories,
        proportions=_proportions(dice),
        outfits={"worn": _outfit(dice)},
    )


def _proportions(dice: Dice) -> Proportions:
    rng = dice.rng
    weights = np.array([row[0] for row in dice.prior.heads])
    _, mean, spread = dice.prior.heads[int(rng.choice(len(weights), p=weights / weights.sum()))]
    build = dice.prior.build

    def some(low: float, high: float) -> float:
        less = (1.0 - build) * (high - low) / 2.0
        return float(rng.uniform(low + less, high - less))

    return Proportions(
        heads=float(np.clip(mean + spread * rng.normal(), 2.6, 8.2)),
        shoulders=some(0.94, 1.08),
        hips=some(0.94, 1.10),
        limbs=some(0.90, 1.12),
        bust=some(0.4, 1.35),
        legs=some(0.96, 1.05),
    )


def _outfit(dice: Dice) -> Outfit:
    rng, colours = dice.rng, palette("cloth")
    kind = dice.pick("outfit")
    main, second, accent = (dice.any_of(colours) for _ in range(3))
    if kind == "serafuku" and dice.chance(0.6):
        main = "white"
    if second == main:
        second = "white" if main != "white" else "navy"
    if accent in {main, second}:
        accent = next(c for c in ("red", "yellow", "blue") if c not in {main, second})
    sleeves = "none" if kind == "sundress" else dice.any_of(("short", "long"))
    if kind in {"coat", "hoodie", "sweater", "blazer"}:
        sleeves = "long"
    legwear = dice.any_of(("socks", "kneehighs", "thighhighs", "pantyhose"))
    return Outfit(
        kind=kind,
        main=main,
        second=second,
        accent=accent,
        legs=dice.any_of(("black", "white", "navy", "brown", "grey"))
        if dice.chance(0.75)
        else None,
        legwear=legwear,  # type: ignore[arg-type]
        shoes=dice.any_of(("brown", "black", "white", "red", "blue"))
        if rng.random() < 0.93
        else None,
        pattern=dice.pick("pattern"),
        sleeves=sleeves,  # type: ignore[arg-type]
    )


def _camera(dice: Dice, pose: Pose) -> Camera:
    rng, prior = dice.rng, dice.prior
    low, high = AZIMUTHS[choose(prior.view, rng)]
    azimuth = float(rng.uniform(low, high)) * (1 if dice.chance(0.5) else -1)
    bottom, top = ELEVATIONS[choose(prior.elevation, rng)]
    elevation = float(rng.uniform(bottom, top))
    framing = choose(prior.framing, rng)
    if pose.name == "lie":
        # From low or from the feet a lying figure is unreadable, and nobody draws it so.
        elevation = float(rng.uniform(18.0, 62.0))
        azimuth = float(rng.uniform(40.0, 140.0)) * (1 if dice.chance(0.5) else -1)
    if pose.name in {"sit", "kneel", "lie"}:
        framing = "full" if framing == "cowboy" else framing
        elevation = max(elevation, -8.0) if framing == "full" else elevation
    return Camera(
        azimuth=azimuth,
        elevation=elevation,
        roll=float(rng.normal(0.0, 9.0)) if dice.chance(prior.roll) else 0.0,
        field=float(rng.uniform(*prior.field)),
        framing=framing,
        margin=float(rng.uniform(*prior.margin)),
        shift=float(rng.uniform(-prior.shift, prior.shift)),
    )


def _turned_head(pose: Pose, camera: Camera, dice: Dice) -> Pose:
    """Let her look towards the viewer now and then, as far as a neck allows."""
    angles = {joint: dict(axes) for joint, axes in pose.angles.items()}
    if pose.name != "lie" and dice.chance(0.6):
        angles["neck"]["forward"] -= 0.25 * camera.elevation
        angles["head"]["forward"] -= 0.35 * camera.elevation
    if pose.name == "upright" or not dice.chance(0.45):
        return replace(pose, angles=angles)
    wanted = float(np.clip(camera.azimuth, -80.0, 80.0)) * float(dice.rng.uniform(0.3, 0.8))
    if camera.framing in CLOSE:
        # A head far from its shoulders' way has a view of its own, and no name covers both.
        wanted *= 0.3
    angles["neck"]["turn"] += 0.35 * wanted
    angles["head"]["turn"] += 0.65 * wanted
    return replace(pose, angles=angles)


def _cleared(dice: Dice, figure: Figure) -> Figure:
    """Move the camera to where the view has a plain name and the pose can be told.

    Who draws a character chooses such a view: borders between sectors are seen by accident.
    """
    rng, pose, framing = dice.rng, figure.pose, figure.camera.framing
    side = 1 if dice.chance(0.5) else -1
    hidden = variant_of(pose.name, pose.variant).hidden_from if framing not in CLOSE else ()
    view = choose(dice.prior.view, rng, hidden)
    wanted = side * (MIDDLES[view] + FROM_MIDDLE * float(np.clip(rng.normal(), -2.0, 2.0)))
    from_above = dice.chance(0.6)
    lying = rng.uniform(
        (30.0, 66.0 if from_above else 4.0), (150.0, 82.0 if from_above else 13.0), (LYING, 2)
    )
    lying[:, 0] *= side
    clear, whole = dice.chance(dice.prior.clear), dice.chance(dice.prior.legs)
    if whole and framing in HIDDEN_LEGS.get(pose.name, ()):
        framing = "full"
    if not clear:
        return figure
    if abs(wanted) < FROM_FRONT and pose.name != "lie":
        # Who stands before a viewer looks there; a turned head makes it another view.
        pose = _with_head_turned(pose, 0.35)
    skeleton = pose_skeleton(figure.character.proportions, pose.angles)

    def seen(azimuth: float, elevation: float) -> float:
        return seen_azimuth(skeleton, FAR * direction(azimuth, elevation), framing)

    azimuth, elevation = wanted, figure.camera.elevation
    if pose.name == "lie":
        # Who lies shows her front, a side or her back; what is between them has no plain name.
        ways = [(float(a), float(e)) for a, e in lying]
        azimuth, elevation = min(ways, key=lambda way: abs((seen(*way) + 45.0) % 90.0 - 45.0))
    else:
        # A bent trunk is not quite an upright one: a second step takes the rest away.
        for _ in range(2):
            azimuth -= (seen(azimuth, elevation) - wanted + 180.0) % 360.0 - 180.0
    camera = replace(figure.camera, azimuth=azimuth, elevation=elevation, framing=framing)
    return replace(figure, camera=camera, pose=pose)


def _with_head_turned(pose: Pose, share: float) -> Pose:
    """Leave only a share of the turn that a head has on its trunk."""
    angles = {joint: dict(axes) for joint, axes in pose.angles.items()}
    for joint in ("neck", "head"):
        angles[joint]["turn"] *= share
    return replace(pose, angles=angles)


def _style(dice: Dice) -> Style:
    rng, prior = dice.rng, dice.prior
    return Style(
        shading=dice.pick("shading"),  # type: ignore[arg-type]
        outline=0.0 if dice.chance(prior.no_outline) else float(rng.uniform(0.55, 1.0)),
        line_width=float(rng.uniform(0.6, 1.7)),
        ink=float(rng.uniform(0.6, 0.95)) if dice.chance(prior.line_art) else 0.0,
        texture=float(rng.uniform(0.04, 0.15)) if dice.chance(prior.texture) else 0.0,
        gloss=float(rng.uniform(0.2, 1.2)),
        rim=float(rng.uniform(0.3, 0.8)) if dice.chance(prior.rim) else 0.0,
        light=(float(rng.uniform(-75.0, 75.0)), float(rng.uniform(10.0, 65.0))),
        paint=float(rng.uniform(0.5, 1.0)) if dice.chance(prior.paint) else 0.0,
    )


def _tint(
    rng: np.random.Generator, low: float, high: float, spread: float
) -> tuple[float, float, float]:
    red, green, blue = np.clip(rng.uniform(low, high) + rng.uniform(-spread, spread, 3), 0.03, 1.0)
    return (float(red), float(green), float(blue))


GROUND = ((0.45, 0.62, 0.36), (0.60, 0.58, 0.55), (0.78, 0.72, 0.60), (0.55, 0.50, 0.45))
SKY = ((0.42, 0.65, 0.93), (0.55, 0.75, 0.95), (0.96, 0.70, 0.55), (0.30, 0.36, 0.58))


def _backdrop(dice: Dice) -> Backdrop:
    rng = dice.rng
    kind = choose(dice.prior.backdrop, rng)
    low, high = dice.prior.light
    colour, second = _tint(rng, low, high, 0.12), _tint(rng, low, high, 0.15)
    if kind == "outdoors":
        second = GROUND[int(rng.integers(len(GROUND)))]
        colour = SKY[int(rng.choice(len(SKY), p=[0.4, 0.35, 0.15, 0.10]))]
    if kind in {"room", "clutter"}:
        colour, second = _tint(rng, 0.55, 0.95, 0.12), _tint(rng, 0.35, 0.8, 0.12)
    props = {"room": (1, 4), "clutter": (7, 15), "outdoors": (2, 8)}.get(kind, (0, 1))
    covers = (
        int(rng.integers(1, 3))
        if kind not in {"plain", "gradient"} and dice.chance(dice.prior.covers)
        else 0
    )
    return Backdrop(
        kind=kind,  # type: ignore[arg-type]
        colour=colour,
        second=second,
        props=int(rng.integers(*props)),
        covers=covers,
        shadow=0.0
        if kind in {"plain", "gradient"} and dice.chance(0.6)
        else float(rng.uniform(0.15, 0.45)),
        seed=int(rng.integers(1 << 30)),
    )


def sample(prior: Prior, rng: np.random.Generator, split: Split = "all") -> Figure:
    """Draw a figure.

    Args:
        prior: The distribution.
        rng: Where the numbers come from.
        split: `train` never draws a value of `held_out()`, `held_out` always draws at least one.
    """
    dice = Dice(prior, rng, split)
    character = _character(dice)
    pose = draw_pose(choose(prior.pose, rng), rng, other_side=dice.chance(0.5))  # type: ignore[arg-type]
    camera = _camera(dice, pose)
    figure = Figure(
        seed=int(rng.integers(1 << 31)),
        character=character,
        outfit="worn",
        expression=choose(prior.expression, rng),
        gaze=float(rng.uniform(-1.0, 1.0)) if dice.chance(0.25) else 0.0,
        pose=_turned_head(pose, camera, dice),
        camera=camera,
        style=_style(dice),
        backdrop=_backdrop(dice),
    )
    return _cleared(dice, figure)


def sample_many(prior: str, seed: int, count: int, split: Split = "all") -> list[Figure]:
    """Draw figures, each from its own stream of `seed`: the first of many are the first of few."""
    named = prior_named(prior)
    return [sample(named, np.random.default_rng([seed, i]), split) for i in range(count)]
