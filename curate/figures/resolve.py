"""From the z-buffer to the picture: light and shade, patterns, the face, and the halving.

Shape legend: v vertices, f faces, m materials, hw samples, pp pixels, tt texels.
Colours are sRGB 0..1. Kernels take arrays one by one: pulling them out of a record, or passing
them on to another function, counts references and costs more than the shading.
"""

from typing import NamedTuple

import numpy as np

from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.light import Look, gloss, mottled, rim, toned
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
)
from curate.figures.noise import line_noise, smoothstep
from curate.figures.pattern import pattern_at, pleat_at
from curate.figures.scene import Scene


class Samples(NamedTuple):
    """What each sample sees, all (h, w): 1/depth, face, group, line strength, line's material."""

    near: Floats
    owner: Ints
    groups: Ints
    lines: Bytes
    inks: Ints


@kernel
def _resolve(  # noqa: C901, PLR0912, PLR0915 - one loop: a call that passes arrays costs more
    near_hw: Floats,
    owner_hw: Ints,
    groups_hw: Ints,
    lines_hw: Bytes,
    inks_hw: Ints,
    vertices: Floats,
    faces: Ints,
    rows: Floats,
    decal: Floats,
    fine: bool,  # noqa: FBT001
    winding: float,
    look: Look,
    picture_pp3: Bytes,
    parts_pp: Ints,
) -> None:
    """Shade the samples and halve them into the picture, which shows the backdrop before."""
    rows_high, columns = owner_hw.shape
    flip = 1 if winding < 0 else 0
    size = decal.shape[0]
    last = -1
    m, group, kind = 0, 0, 0
    inside, shared_kind = False, False
    red, green, blue = 0.0, 0.0, 0.0
    d0, dx, dy = 0.0, 0.0, 0.0
    nx0, nxx, nxy = 0.0, 0.0, 0.0
    ny0, nyx, nyy = 0.0, 0.0, 0.0
    nz0, nzx, nzy = 0.0, 0.0, 0.0
    u0, ux, uy = 0.0, 0.0, 0.0
    v0, vx, vy = 0.0, 0.0, 0.0
    for py in range(rows_high // 2):
        for px in range(columns // 2):
            y, x = 2 * py, 2 * px
            first = owner_hw[y, x + flip]
            parts_pp[py, px] = faces[first, MATERIAL] if first >= 0 else -1
            marks = lines_hw[y, x] | lines_hw[y, x + 1]
            marks |= lines_hw[y + 1, x] | lines_hw[y + 1, x + 1]
            same = groups_hw[y, x] == groups_hw[y, x + 1]
            same = same and groups_hw[y, x] == groups_hw[y + 1, x]
            same = same and groups_hw[y, x] == groups_hw[y + 1, x + 1]
            if same and first < 0 and marks == 0:
                continue
            total_r, total_g, total_b = 0.0, 0.0, 0.0
            share = False
            for sample in range(4):
                sx, sy = x + (sample & 1 ^ flip), y + (sample >> 1)
                face = owner_hw[sy, sx]
                if face < 0:
                    red = picture_pp3[py, px, 0] / 255.0
                    green = picture_pp3[py, px, 1] / 255.0
                    blue = picture_pp3[py, px, 2] / 255.0
                elif not share:
                    if face != last:
                        # Whatever is interpolated, times 1/depth, is affine in x and y.
                        last = face
                        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
                        m, group = faces[face, MATERIAL], faces[face, GROUP]
                        kind = int(rows[m, KIND])
                        shared_kind = rows[m, PATTERN] == NONE and (fine or kind != FACE)
                        ax, ay = vertices[a, 0], vertices[a, 1]
                        bx, by = vertices[b, 0] - ax, vertices[b, 1] - ay
                        cx, cy = vertices[c, 0] - ax, vertices[c, 1] - ay
                        area = bx * cy - by * cx
                        inside = area * winding > 0
                        bx, by, cx, cy = bx / area, by / area, cx / area, cy / area
                        az, bz, cz = vertices[a, 2], vertices[b, 2], vertices[c, 2]
                        ox, oy = 0.5 - ax, 0.5 - ay
                        d0, db, dc = az, bz - az, cz - az
                        dx, dy = db * cy - dc * by, dc * bx - db * cx
                        d0 += dx * ox + dy * oy
                        sign = -1.0 if inside else 1.0
                        base = vertices[a, 3] * az * sign
                        db, dc = (
                            vertices[b, 3] * bz * sign - base,
                            vertices[c, 3] * cz * sign - base,
                        )
                        nxx, nxy = db * cy - dc * by, dc * bx - db * cx
                        nx0 = base + nxx * ox + nxy * oy
                        base = vertices[a, 4] * az * sign
                        db, dc = (
                            vertices[b, 4] * bz * sign - base,
                            vertices[c, 4] * cz * sign - base,
                        )
                        nyx, nyy = db * cy - dc * by, dc * bx - db * cx
                        ny0 = base + nyx * ox + nyy * oy
                        base = vertices[a, 5] * az * sign
                        db, dc = (
                            vertices[b, 5] * bz * sign - base,
                            vertices[c, 5] * cz * sign - base,
                        )
                        nzx, nzy = db * cy - dc * by, dc * bx - db * cx
                        nz0 = base + nzx * ox + nzy * oy
                        base = vertices[a, 6] * az
                        db, dc = vertices[b, 6] * bz - base, vertices[c, 6] * cz - base
                        ux, uy = db * cy - dc * by, dc * bx - db * cx
                        u0 = base + ux * ox + uy * oy
                        base = vertices[a, 7] * az
                        db, dc = vertices[b, 7] * bz - base, vertices[c, 7] * cz - base
                        vx, vy = db * cy - dc * by, dc * bx - db * cx
                        v0 = base + vx * ox + vy * oy
                    share = same and shared_kind
                    nx = nx0 + nxx * sx + nxy * sy
                    ny = ny0 + nyx * sx + nyy * sy
                    nz = nz0 + nzx * sx + nzy * sy
                    whole = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-18)
                    nx, ny, nz = nx * whole, ny * whole, nz * whole
                    whole = 1.0 / (d0 + dx * sx + dy * sy)
                    u = (u0 + ux * sx + uy * sy) * whole
                    v = (v0 + vx * sx + vy * sy) * whole

                    value = nx * look.light_x + ny * look.light_y + nz * look.light_z
                    lit = smoothstep(
                        look.threshold - look.softness, look.threshold + look.softness, value
                    )
                    qx, qy = sx + look.shadow_x, sy + look.shadow_y
                    shaded = kind < HAIR or kind == FACE
                    if shaded and 0 <= qx < columns and 0 <= qy < rows_high:
                        other = groups_hw[qy, qx]
                        if other not in (0, group):
                            # A cast shadow: a little nearer something lies towards the light.
                            gap = 1.0 / near_hw[sy, sx] - 1.0 / near_hw[qy, qx]
                            lit = 0.0 if 0.015 < gap < 0.6 else lit
                    if rows[m, PLEATS] > 0:
                        lit = min(lit, pleat_at(rows[m, PLEATS], u, v))
                    grain, shine = 1.0, 0.0
                    if kind == HAIR:
                        lit *= 0.66 + 0.34 * smoothstep(0.40, 0.46, value)
                        grain += (
                            0.07 * (line_noise(u * 9.0 + 17.3 * group, group) - 0.5) * look.gloss
                        )
                        shine = 0.0 if inside else lit * gloss(look, nx, ny, nz, u, group)
                    lit = 0.0 if inside else 1.0 if kind == FLAT else lit
                    if look.texture > 0:
                        grain *= mottled(
                            look.texture,
                            kind,
                            u,
                            v,
                            sx if flip == 0 else columns - 1 - sx,
                            sy,
                            group,
                        )
                    paint = 0.0
                    if rows[m, PATTERN] != NONE:
                        paint = pattern_at(int(rows[m, PATTERN]), rows[m, SCALE], u, v)
                    keep = 1.0 - paint
                    red = toned(
                        rows[m, LIT] * keep + rows[m, MARK] * paint,
                        rows[m, SHADOW] * keep + rows[m, MARK_SHADOW] * paint,
                        lit,
                        grain,
                        look.ink,
                    )
                    green = toned(
                        rows[m, LIT + 1] * keep + rows[m, MARK + 1] * paint,
                        rows[m, SHADOW + 1] * keep + rows[m, MARK_SHADOW + 1] * paint,
                        lit,
                        grain,
                        look.ink,
                    )
                    blue = toned(
                        rows[m, LIT + 2] * keep + rows[m, MARK + 2] * paint,
                        rows[m, SHADOW + 2] * keep + rows[m, MARK_SHADOW + 2] * paint,
                        lit,
                        grain,
                        look.ink,
                    )
                    if shine > 0:
                        red += (min(1.0, 0.55 + 0.5 * rows[m, 0]) - red) * shine
                        green += (min(1.0, 0.55 + 0.5 * rows[m, 1]) - green) * shine
                        blue += (min(1.0, 0.55 + 0.5 * rows[m, 2]) - blue) * shine
                    if look.rim > 0 and kind not in (FLAT, PROP):
                        edge = rim(look, nx, ny, nz) * (0.4 if kind == HAIR else 1.0)
                        red += (1 - red) * edge
                        green += (1 - green) * edge
                        blue += (1 - blue) * edge
                    if kind == FACE and 0 < u < 1 and 0 < v < 1 and not inside:
                        tx = min(max(u * size - 0.5, 0.0), size - 1.001)
                        ty = min(max(v * size - 0.5, 0.0), size - 1.001)
                        ix, iy = int(tx), int(ty)
                        fx, fy = tx - ix, ty - iy
                        w0, w1, w2, w3 = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
                        cover = w0 * decal[iy, ix, 3] + w1 * decal[iy, ix + 1, 3]
                        cover += w2 * decal[iy + 1, ix, 3] + w3 * decal[iy + 1, ix + 1, 3]
                        if cover > 0:
                            dim = (lit + (1 - lit) * 0.88) * (1 - 0.4 * look.ink)
                            tone = w0 * decal[iy, ix, 0] + w1 * decal[iy, ix + 1, 0]
                            tone += w2 * decal[iy + 1, ix, 0] + w3 * decal[iy + 1, ix + 1, 0]
                            red += (tone * dim - red) * cover
                            tone = w0 * decal[iy, ix, 1] + w1 * decal[iy, ix + 1, 1]
                            tone += w2 * decal[iy + 1, ix, 1] + w3 * decal[iy + 1, ix + 1, 1]
                            green += (tone * dim - green) * cover
                            tone = w0 * decal[iy, ix, 2] + w1 * decal[iy, ix + 1, 2]
                            tone += w2 * decal[iy + 1, ix, 2] + w3 * decal[iy + 1, ix + 1, 2]
                            blue += (tone * dim - blue) * cover
                if marks == 0:
                    if share:
                        total_r, total_g, total_b = 4 * red, 4 * green, 4 * blue
                        break
                    total_r, total_g, total_b = total_r + red, total_g + green, total_b + blue
                    continue
                line = lines_hw[sy, sx] * look.line_strength / 255.0
                ink = inks_hw[sy, sx] if line > 0 else 0
                dark = rows[ink, LINE] * (1.0 - 0.8 * look.ink)
                total_r += red + (rows[ink, 0] * dark - red) * line
                total_g += green + (rows[ink, 1] * dark - green) * line
                total_b += blue + (rows[ink, 2] * dark - blue) * line
            picture_pp3[py, px, 0] = np.uint8(total_r * 63.75 + 0.5)
            picture_pp3[py, px, 1] = np.uint8(total_g * 63.75 + 0.5)
            picture_pp3[py, px, 2] = np.uint8(total_b * 63.75 + 0.5)


def resolve(samples: Samples, scene: Scene, look: Look, picture_pp3: Bytes) -> Ints:
    """Shade a scene over the backdrop in `picture_pp3`; give each pixel's material, -1 for none."""
    parts = np.empty(picture_pp3.shape[:2], dtype=np.int32)
    _resolve(
        *samples,
        scene.vertices,
        scene.faces,
        scene.materials,
        scene.decal,
        scene.fine,
        scene.winding,
        look,
        picture_pp3,
        parts,
    )
    return parts
