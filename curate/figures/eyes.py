"""The painted eyes: lids and lashes, iris and lights, brows."""

from typing import NamedTuple

from curate.figures.compiled import kernel
from curate.figures.decal import FacePaint, Texel, inside, mixed, oval, over
from curate.figures.noise import smoothstep


@kernel
def _iris(texel: Texel, x: float, y: float, face: FacePaint, cover: float, blur: float) -> Texel:
    """Paint the iris; x and y are in head heights from the eye's middle."""
    wide, high = 0.66 * face.eye_width * face.iris, 0.96 * face.eye_height * face.iris
    y -= 0.04 * face.eye_height
    edge = oval(x, y, wide, high)
    white = (1.0, 1.0, 1.0)
    dark = mixed((0.06, 0.05, 0.12), face.eye, 0.58)
    light = mixed(face.eye, white, 0.62)
    height = y / high
    tone = mixed(face.eye, dark, smoothstep(0.0, 0.75, height))
    tone = mixed(tone, light, smoothstep(0.1, -0.9, height) if height < 0.1 else 0.0)
    texel = over(texel, tone, cover * inside(edge, blur))
    ring = inside(abs(edge + 0.10 * wide) - 0.10 * wide, blur)
    texel = over(texel, mixed(dark, (0.05, 0.04, 0.08), 0.4), 0.85 * cover * ring)
    pupil = oval(x, y - 0.02 * high, 0.36 * wide, 0.40 * high)
    texel = over(texel, mixed((0.05, 0.04, 0.08), face.eye, 0.12), cover * inside(pupil, blur))
    glow = oval(x, y + 0.62 * high, 0.55 * wide, 0.20 * high)
    texel = over(texel, mixed(light, white, 0.35), 0.65 * cover * inside(glow, 3 * blur))
    shine = oval(x + 0.36 * wide, y - 0.40 * high, 0.30 * wide, 0.23 * high)
    texel = over(texel, white, cover * inside(shine, blur))
    spark = oval(x - 0.42 * wide, y + 0.36 * high, 0.15 * wide, 0.11 * high)
    return over(texel, white, 0.9 * cover * inside(spark, blur))


class Lid(NamedTuple):
    """What an eye's lids do in one column; heights in eye heights, the rest are shares."""

    across: float
    upper: float
    lower: float
    reach: float
    thick: float
    under: float
    under_ends: float
    crease_ends: float


@kernel
def lids_at(x: float, side: float, face: FacePaint, blur: float) -> Lid:
    """Find the lids of the eye on a side in the column at x."""
    across = (x * side - face.eye_apart) / face.eye_width
    ax = abs(across + 0.04)
    upper = face.open * (1.0 - 0.80 * ax**2.6) + face.slant * 0.5 * (across - 0.2)
    if across > 1.0:
        upper += 0.9 * (across - 1.0)
    thick = 0.10 + 0.13 * smoothstep(-1.0, 0.8, across) + 0.05 * (1 - min(ax, 1.0))
    thick *= 1.0 - smoothstep(0.85, 1.28, across)
    thick *= smoothstep(-1.12, -0.75, across)
    return Lid(
        across,
        upper,
        -1.0 + 0.66 * abs(across) ** 2.8,
        inside(abs(across) - 0.98, blur / face.eye_width),
        thick,
        0.035 * smoothstep(-0.5, 0.6, across),
        smoothstep(-0.55, 0.0, across) * (1 - smoothstep(0.92, 1.0, across)),
        smoothstep(-0.85, -0.3, across) * (1 - smoothstep(0.6, 1.0, across)),
    )


@kernel
def _closed(texel: Texel, lid: Lid, up: float, face: FacePaint, fine: float) -> Texel:
    """Paint the arc of a closed eye."""
    across = lid.across
    line = face.arc * (0.35 - 0.75 * across * across) - 0.25
    thick = 0.10 * (1.0 - 0.5 * across * across)
    cover = inside(abs(up - line) - thick, fine) * inside(abs(across) - 1.05, fine)
    return over(texel, face.lash, cover)


@kernel
def eye(
    texel: Texel, x: float, y: float, side: float, lid: Lid, face: FacePaint, blur: float
) -> Texel:
    """Paint one eye with lid and lashes; x and y are face coordinates."""
    up = (y - face.eye_level) / face.eye_height
    if abs(lid.across) > 1.35 or abs(up) > 2.2:
        return texel
    fine = blur / face.eye_height
    if face.open <= 0.15:
        return _closed(texel, lid, up, face, fine)
    if up > lid.upper + 0.5 + fine or up < min(lid.lower - 0.05, lid.upper - lid.thick) - fine:
        return texel
    white = (0.985, 0.98, 0.985)
    cover = lid.reach * inside(up - lid.upper, fine) * inside(lid.lower - up, fine)
    if cover > 0:
        texel = over(texel, white, cover)
        shade = 0.8 * cover * smoothstep(-0.42, -0.20, up - lid.upper)
        texel = over(texel, (0.70, 0.70, 0.82), shade)
        texel = _iris(
            texel, x - side * face.eye_apart - face.gaze, y - face.eye_level, face, cover, blur
        )
        fall = cover * smoothstep(-0.34, -0.12, up - lid.upper)
        texel = over(texel, mixed(face.lash, face.eye, 0.2), 0.45 * fall)
    lash = abs(up - lid.upper - 0.4 * lid.thick) - lid.thick
    texel = over(texel, face.lash, inside(lash, fine) if lid.thick > 0.004 else 0.0)
    under = abs(up - lid.lower) - lid.under
    texel = over(texel, face.lash, 0.75 * inside(under, fine) * lid.under_ends)
    crease = abs(up - lid.upper - 0.36 - 0.04 * lid.across) - 0.028
    return over(
        texel,
        mixed(face.lash, (0.8, 0.5, 0.45), 0.5),
        0.7 * face.detail * inside(crease, fine) * lid.crease_ends,
    )


@kernel
def brow(texel: Texel, x: float, y: float, side: float, face: FacePaint, blur: float) -> Texel:
    """Paint one brow; x and y are face coordinates."""
    along = (x * side - face.eye_apart + 0.005) / (1.12 * face.eye_width)
    if abs(along) > 1.1:
        return texel
    level = face.eye_level + 1.42 * face.eye_height + face.raise_brow
    level += 0.018 * (1.0 - along * along) + face.slant_brow * along
    thick = 0.0105 * (1.0 - 0.55 * smoothstep(-0.6, 1.0, along))
    cover = inside(abs(y - level) - thick, blur) * inside(abs(along) - 1.0, blur / face.eye_width)
    return over(texel, face.brow, 0.92 * cover)
