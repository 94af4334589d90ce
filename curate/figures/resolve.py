"""From the z-buffer to the picture: light and shade, patterns, the face, and the halving.

Shape legend: v vertices, f faces, m materials, hw samples, tt texels. Colours are sRGB 0..1.
Kernels take arrays one by one: pulling them out of a record, or passing them on to another
function, counts references and costs more than the shading.
"""

from typing import NamedTuple

import numpy as np

from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.material import (
    FACE,
    FLAT,
    GROUP,
    HAIR,
    KIND,
    LINE,
    LIT,
    MARK,
    MARK_SHADOW,
    MATERIAL,
    NONE,
    PATTERN,
    PLEATS,
    PROP,
    SCALE,
    SHADOW,
    SKIN,
)
from curate.figures.noise import line_noise, smoothstep, value_noise
from curate.figures.pattern import pattern_at, pleat_at


class Scene(NamedTuple):
    """What there is to see.

    Vertices (v, 8) are x and y in samples, 1/depth, the normal to the viewer, u and v.
    Faces (f, 5) are three vertices, the material and the group. Material rows are (m, 17),
    the face decal is (t, t, 4), and `winding` is -1 where the surfaces are mirrored.
    """

    vertices: Floats
    faces: Ints
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
def _mottled(strength: float, kind: int, u: float, v: float, x: int, y: int, group: int) -> float:
    """Give the factor by which brushwork lightens or darkens a sample."""
    mottle = value_noise(u * 7.0 + group, v * 9.0, group) + value_noise(x * 0.11, y * 0.11, 7)
    # Brushwork that suits cloth looks like a rash on skin.
    amount = 0.3 * strength if kind in (SKIN, FACE) else strength
    return 1.0 + amount * (mottle - 1.0)


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
def gather(owner_hw: Ints, lines_hw: Bytes, faces: Ints, rows: Floats, flip: int) -> Ints:
    """List what has to be shaded: pixel, sample and how many samples share it, shape (n, 3).

    The four samples of a pixel share one shading where they belong to one smooth surface and no
    line runs through them. Pixels that show the backdrop only are left out.
    """
    height, width = owner_hw.shape[0] // 2, owner_hw.shape[1] // 2
    result = np.empty((4 * height * width, 3), dtype=np.int32)
    count = 0
    for py in range(height):
        for px in range(width):
            y, x = 2 * py, 2 * px
            first = owner_hw[y, x + flip]
            same = owner_hw[y, x] == owner_hw[y, x + 1]
            same = same and owner_hw[y, x] == owner_hw[y + 1, x]
            same = same and owner_hw[y, x] == owner_hw[y + 1, x + 1]
            marks = lines_hw[y, x] | lines_hw[y, x + 1]
            marks |= lines_hw[y + 1, x] | lines_hw[y + 1, x + 1]
            if same and first < 0 and marks == 0:
                continue
            group, share = -1, False
            if first >= 0 and marks == 0:
                group, m = faces[first, GROUP], faces[first, MATERIAL]
                share = rows[m, KIND] != FACE and rows[m, PATTERN] == NONE
            start = count
            for sample in range(4):
                sx, sy = x + (sample & 1 ^ flip), y + (sample >> 1)
                face = owner_hw[sy, sx]
                if sample > 0 and share and face >= 0 and faces[face, GROUP] == group:
                    result[start, 2] += 1
                    continue
                result[count, 0] = py * width + px
                result[count, 1] = sy * 2 * width + sx
                result[count, 2] = 1
                count += 1
    return result[:count]


@kernel
def resolve(  # noqa: C901, PLR0915 - one loop: a call that passes arrays costs more than it does
    jobs_n3: Ints,
    depth_hw: Floats,
    owner_hw: Ints,
    lines_hw: Bytes,
    inks_hw: Ints,
    vertices: Floats,
    faces: Ints,
    rows: Floats,
    decal: Floats,
    winding: float,
    look: Look,
    backdrop_hw3: Floats,
    picture_hw3: Bytes,
) -> None:
    """Shade the samples of `gather` and halve them into the picture (h, w, 3)."""
    rows_high, columns = owner_hw.shape
    width = columns // 2
    total_r, total_g, total_b = 0.0, 0.0, 0.0
    for n in range(len(jobs_n3)):
        pixel, place = jobs_n3[n, 0], jobs_n3[n, 1]
        y, x = place // columns, place % columns
        face = owner_hw[y, x]
        if face < 0:
            red = backdrop_hw3[pixel // width, pixel % width, 0]
            green = backdrop_hw3[pixel // width, pixel % width, 1]
            blue = backdrop_hw3[pixel // width, pixel % width, 2]
        else:
            a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
            m, group = faces[face, MATERIAL], faces[face, GROUP]
            kind = int(rows[m, KIND])
            ax, ay = vertices[a, 0], vertices[a, 1]
            bx, by = vertices[b, 0] - ax, vertices[b, 1] - ay
            cx, cy = vertices[c, 0] - ax, vertices[c, 1] - ay
            area = bx * cy - by * cx
            px, py = x + 0.5 - ax, y + 0.5 - ay
            wb, wc = (px * cy - py * cx) / area, (py * bx - px * by) / area
            # Weights divided by depth interpolate as perspective has it.
            wa = (1 - wb - wc) * vertices[a, 2]
            wb *= vertices[b, 2]
            wc *= vertices[c, 2]
            whole = 1.0 / (wa + wb + wc)
            wa, wb, wc = wa * whole, wb * whole, wc * whole
            nx = wa * vertices[a, 3] + wb * vertices[b, 3] + wc * vertices[c, 3]
            ny = wa * vertices[a, 4] + wb * vertices[b, 4] + wc * vertices[c, 4]
            nz = wa * vertices[a, 5] + wb * vertices[b, 5] + wc * vertices[c, 5]
            inside = area * winding > 0
            sign = (-1.0 if inside else 1.0) / (np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9)
            nx, ny, nz = nx * sign, ny * sign, nz * sign
            u = wa * vertices[a, 6] + wb * vertices[b, 6] + wc * vertices[c, 6]
            v = wa * vertices[a, 7] + wb * vertices[b, 7] + wc * vertices[c, 7]

            value = nx * look.light_x + ny * look.light_y + nz * look.light_z
            lit = smoothstep(look.threshold - look.softness, look.threshold + look.softness, value)
            sx, sy = x + look.shadow_x, y + look.shadow_y
            if (kind < HAIR or kind == FACE) and 0 <= sx < columns and 0 <= sy < rows_high:
                other = owner_hw[sy, sx]
                if other >= 0 and faces[other, GROUP] != group:
                    # A cast shadow: something a little nearer lies towards the light.
                    lit = 0.0 if 0.015 < depth_hw[y, x] - depth_hw[sy, sx] < 0.6 else lit
            if rows[m, PLEATS] > 0:
                lit = min(lit, pleat_at(rows[m, PLEATS], u, v))
            grain = 1.0
            if kind == HAIR:
                lit *= 0.66 + 0.34 * smoothstep(0.40, 0.46, value)
                grain += 0.07 * (line_noise(u * 9.0 + 17.3 * group, group) - 0.5) * look.gloss
            lit = 0.0 if inside else 1.0 if kind == FLAT else lit
            if look.texture > 0:
                grain *= _mottled(
                    look.texture, kind, u, v, x if winding > 0 else columns - 1 - x, y, group
                )
            mark = 0.0
            if rows[m, PATTERN] != NONE:
                mark = pattern_at(int(rows[m, PATTERN]), rows[m, SCALE], u, v)
            keep = 1.0 - mark
            red = _toned(
                rows[m, LIT] * keep + rows[m, MARK] * mark,
                rows[m, SHADOW] * keep + rows[m, MARK_SHADOW] * mark,
                lit,
                grain,
                look.ink,
            )
            green = _toned(
                rows[m, LIT + 1] * keep + rows[m, MARK + 1] * mark,
                rows[m, SHADOW + 1] * keep + rows[m, MARK_SHADOW + 1] * mark,
                lit,
                grain,
                look.ink,
            )
            blue = _toned(
                rows[m, LIT + 2] * keep + rows[m, MARK + 2] * mark,
                rows[m, SHADOW + 2] * keep + rows[m, MARK_SHADOW + 2] * mark,
                lit,
                grain,
                look.ink,
            )
            shine = 0.0 if kind != HAIR or inside else lit * _gloss(look, nx, ny, nz, u, group)
            red += (min(1.0, 0.55 + 0.5 * rows[m, 0]) - red) * shine
            green += (min(1.0, 0.55 + 0.5 * rows[m, 1]) - green) * shine
            blue += (min(1.0, 0.55 + 0.5 * rows[m, 2]) - blue) * shine
            edge = 0.0 if kind in (FLAT, PROP) else _rim(look, nx, ny, nz)
            edge *= 0.4 if kind == HAIR else 1.0
            red, green, blue = (
                red + (1 - red) * edge,
                green + (1 - green) * edge,
                blue + (1 - blue) * edge,
            )
            if kind == FACE and 0 < u < 1 and 0 < v < 1 and not inside:
                size = decal.shape[0]
                tx = min(max(u * size - 0.5, 0.0), size - 1.001)
                ty = min(max(v * size - 0.5, 0.0), size - 1.001)
                ix, iy = int(tx), int(ty)
                fx, fy = tx - ix, ty - iy
                dim = (lit + (1 - lit) * 0.88) * (1 - 0.4 * look.ink)
                w0, w1, w2, w3 = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
                cover = w0 * decal[iy, ix, 3] + w1 * decal[iy, ix + 1, 3]
                cover += w2 * decal[iy + 1, ix, 3] + w3 * decal[iy + 1, ix + 1, 3]
                tone = w0 * decal[iy, ix, 0] + w1 * decal[iy, ix + 1, 0]
                tone += w2 * decal[iy + 1, ix, 0] + w3 * decal[iy + 1, ix + 1, 0]
                red += (tone * dim - red) * cover
                tone = w0 * decal[iy, ix, 1] + w1 * decal[iy, ix + 1, 1]
                tone += w2 * decal[iy + 1, ix, 1] + w3 * decal[iy + 1, ix + 1, 1]
                green += (tone * dim - green) * cover
                tone = w0 * decal[iy, ix, 2] + w1 * decal[iy, ix + 1, 2]
                tone += w2 * decal[iy + 1, ix, 2] + w3 * decal[iy + 1, ix + 1, 2]
                blue += (tone * dim - blue) * cover
        if lines_hw[y, x] > 0:
            line = lines_hw[y, x] * look.line_strength / 255.0
            m = inks_hw[y, x]
            dark = rows[m, LINE] * (1.0 - 0.8 * look.ink)
            red += (rows[m, 0] * dark - red) * line
            green += (rows[m, 1] * dark - green) * line
            blue += (rows[m, 2] * dark - blue) * line
        weight = jobs_n3[n, 2]
        total_r, total_g, total_b = (
            total_r + weight * red,
            total_g + weight * green,
            total_b + weight * blue,
        )
        if n + 1 == len(jobs_n3) or jobs_n3[n + 1, 0] != pixel:
            picture_hw3[pixel // width, pixel % width, 0] = np.uint8(total_r * 63.75 + 0.5)
            picture_hw3[pixel // width, pixel % width, 1] = np.uint8(total_g * 63.75 + 0.5)
            picture_hw3[pixel // width, pixel % width, 2] = np.uint8(total_b * 63.75 + 0.5)
            total_r, total_g, total_b = 0.0, 0.0, 0.0


@kernel
def _bytes(backdrop_hw3: Floats) -> Bytes:
    """Turn colours in 0..1 into bytes."""
    height, width = backdrop_hw3.shape[0], backdrop_hw3.shape[1]
    picture = np.empty((height, width, 3), dtype=np.uint8)
    for y in range(height):
        for x in range(width):
            for d in range(3):
                picture[y, x, d] = np.uint8(backdrop_hw3[y, x, d] * 255.0 + 0.5)
    return picture


def shade(
    depth_hw: Floats,
    owner_hw: Ints,
    marks: tuple[Bytes, Ints],
    scene: Scene,
    look: Look,
    backdrop_hw3: Floats,
) -> Bytes:
    """Shade a scene over the backdrop (h, w, 3); samples are twice as many each way."""
    picture = _bytes(backdrop_hw3)
    jobs = gather(owner_hw, marks[0], scene.faces, scene.materials, int(scene.winding < 0))
    resolve(
        jobs,
        depth_hw,
        owner_hw,
        *marks,
        scene.vertices,
        scene.faces,
        scene.materials,
        scene.decal,
        scene.winding,
        look,
        backdrop_hw3,
        picture,
    )
    return picture
