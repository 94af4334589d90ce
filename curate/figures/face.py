"""The face as a drawing: eyes, brows, nose, mouth and blush painted on a square decal.

The decal covers face coordinates x -0.5..0.5 and y 0..1 (chin to crown, in head heights).
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from curate.figures.compiled import Floats, kernel
from curate.figures.library import load
from curate.figures.noise import smoothstep

Colour = tuple[float, float, float]
Texel = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """What the eyes, brows and mouth do.

    Args:
        open: Opening of the eyes, 0 (drawn as an arc) to 1.2.
        arc: Bend of closed eyes, positive upward.
        slant: Lowering of the inner (positive) or outer (negative) upper lid.
        iris: Size of the iris.
        raise_brow: Height of the brows.
        slant_brow: Lowering of the inner (positive) or outer (negative) brow ends.
        mouth: Half width of the mouth.
        curve: Bend of the mouth, positive for a smile.
        gape: Opening of the mouth; 0 draws a line.
        round: 1 draws the open mouth as an oval, 0 with a straight upper lip.
        blush: Strength of the blush.
    """

    open: float = 1.0
    arc: float = 0.0
    slant: float = 0.0
    iris: float = 1.0
    raise_brow: float = 0.0
    slant_brow: float = 0.0
    mouth: float = 0.045
    curve: float = 0.0
    gape: float = 0.0
    round: float = 0.0
    blush: float = 0.25


class FacePaint(NamedTuple):
    """All that the painter needs, flat."""

    open: float
    arc: float
    slant: float
    iris: float
    raise_brow: float
    slant_brow: float
    mouth: float
    curve: float
    gape: float
    round: float
    blush: float
    eye: Colour
    lash: Colour
    brow: Colour
    eye_width: float
    eye_height: float
    eye_apart: float
    eye_level: float
    gaze: float
    detail: float


@kernel
def _over(texel: Texel, colour: Colour, alpha: float) -> Texel:
    if alpha <= 0:
        return texel
    kept = texel[3] * (1 - alpha)
    total = kept + alpha
    share = alpha / total
    return (
        texel[0] + (colour[0] - texel[0]) * share,
        texel[1] + (colour[1] - texel[1]) * share,
        texel[2] + (colour[2] - texel[2]) * share,
        total,
    )


@kernel
def _inside(distance: float, blur: float) -> float:
    """Turn a signed distance (negative inside) into cover."""
    return 1.0 - smoothstep(-blur, blur, distance)


@kernel
def _oval(x: float, y: float, wide: float, high: float) -> float:
    """Give roughly the signed distance to an ellipse."""
    away = float(np.sqrt((x / wide) ** 2 + (y / high) ** 2))
    return (away - 1.0) * min(wide, high)


@kernel
def _mixed(a: Colour, b: Colour, t: float) -> Colour:
    t = min(max(t, 0.0), 1.0)
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


@kernel
def _iris(texel: Texel, x: float, y: float, face: FacePaint, cover: float, blur: float) -> Texel:
    """Paint the iris; x and y are in head heights from the eye's middle."""
    wide, high = 0.66 * face.eye_width * face.iris, 0.96 * face.eye_height * face.iris
    y -= 0.04 * face.eye_height
    edge = _oval(x, y, wide, high)
    white = (1.0, 1.0, 1.0)
    dark = _mixed((0.06, 0.05, 0.12), face.eye, 0.58)
    light = _mixed(face.eye, white, 0.62)
    height = y / high
    tone = _mixed(face.eye, dark, smoothstep(0.0, 0.75, height))
    tone = _mixed(tone, light, smoothstep(0.1, -0.9, height) if height < 0.1 else 0.0)
    texel = _over(texel, tone, cover * _inside(edge, blur))
    ring = _inside(abs(edge + 0.10 * wide) - 0.10 * wide, blur)
    texel = _over(texel, _mixed(dark, (0.05, 0.04, 0.08), 0.4), 0.85 * cover * ring)
    pupil = _oval(x, y - 0.02 * high, 0.36 * wide, 0.40 * high)
    texel = _over(texel, _mixed((0.05, 0.04, 0.08), face.eye, 0.12), cover * _inside(pupil, blur))
    glow = _oval(x, y + 0.62 * high, 0.55 * wide, 0.20 * high)
    texel = _over(texel, _mixed(light, white, 0.35), 0.65 * cover * _inside(glow, 3 * blur))
    shine = _oval(x + 0.36 * wide, y - 0.40 * high, 0.30 * wide, 0.23 * high)
    texel = _over(texel, white, cover * _inside(shine, blur))
    spark = _oval(x - 0.42 * wide, y + 0.36 * high, 0.15 * wide, 0.11 * high)
    return _over(texel, white, 0.9 * cover * _inside(spark, blur))


@kernel
def _eye(texel: Texel, x: float, y: float, side: float, face: FacePaint, blur: float) -> Texel:
    """Paint one eye with lid and lashes; x and y are face coordinates."""
    wide, high = face.eye_width, face.eye_height
    across = (x * side - face.eye_apart) / wide
    up = (y - face.eye_level) / high
    if abs(across) > 1.5 or abs(up) > 2.2:
        return texel
    ax = abs(across + 0.04)
    upper = face.open * (1.0 - 0.80 * ax**2.6) + face.slant * 0.5 * (across - 0.2)
    lower = -1.0 + 0.66 * abs(across) ** 2.8
    if across > 1.0:
        upper += 0.9 * (across - 1.0)
    fine = blur / high
    white = (0.985, 0.98, 0.985)
    if face.open > 0.15:
        reach = _inside(abs(across) - 0.98, blur / wide)
        cover = reach * _inside(up - upper, fine) * _inside(lower - up, fine)
        texel = _over(texel, white, cover)
        texel = _over(texel, (0.70, 0.70, 0.82), 0.8 * cover * smoothstep(-0.42, -0.20, up - upper))
        texel = _iris(
            texel, x - side * face.eye_apart - face.gaze, y - face.eye_level, face, cover, blur
        )
        fall = cover * smoothstep(-0.34, -0.12, up - upper)
        texel = _over(texel, _mixed(face.lash, face.eye, 0.2), 0.45 * fall)
        thick = 0.10 + 0.13 * smoothstep(-1.0, 0.8, across) + 0.05 * (1 - min(ax, 1.0))
        thick *= 1.0 - smoothstep(0.85, 1.28, across)
        thick *= smoothstep(-1.12, -0.75, across)
        lash = abs(up - upper - 0.4 * thick) - thick
        texel = _over(texel, face.lash, _inside(lash, fine) if thick > 0.004 else 0.0)
        under = abs(up - lower) - 0.035 * smoothstep(-0.5, 0.6, across)
        ends = smoothstep(-0.55, 0.0, across) * (1 - smoothstep(0.92, 1.0, across))
        texel = _over(texel, face.lash, 0.75 * _inside(under, fine) * ends)
        crease = abs(up - upper - 0.36 - 0.04 * across) - 0.028
        ends = smoothstep(-0.85, -0.3, across) * (1 - smoothstep(0.6, 1.0, across))
        texel = _over(
            texel,
            _mixed(face.lash, (0.8, 0.5, 0.45), 0.5),
            0.7 * face.detail * _inside(crease, fine) * ends,
        )
    else:
        line = face.arc * (0.35 - 0.75 * across * across) - 0.25
        thick = 0.10 * (1.0 - 0.5 * across * across)
        cover = _inside(abs(up - line) - thick, fine) * _inside(abs(across) - 1.05, fine)
        texel = _over(texel, face.lash, cover)
    return texel


@kernel
def _brow(texel: Texel, x: float, y: float, side: float, face: FacePaint, blur: float) -> Texel:
    along = (x * side - face.eye_apart + 0.005) / (1.12 * face.eye_width)
    if abs(along) > 1.1:
        return texel
    level = face.eye_level + 1.42 * face.eye_height + face.raise_brow
    level += 0.018 * (1.0 - along * along) + face.slant_brow * along
    thick = 0.0105 * (1.0 - 0.55 * smoothstep(-0.6, 1.0, along))
    cover = _inside(abs(y - level) - thick, blur) * _inside(abs(along) - 1.0, blur / face.eye_width)
    return _over(texel, face.brow, 0.92 * cover)


@kernel
def _mouth(texel: Texel, x: float, y: float, face: FacePaint, blur: float) -> Texel:
    level = 0.158
    lip = (0.55, 0.24, 0.24)
    along = x / face.mouth
    if abs(along) > 1.4:
        return texel
    if face.gape > 0 and face.round > 0.5:
        edge = _oval(x, y - level + 0.3 * face.gape, face.mouth, face.gape)
        texel = _over(texel, (0.62, 0.22, 0.24), _inside(edge, blur))
        tongue = _oval(x, y - level + 0.9 * face.gape, 0.7 * face.mouth, 0.5 * face.gape)
        texel = _over(texel, (0.90, 0.48, 0.46), _inside(max(tongue, edge), blur))
        return _over(texel, lip, _inside(abs(edge) - 0.0045, blur))
    bend = min(along * along, 1.3)
    upper = level + face.curve * bend
    if face.gape > 0:
        lower = upper - face.gape * max(1.0 - bend, 0.0) ** 0.55
        cover = (
            _inside(y - upper, blur) * _inside(lower - y, blur) * _inside(abs(x) - face.mouth, blur)
        )
        texel = _over(texel, (0.64, 0.22, 0.25), cover)
        tongue = _oval(x, y - level + 0.95 * face.gape, 0.62 * face.mouth, 0.42 * face.gape)
        texel = _over(texel, (0.93, 0.52, 0.50), cover * _inside(tongue, blur))
        teeth = _inside(abs(y - upper + 0.09 * face.gape) - 0.12 * face.gape, blur)
        texel = _over(texel, (1.0, 0.99, 0.98), cover * teeth * _inside(abs(along) - 0.8, 0.05))
        rim = max(abs(y - lower) - 0.004, lower - upper + 0.002)
        texel = _over(texel, lip, _inside(rim, blur) * _inside(abs(along) - 1.0, 0.05))
    thick = 0.0052 * (1.0 - 0.45 * bend)
    line = _inside(abs(y - upper) - thick, blur) * _inside(abs(x) - face.mouth, blur)
    texel = _over(texel, lip, 0.95 * line)
    if face.gape <= 0:
        under = _oval(x, y - level + 0.034, 0.020, 0.004)
        texel = _over(texel, (0.86, 0.58, 0.52), 0.5 * face.detail * _inside(under, 2 * blur))
    return texel


@kernel
def paint(size: int, face: FacePaint) -> Floats:
    """Paint a face; the result has shape (size, size, 4): sRGB and alpha in 0..1."""
    decal = np.zeros((size, size, 4))
    blur = 0.75 / size
    for i in range(size):
        y = 1.0 - (i + 0.5) / size
        if y > 0.72 or y < 0.04:
            continue
        for j in range(size):
            x = (j + 0.5) / size - 0.5
            side = 1.0 if x > 0 else -1.0
            if abs(x) > 0.40:
                continue
            texel = (0.0, 0.0, 0.0, 0.0)
            if 0.15 < y < 0.32:
                cheek = _oval(x * side - face.eye_apart - 0.03, y - 0.235, 0.085, 0.042)
                warm = face.blush * (1.0 - smoothstep(-0.042, 0.02, cheek))
                texel = _over(texel, (0.96, 0.46, 0.44), warm)
            if abs(x) < 0.13 and y < 0.30:
                nose = _oval(x - 0.004, y - 0.257, 0.0062, 0.0085)
                texel = _over(texel, (0.80, 0.50, 0.44), 0.75 * face.detail * _inside(nose, blur))
                texel = _mouth(texel, x, y, face, blur)
            if y > 0.15:
                texel = _eye(texel, x, y, side, face, blur)
            if y > 0.42:
                texel = _brow(texel, x, y, side, face, blur)
            for d in range(4):
                decal[i, j, d] = texel[d]
    return decal


@cache
def expressions() -> dict[str, Expression]:
    """Give every expression by name."""
    return {
        name: Expression(**{key: row[key] for key in row if key not in {"tags", "sentence"}})
        for name, row in load("expressions").items()
    }
