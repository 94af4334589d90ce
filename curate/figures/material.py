"""How surfaces look, as records for people and as rows of numbers for kernels."""

from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Floats

Colour = tuple[float, float, float]

KINDS = ("cloth", "skin", "hair", "face", "flat", "prop")
CLOTH, SKIN, HAIR, FACE, FLAT, PROP = range(len(KINDS))
PATTERNS = ("none", "stripes", "bands", "plaid", "dots", "hem")
NONE, STRIPES, BANDS, PLAID, DOTS, HEM = range(len(PATTERNS))

# Columns of a row: four colours of three numbers, then these.
LIT, SHADOW, MARK, MARK_SHADOW = 0, 3, 6, 9
KIND, PATTERN, SCALE, LINE, PLEATS = 12, 13, 14, 15, 16

# Columns of a face after its three vertices.
MATERIAL, GROUP = 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """How a surface looks.

    Args:
        part: The part of the figure that it belongs to.
        colour: sRGB in 0..1.
        kind: One of `KINDS`.
        pattern: One of `PATTERNS`.
        pattern_colour: Colour of the pattern.
        pattern_scale: Repeats of the pattern across the surface.
        shade: Lightness of the shadow colour.
        line: Lightness of the line colour.
        pleats: Number of pleats drawn across.
    """

    part: str
    colour: Colour
    kind: str = "cloth"
    pattern: str = "none"
    pattern_colour: Colour = (1.0, 1.0, 1.0)
    pattern_scale: float = 6.0
    shade: float = 0.82
    line: float = 0.34
    pleats: int = 0


# Shadow = colour ** power * tint: a power keeps shadows saturated, a merely darker one is dirt.
SHADOWS = {
    "skin": (1.6, (0.985, 0.955, 0.975)),
    "face": (1.6, (0.985, 0.955, 0.975)),
    "hair": (1.45, (0.93, 0.89, 0.95)),
}
PLAIN_SHADOW = (1.25, (0.95, 0.94, 1.02))


def shadow_of(colour: Colour, kind: str, shade: float) -> list[float]:
    """Give the colour of a surface that no light reaches."""
    power, tint = SHADOWS.get(kind, PLAIN_SHADOW)
    return [min(c**power * t * shade, 1.0) for c, t in zip(colour, tint, strict=True)]


def material_table(materials: list[Material]) -> Floats:
    """Pack materials into rows, shape (m, 17)."""
    return np.array(
        [
            [
                *material.colour,
                *shadow_of(material.colour, material.kind, material.shade),
                *material.pattern_colour,
                *shadow_of(material.pattern_colour, material.kind, material.shade),
                KINDS.index(material.kind),
                PATTERNS.index(material.pattern),
                material.pattern_scale,
                material.line,
                material.pleats,
            ]
            for material in materials
        ]
    )
