"""Light and shade on one sample: brushwork, tone, the ring of light on the hair, the lit edge."""

from typing import NamedTuple

from curate.figures.compiled import kernel
from curate.figures.material import FACE, SKIN
from curate.figures.noise import smoothstep, value_noise


class Look(NamedTuple):
    """How it is drawn; lengths in samples, directions towards the light in view space."""

    light_x: float
    light_y: float
    light_z: float
    threshold: float
    softness: float
    rim: float
    gloss: float
    line_radius: int
    line_strength: float
    texture: float
    ink: float
    shadow_x: int
    shadow_y: int
    up_x: float
    up_y: float
    up_z: float


@kernel
def mottled(strength: float, kind: int, u: float, v: float, x: int, y: int, group: int) -> float:
    """Give the factor by which brushwork lightens or darkens a sample."""
    mottle = value_noise(u * 7.0 + group, v * 9.0, group) + value_noise(x * 0.11, y * 0.11, 7)
    # Brushwork that suits cloth looks like a rash on skin.
    amount = 0.3 * strength if kind in (SKIN, FACE) else strength
    return 1.0 + amount * (mottle - 1.0)


@kernel
def toned(lit: float, dark: float, share: float, grain: float, ink: float) -> float:
    """Mix light and shadow, grain them, and let paper show through."""
    tone = min(max((dark + (lit - dark) * share) * grain, 0.0), 1.0)
    return tone + (1.0 - tone) * ink


@kernel
def gloss(look: Look, nx: float, ny: float, nz: float, u: float, group: int) -> float:
    """Tell how much of the ring of light on the hair shows where the surface faces (nx, ny, nz)."""
    height = nx * look.up_x + ny * look.up_y + nz * look.up_z
    if look.gloss <= 0 or height < 0.45 or height > 0.75:
        return 0.0
    jag = 0.09 * abs((u * 3.0 + 0.37 * group) % 1.0 - 0.5)
    band = smoothstep(0.50 + jag, 0.53 + jag, height)
    band *= 1.0 - smoothstep(0.66 - jag, 0.69 - jag, height)
    return look.gloss * 0.42 * band * smoothstep(0.25, 0.5, nz)


@kernel
def rim(look: Look, nx: float, ny: float, nz: float) -> float:
    """Tell how much light runs along the edge of a surface that faces (nx, ny, nz)."""
    if look.rim <= 0:
        return 0.0
    edge = smoothstep(0.55, 0.75, 1.0 - nz)
    return look.rim * edge * smoothstep(0.0, 0.3, ny * 0.5 + nx * look.light_x)
