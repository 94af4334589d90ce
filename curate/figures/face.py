"""The face as a drawing: blush, nose, mouth and the eyes painted on a square decal.

The decal covers face coordinates x -0.5..0.5 and y 0..1 (chin to crown, in head heights).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from curate.figures.compiled import Floats, kernel
from curate.figures.decal import FacePaint, Texel, inside, oval, over
from curate.figures.eyes import brow, eye, lids_at
from curate.figures.library import load
from curate.figures.noise import smoothstep


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


@kernel
def _mouth(texel: Texel, x: float, y: float, face: FacePaint, blur: float) -> Texel:
    level = 0.158
    lip = (0.55, 0.24, 0.24)
    along = x / face.mouth
    if abs(along) > 1.4:
        return texel
    if face.gape > 0 and face.round > 0.5:
        edge = oval(x, y - level + 0.3 * face.gape, face.mouth, face.gape)
        texel = over(texel, (0.62, 0.22, 0.24), inside(edge, blur))
        tongue = oval(x, y - level + 0.9 * face.gape, 0.7 * face.mouth, 0.5 * face.gape)
        texel = over(texel, (0.90, 0.48, 0.46), inside(max(tongue, edge), blur))
        return over(texel, lip, inside(abs(edge) - 0.0045, blur))
    bend = min(along * along, 1.3)
    upper = level + face.curve * bend
    if face.gape > 0:
        lower = upper - face.gape * max(1.0 - bend, 0.0) ** 0.55
        cover = (
            inside(y - upper, blur) * inside(lower - y, blur) * inside(abs(x) - face.mouth, blur)
        )
        texel = over(texel, (0.64, 0.22, 0.25), cover)
        tongue = oval(x, y - level + 0.95 * face.gape, 0.62 * face.mouth, 0.42 * face.gape)
        texel = over(texel, (0.93, 0.52, 0.50), cover * inside(tongue, blur))
        teeth = inside(abs(y - upper + 0.09 * face.gape) - 0.12 * face.gape, blur)
        texel = over(texel, (1.0, 0.99, 0.98), cover * teeth * inside(abs(along) - 0.8, 0.05))
        rim = max(abs(y - lower) - 0.004, lower - upper + 0.002)
        texel = over(texel, lip, inside(rim, blur) * inside(abs(along) - 1.0, 0.05))
    thick = 0.0052 * (1.0 - 0.45 * bend)
    line = inside(abs(y - upper) - thick, blur) * inside(abs(x) - face.mouth, blur)
    texel = over(texel, lip, 0.95 * line)
    if face.gape <= 0:
        under = oval(x, y - level + 0.034, 0.020, 0.004)
        texel = over(texel, (0.86, 0.58, 0.52), 0.5 * face.detail * inside(under, 2 * blur))
    return texel


def paint(size: int, face: FacePaint) -> Floats:
    """Paint a face; the result has shape (size, size, 4): sRGB and alpha in 0..1, float32."""
    decal = np.zeros((size, size, 4), dtype=np.float32)
    _paint(face, decal)
    return decal


@kernel
def _paint(face: FacePaint, decal_tt4: Floats) -> None:
    size = decal_tt4.shape[0]
    blur = 0.75 / size
    for j in range(int(0.10 * size), int(0.90 * size) + 1):
        x = (j + 0.5) / size - 0.5
        side = 1.0 if x > 0 else -1.0
        lids = lids_at(x, side, face, blur)
        for i in range(int(0.28 * size), int(0.96 * size)):
            y = 1.0 - (i + 0.5) / size
            texel = (0.0, 0.0, 0.0, 0.0)
            if 0.15 < y < 0.32:
                cheek = oval(x * side - face.eye_apart - 0.03, y - 0.235, 0.085, 0.042)
                warm = face.blush * (1.0 - smoothstep(-0.042, 0.02, cheek))
                texel = over(texel, (0.96, 0.46, 0.44), warm)
            if abs(x) < 0.13 and y < 0.30:
                nose = oval(x - 0.004, y - 0.257, 0.0062, 0.0085)
                texel = over(texel, (0.80, 0.50, 0.44), 0.75 * face.detail * inside(nose, blur))
                texel = _mouth(texel, x, y, face, blur)
            if y > 0.15:
                texel = eye(texel, x, y, side, lids, face, blur)
            if y > 0.42:
                texel = brow(texel, x, y, side, face, blur)
            if texel[3] > 0:
                for d in range(4):
                    decal_tt4[i, j, d] = texel[d]


@cache
def expressions() -> dict[str, Expression]:
    """Give every expression by name."""
    return {
        name: Expression(**{key: row[key] for key in row if key not in {"tags", "sentence"}})
        for name, row in load("expressions").items()
    }
