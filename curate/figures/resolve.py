"""From the z-buffer to the picture: light and shade, patterns, the face, and the halving.

Shape legend: v vertices, f faces, m materials, hw samples, tt texels. Colours are sRGB 0..1.
Kernels take arrays one by one: pulling them out of a record costs more than the shading.
"""

from typing import NamedTuple

import numpy as np

from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.material import (
    FACE,
    FLAT,
    HAIR,
    KIND,
    LINE,
    LIT,
    MARK,
    MARK_SHADOW,
    NONE,
    PATTERN,
    PLEATS,
    PROP,
    SCALE,
    SHADOW,
)
from curate.figures.noise import line_noise, smoothstep, value_noise
from curate.figures.pattern import pattern_at, pleat_at, texel_at


class Scene(NamedTuple):
    """What there is to see.

    Screen places (v, 3), normals to the viewer (v, 3), uvs (v, 2), faces (f, 3), the material
    and the group of each face (f,), material rows (m, 17), the face decal (t, t, 4), and -1
    for `winding` where the surfaces are mirrored.
    """

    screen: Floats
    normals: Floats
    uvs: Floats
    faces: Ints
    face_material: Ints
    face_group: Ints
    materials: Floats
    decal: Floats
    winding: float


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
def _covered(
    x: int, y: int, depth_hw: Floats, owner_hw: Ints, groups_f: Ints, dx: int, dy: int
) -> float:
    """Tell whether something a little nearer lies towards the light: a cast shadow, 0 or 1."""
    sx, sy = x + dx, y + dy
    if sx < 0 or sy < 0 or sy >= depth_hw.shape[0] or sx >= depth_hw.shape[1]:
        return 0.0
    face = owner_hw[sy, sx]
    if face < 0 or groups_f[face] == groups_f[owner_hw[y, x]]:
        return 0.0
    return 1.0 if 0.015 < depth_hw[y, x] - depth_hw[sy, sx] < 0.6 else 0.0


@kernel
def _weights(
    screen_v3: Floats, a: int, b: int, c: int, x: float, y: float
) -> tuple[float, float, float, float]:
    """Give perspective-true barycentric weights at a sample, and twice the signed area."""
    ax, ay = screen_v3[a, 0], screen_v3[a, 1]
    bx, by = screen_v3[b, 0] - ax, screen_v3[b, 1] - ay
    cx, cy = screen_v3[c, 0] - ax, screen_v3[c, 1] - ay
    area = bx * cy - by * cx
    px, py = x + 0.5 - ax, y + 0.5 - ay
    wb, wc = (px * cy - py * cx) / area, (py * bx - px * by) / area
    wa = (1 - wb - wc) * screen_v3[a, 2]
    wb *= screen_v3[b, 2]
    wc *= screen_v3[c, 2]
    total = 1.0 / (wa + wb + wc)
    return wa * total, wb * total, wc * total, area


@kernel
def _toned(lit: float, dark: float, share: float, grain: float, ink: float) -> float:
    """Mix light and shadow, grain them, and let paper show through."""
    tone = min(max((dark + (lit - dark) * share) * grain, 0.0), 1.0)
    return tone + (1.0 - tone) * ink


@kernel
def _gloss(look: Look, nx: float, ny: float, nz: float, u: float, group: int) -> float:
    """Tell how much of the ring of light on the hair shows where the surface faces (nx, ny, nz)."""
    height = nx * look.up_x + ny * look.up_y + nz * look.up_z
    if look.gloss <= 0 or height < 0.45 or height > 0.75:
        return 0.0
    jag = 0.09 * abs((u * 3.0 + 0.37 * group) % 1.0 - 0.5)
    band = smoothstep(0.50 + jag, 0.53 + jag, height)
    band *= 1.0 - smoothstep(0.66 - jag, 0.69 - jag, height)
    return look.gloss * 0.42 * band * smoothstep(0.25, 0.5, nz)


@kernel
def _rim(look: Look, nx: float, ny: float, nz: float) -> float:
    """Tell how much light runs along the edge of a surface that faces (nx, ny, nz)."""
    if look.rim <= 0:
        return 0.0
    edge = smoothstep(0.55, 0.75, 1.0 - nz)
    return look.rim * edge * smoothstep(0.0, 0.3, ny * 0.5 + nx * look.light_x)


@kernel
def _surface(  # noqa: PLR0915 - a call that passes arrays costs more than it does
    x: int,
    y: int,
    depth_hw: Floats,
    owner_hw: Ints,
    screen: Floats,
    normals: Floats,
    uvs: Floats,
    faces: Ints,
    face_material: Ints,
    groups: Ints,
    rows: Floats,
    decal: Floats,
    winding: float,
    look: Look,
) -> tuple[float, float, float]:
    """Shade one sample."""
    face = owner_hw[y, x]
    a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
    wa, wb, wc, area = _weights(screen, a, b, c, x, y)
    nx = wa * normals[a, 0] + wb * normals[b, 0] + wc * normals[c, 0]
    ny = wa * normals[a, 1] + wb * normals[b, 1] + wc * normals[c, 1]
    nz = wa * normals[a, 2] + wb * normals[b, 2] + wc * normals[c, 2]
    inside = area * winding > 0
    sign = (-1.0 if inside else 1.0) / (np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9)
    nx, ny, nz = nx * sign, ny * sign, nz * sign
    u = wa * uvs[a, 0] + wb * uvs[b, 0] + wc * uvs[c, 0]
    v = wa * uvs[a, 1] + wb * uvs[b, 1] + wc * uvs[c, 1]
    m, group = face_material[face], groups[face]
    kind = int(rows[m, KIND])

    value = nx * look.light_x + ny * look.light_y + nz * look.light_z
    lit = smoothstep(look.threshold - look.softness, look.threshold + look.softness, value)
    if kind < HAIR or kind == FACE:
        cover = _covered(x, y, depth_hw, owner_hw, groups, look.shadow_x, look.shadow_y)
        lit = min(lit, 1.0 - cover)
    if rows[m, PLEATS] > 0:
        lit = min(lit, pleat_at(rows[m, PLEATS], u, v))
    grain = 1.0
    if kind == HAIR:
        lit *= 0.66 + 0.34 * smoothstep(0.40, 0.46, value)
        grain += 0.07 * (line_noise(u * 9.0 + 17.3 * group, group) - 0.5) * look.gloss
    if inside:
        lit = 0.0
    if kind == FLAT:
        lit = 1.0
    if look.texture > 0:
        mottle = value_noise(u * 7.0 + group, v * 9.0, group)
        across = depth_hw.shape[1] - 1 - x if winding < 0 else x
        mottle += value_noise(across * 0.11, y * 0.11, 7)
        grain *= 1.0 + look.texture * (mottle - 1.0)
    mark = 0.0
    if rows[m, PATTERN] != NONE:
        mark = pattern_at(int(rows[m, PATTERN]), rows[m, SCALE], u, v)
    keep = 1.0 - mark
    red, green, blue = (
        _toned(
            rows[m, LIT + 0] * keep + rows[m, MARK + 0] * mark,
            rows[m, SHADOW + 0] * keep + rows[m, MARK_SHADOW + 0] * mark,
            lit,
            grain,
            look.ink,
        ),
        _toned(
            rows[m, LIT + 1] * keep + rows[m, MARK + 1] * mark,
            rows[m, SHADOW + 1] * keep + rows[m, MARK_SHADOW + 1] * mark,
            lit,
            grain,
            look.ink,
        ),
        _toned(
            rows[m, LIT + 2] * keep + rows[m, MARK + 2] * mark,
            rows[m, SHADOW + 2] * keep + rows[m, MARK_SHADOW + 2] * mark,
            lit,
            grain,
            look.ink,
        ),
    )
    shine = 0.0 if kind != HAIR or inside else lit * _gloss(look, nx, ny, nz, u, group)
    red += (min(1.0, 0.55 + 0.5 * rows[m, 0]) - red) * shine
    green += (min(1.0, 0.55 + 0.5 * rows[m, 1]) - green) * shine
    blue += (min(1.0, 0.55 + 0.5 * rows[m, 2]) - blue) * shine
    edge = 0.0 if kind in (FLAT, PROP) else _rim(look, nx, ny, nz)
    red, green, blue = red + (1 - red) * edge, green + (1 - green) * edge, blue + (1 - blue) * edge
    if kind == FACE and 0 < u < 1 and 0 < v < 1 and not inside:
        pr, pg, pb, cover = texel_at(decal, u, v)
        dim = (lit + (1 - lit) * 0.88) * (1 - 0.4 * look.ink)
        red += (pr * dim - red) * cover
        green += (pg * dim - green) * cover
        blue += (pb * dim - blue) * cover
    return red, green, blue


@kernel
def resolve(
    depth_hw: Floats,
    owner_hw: Ints,
    lines_hw: Floats,
    inks_hw: Ints,
    screen: Floats,
    normals: Floats,
    uvs: Floats,
    faces: Ints,
    face_material: Ints,
    groups: Ints,
    rows: Floats,
    decal: Floats,
    winding: float,
    look: Look,
    backdrop_hw3: Floats,
) -> Bytes:
    """Shade the samples over the backdrop (h, w, 3) and halve them: a picture (h, w, 3).

    The four samples of a pixel share one shading where they belong to one smooth surface.
    """
    height, width = backdrop_hw3.shape[0], backdrop_hw3.shape[1]
    picture = np.empty((height, width, 3), dtype=np.uint8)
    flip = 1 if winding < 0 else 0
    for py in range(height):
        for px in range(width):
            first = owner_hw[2 * py, 2 * px + flip]
            share, group = False, -1
            if first >= 0:
                group, m = groups[first], face_material[first]
                share = rows[m, KIND] != FACE and rows[m, PATTERN] == NONE
            red, green, blue = 0.0, 0.0, 0.0
            r, g, b = 0.0, 0.0, 0.0
            for sample in range(4):
                x, y = 2 * px + (sample & 1 ^ flip), 2 * py + (sample >> 1)
                face = owner_hw[y, x]
                if face < 0:
                    r, g, b = (
                        backdrop_hw3[py, px, 0],
                        backdrop_hw3[py, px, 1],
                        backdrop_hw3[py, px, 2],
                    )
                    share = False
                elif sample == 0 or not share or groups[face] != group:
                    r, g, b = _surface(
                        x,
                        y,
                        depth_hw,
                        owner_hw,
                        screen,
                        normals,
                        uvs,
                        faces,
                        face_material,
                        groups,
                        rows,
                        decal,
                        winding,
                        look,
                    )
                    share = share and groups[face] == group
                line = lines_hw[y, x] * look.line_strength
                if line > 0:
                    m = inks_hw[y, x]
                    dark = rows[m, LINE] * (1.0 - 0.8 * look.ink)
                    red += r + (rows[m, 0] * dark - r) * line
                    green += g + (rows[m, 1] * dark - g) * line
                    blue += b + (rows[m, 2] * dark - b) * line
                else:
                    red, green, blue = red + r, green + g, blue + b
            picture[py, px, 0] = np.uint8(red * 63.75 + 0.5)
            picture[py, px, 1] = np.uint8(green * 63.75 + 0.5)
            picture[py, px, 2] = np.uint8(blue * 63.75 + 0.5)
    return picture


def shade(
    depth_hw: Floats,
    owner_hw: Ints,
    marks: tuple[Floats, Ints],
    scene: Scene,
    look: Look,
    backdrop_hw3: Floats,
) -> Bytes:
    """Shade a scene; see `resolve`."""
    return resolve(
        depth_hw,
        owner_hw,
        *marks,
        scene.screen,
        scene.normals,
        scene.uvs,
        scene.faces,
        scene.face_material,
        scene.face_group,
        scene.materials,
        scene.decal,
        scene.winding,
        look,
        backdrop_hw3,
    )
