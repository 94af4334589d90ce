"""From the z-buffer to the picture: shading, lines and the halving of the samples in one pass.

Shape legend: v vertices, f faces, m materials, hw samples, t texels. Colours are sRGB 0..1.
"""

from typing import NamedTuple

import numpy as np

from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.surface import KINDS, PATTERNS, Material

CLOTH, SKIN, HAIR, FACE, FLAT, PROP = range(len(KINDS))
NONE, STRIPES, BANDS, PLAID, DOTS, HEM = range(len(PATTERNS))
DARK_LUMA = 0.34


class Scene(NamedTuple):
    """What there is to see: screen (v, 3), normals to the viewer (v, 3), uvs (v, 2), faces (f, 3)."""

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
    texture_scale: float
    ink: float
    shadow_x: float
    shadow_y: float
    up_x: float
    up_y: float
    up_z: float


def material_table(materials: list[Material]) -> Floats:
    """Pack materials into rows (m, 12): colours, kind, pattern, its scale, shade, line, pleats."""
    return np.array(
        [
            [
                *material.colour,
                *material.pattern_colour,
                KINDS.index(material.kind),
                PATTERNS.index(material.pattern),
                material.pattern_scale,
                material.shade,
                material.line,
                material.pleats,
            ]
            for material in materials
        ]
    )


@kernel
def smoothstep(low: float, high: float, value: float) -> float:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@kernel
def value_noise(x: float, y: float, seed: int) -> float:
    """Give smooth noise in 0..1 on a unit lattice."""
    ix, iy = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - ix, y - iy
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    total = 0.0
    for dy in range(2):
        for dx in range(2):
            mixed = (ix + dx) * 374761393 + (iy + dy) * 668265263 + seed * 974634541
            mixed = (mixed ^ (mixed >> 13)) * 1274126177
            mixed = mixed ^ (mixed >> 16)
            weight = (fx if dx else 1 - fx) * (fy if dy else 1 - fy)
            total += weight * ((mixed & 65535) / 65535.0)
    return total


@kernel
def _pattern(row: Floats, u: float, v: float) -> float:
    """Tell how much of the pattern colour shows at (u, v)."""
    kind, scale = int(row[7]), row[8]
    if kind == STRIPES:
        return 1.0 if (u * scale) % 1.0 < 0.5 else 0.0
    if kind == BANDS:
        return 1.0 if (v * scale) % 1.0 < 0.5 else 0.0
    if kind == PLAID:
        a = 0.5 if (u * scale) % 1.0 < 0.3 else 0.0
        return a + (0.5 if (v * scale * 0.5) % 1.0 < 0.3 else 0.0)
    if kind == DOTS:
        row_index = np.floor(v * scale * 0.5)
        a = (u * scale + 0.5 * (row_index % 2)) % 1.0 - 0.5
        b = (v * scale * 0.5) % 1.0 - 0.5
        return 1.0 if a * a + b * b < 0.07 else 0.0
    if kind == HEM:
        return 1.0 if 0.06 < v < 0.13 else 0.0
    return 0.0


@kernel
def _pleat(count: float, u: float, v: float) -> float:
    """Tell whether (u, v) lies in the light: the inner side of each pleat is dark."""
    phase = (u * count) % 1.0
    depth = 0.30 * (1.0 - v) ** 0.5
    fold = 1.0 - smoothstep(depth - 0.03, depth + 0.03, phase)
    return 1.0 - fold * (1.0 - smoothstep(0.85, 0.98, v))


@kernel
def _sample(decal_tt4: Floats, u: float, v: float, out_4: Floats) -> None:
    """Read the decal at (u, v) in 0..1 with bilinear weights."""
    size = decal_tt4.shape[0]
    x = min(max(u * size - 0.5, 0.0), size - 1.001)
    y = min(max(v * size - 0.5, 0.0), size - 1.001)
    ix, iy = int(x), int(y)
    fx, fy = x - ix, y - iy
    for c in range(4):
        top = decal_tt4[iy, ix, c] * (1 - fx) + decal_tt4[iy, ix + 1, c] * fx
        low = decal_tt4[iy + 1, ix, c] * (1 - fx) + decal_tt4[iy + 1, ix + 1, c] * fx
        out_4[c] = top * (1 - fy) + low * fy


@kernel
def _shaded_by_cover(
    x: int, y: int, near_hw: Floats, owner_hw: Ints, scene: Scene, look: Look
) -> float:
    """Tell whether something a little nearer lies towards the light: a cast shadow, 0 or 1."""
    sx, sy = int(x + look.shadow_x), int(y + look.shadow_y)
    if sx < 0 or sy < 0 or sy >= near_hw.shape[0] or sx >= near_hw.shape[1]:
        return 0.0
    face = owner_hw[sy, sx]
    if face < 0 or scene.face_group[face] == scene.face_group[owner_hw[y, x]]:
        return 0.0
    gap = 1.0 / near_hw[y, x] - 1.0 / near_hw[sy, sx]
    return 1.0 if 0.015 < gap < 0.6 else 0.0


@kernel
def _surface(  # noqa: PLR0913
    x: int,
    y: int,
    near_hw: Floats,
    owner_hw: Ints,
    scene: Scene,
    look: Look,
    out_3: Floats,
    texel_4: Floats,
) -> None:
    """Shade one sample into `out_3`."""
    face = owner_hw[y, x]
    a, b, c = scene.faces[face, 0], scene.faces[face, 1], scene.faces[face, 2]
    s = scene.screen
    ax, ay = s[a, 0], s[a, 1]
    area = (s[b, 0] - ax) * (s[c, 1] - ay) - (s[b, 1] - ay) * (s[c, 0] - ax)
    px, py = x + 0.5 - ax, y + 0.5 - ay
    wb = (px * (s[c, 1] - ay) - py * (s[c, 0] - ax)) / area
    wc = (py * (s[b, 0] - ax) - px * (s[b, 1] - ay)) / area
    wa = (1 - wb - wc) * s[a, 2]
    wb *= s[b, 2]
    wc *= s[c, 2]
    total = wa + wb + wc
    wa, wb, wc = wa / total, wb / total, wc / total
    n = scene.normals
    nx = wa * n[a, 0] + wb * n[b, 0] + wc * n[c, 0]
    ny = wa * n[a, 1] + wb * n[b, 1] + wc * n[c, 1]
    nz = wa * n[a, 2] + wb * n[b, 2] + wc * n[c, 2]
    inside = area * scene.winding > 0
    sign = (-1.0 if inside else 1.0) / (np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9)
    nx, ny, nz = nx * sign, ny * sign, nz * sign
    u = wa * scene.uvs[a, 0] + wb * scene.uvs[b, 0] + wc * scene.uvs[c, 0]
    v = wa * scene.uvs[a, 1] + wb * scene.uvs[b, 1] + wc * scene.uvs[c, 1]
    row = scene.materials[scene.face_material[face]]
    kind = int(row[6])
    group = scene.face_group[face]

    amount = _pattern(row, u, v)
    value = nx * look.light_x + ny * look.light_y + nz * look.light_z
    lit = smoothstep(look.threshold - look.softness, look.threshold + look.softness, value)
    if kind != FLAT and kind != PROP and kind != HAIR:
        lit = min(lit, 1.0 - _shaded_by_cover(x, y, near_hw, owner_hw, scene, look))
    if inside:
        lit = 0.0
    if kind == FLAT:
        lit = 1.0
    grain = 1.0
    if look.texture > 0:
        mottle = value_noise(u * 7 * look.texture_scale + group, v * 9 * look.texture_scale, group)
        mottle += value_noise(x * 0.11 * look.texture_scale, y * 0.11 * look.texture_scale, 7)
        grain = 1.0 + look.texture * (mottle - 1.0)
    if row[11] > 0:
        lit = min(lit, _pleat(row[11], u, v))
    if kind == HAIR:
        strands = value_noise(u * 9.0 + 17.3 * group, v * 0.8, group)
        grain *= 1.0 + 0.07 * (strands - 0.5) * look.gloss
    # A power keeps shadows saturated: a merely darker colour reads as dirt.
    for d in range(3):
        base = row[d] + (row[3 + d] - row[d]) * amount
        if kind == SKIN or kind == FACE:
            shadow = base**1.6 * (0.985, 0.955, 0.975)[d]
        elif kind == HAIR:
            shadow = base**1.45 * (0.93, 0.89, 0.95)[d] * row[9]
        else:
            shadow = base**1.25 * (0.95, 0.94, 1.02)[d] * row[9]
        out_3[d] = min((base * lit + (1 - lit) * shadow) * grain, 1.0)
    if kind == HAIR and look.gloss > 0 and not inside:
        height = nx * look.up_x + ny * look.up_y + nz * look.up_z
        jag = 0.09 * abs((u * 3.0 + 0.37 * group) % 1.0 - 0.5)
        band = smoothstep(0.50 + jag, 0.53 + jag, height)
        band *= 1.0 - smoothstep(0.66 - jag, 0.69 - jag, height)
        band *= look.gloss * 0.42 * lit * smoothstep(0.25, 0.5, nz)
        for d in range(3):
            out_3[d] += (min(1.0, 0.55 + 0.5 * row[d]) - out_3[d]) * band
    if look.rim > 0 and kind != FLAT:
        edge = smoothstep(0.55, 0.75, 1.0 - nz) * smoothstep(0.0, 0.3, ny * 0.5 + nx * look.light_x)
        for d in range(3):
            out_3[d] += (1.0 - out_3[d]) * edge * look.rim
    if kind == FACE and u > 0 and u < 1 and v > 0 and v < 1 and not inside:
        _sample(scene.decal, u, v, texel_4)
        dim = lit + (1 - lit) * 0.88
        for d in range(3):
            out_3[d] += (texel_4[d] * dim - out_3[d]) * texel_4[3]
    for d in range(3):
        out_3[d] = min(max(out_3[d] + (1.0 - out_3[d]) * look.ink, 0.0), 1.0)


@kernel
def _line(
    x: int, y: int, near_hw: Floats, owner_hw: Ints, scene: Scene, look: Look
) -> tuple[float, int]:
    """Tell how strong a line runs through a sample and whose colour (material) it takes."""
    height, width = near_hw.shape
    face = owner_hw[y, x]
    best, material = 0.0, -1
    for step in range(4):
        dx = look.line_radius if step == 0 else (-look.line_radius if step == 1 else 0)
        dy = look.line_radius if step == 2 else (-look.line_radius if step == 3 else 0)
        qx, qy = x + dx, y + dy
        if qx < 0 or qy < 0 or qx >= width or qy >= height:
            continue
        other = owner_hw[qy, qx]
        if other == face:
            continue
        if face < 0 or other < 0:
            best = 1.0
            material = scene.face_material[max(face, other)]
            break
        gap = 1.0 / near_hw[y, x] - 1.0 / near_hw[qy, qx]
        nearer = other if gap > 0 else face
        gap = abs(gap)
        here, there = scene.face_material[face], scene.face_material[other]
        if scene.face_group[face] == scene.face_group[other]:
            strength = smoothstep(0.09, 0.16, gap)
        elif here != there and not (
            scene.materials[here, 6] == HAIR and scene.materials[there, 6] == HAIR
        ):
            strength = max(
                0.75 if scene.materials[here, 6] != FLAT else 0.0, smoothstep(0.0, 0.06, gap)
            )
        else:
            strength = smoothstep(0.004, 0.035, gap)
        if strength > best:
            best, material = strength, scene.face_material[nearer]
    return best * look.line_strength, material


@kernel
def resolve(
    near_hw: Floats, owner_hw: Ints, scene: Scene, look: Look, backdrop_hw3: Floats
) -> Bytes:
    """Shade the samples over the backdrop (h, w, 3) and halve them: a picture (h, w, 3)."""
    height, width = backdrop_hw3.shape[0], backdrop_hw3.shape[1]
    picture = np.empty((height, width, 3), dtype=np.uint8)
    colour = np.empty(3)
    texel = np.empty(4)
    total = np.empty(3)
    for py in range(height):
        for px in range(width):
            total[0] = total[1] = total[2] = 0.0
            first = owner_hw[2 * py, 2 * px]
            flat = first >= 0
            if flat:
                group = scene.face_group[first]
                row = scene.materials[scene.face_material[first]]
                flat = row[6] != FACE and row[7] == NONE
            for sample in range(4):
                x, y = 2 * px + (sample & 1), 2 * py + (sample >> 1)
                face = owner_hw[y, x]
                line, material = 0.0, -1
                if look.line_strength > 0:
                    line, material = _line(x, y, near_hw, owner_hw, scene, look)
                if face < 0:
                    for d in range(3):
                        colour[d] = backdrop_hw3[py, px, d]
                    flat = False
                elif sample == 0 or not flat or scene.face_group[face] != group:
                    _surface(x, y, near_hw, owner_hw, scene, look, colour, texel)
                    flat = flat and scene.face_group[face] == group
                for d in range(3):
                    shown = colour[d]
                    if line > 0 and material >= 0:
                        ink = scene.materials[material, d] * scene.materials[material, 10]
                        ink *= 1.0 - 0.8 * look.ink
                        shown += (ink - shown) * line
                    total[d] += shown
            for d in range(3):
                picture[py, px, d] = np.uint8(total[d] * 63.75 + 0.5)
    return picture
