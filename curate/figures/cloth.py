"""Cloth that hangs from the waist: threads of fixed length, pulled down, pushed out by the legs.

Shape legend: r rows (down), c columns (around, closed), b bones.
"""

import numpy as np

from curate.figures.compiled import Bytes, Floats, kernel
from curate.figures.noise import smoothstep
from curate.figures.rig import SIDES, Skeleton
from curate.figures.seat import Seat
from curate.figures.turns import unit

# Radii of hip, knee and ankle, and of the capsule through both hips.
LEG = (0.236, 0.150, 0.105)
HIPS, BEHIND = 0.275, 0.04
BONES = 5
# Degrees that a leg turns in a step, steps to come to rest, rounds of corrections in each.
STEP_DEGREES, SETTLING, ROUNDS = 6.0, 18, 3
# How far cloth turns with the thighs, how far it falls in a step, how deep the ground is at first.
FOLLOWING, WEIGHT, DEPTH = 0.85, 0.010, 1.2


def _seat(seat: Seat | None) -> Floats:
    """Give a seat's height, middle, direction and half sizes as seven numbers; height 0 is none."""
    if seat is None:
        return np.zeros(7)
    (x, _, z), (ahead_x, _, ahead_z) = seat.middle, seat.ahead
    return np.array([seat.high, x, z, ahead_x, ahead_z, seat.wide, seat.long])


def _radii(skeleton: Skeleton) -> Floats:
    plump = skeleton.thickness * skeleton.proportions.limbs
    return np.array([*(radius * plump for radius in LEG), HIPS * skeleton.thickness])


def _legs(skeleton: Skeleton) -> tuple[Floats, int]:
    """Give each leg's hip, thigh and shin, standing and as posed, and its seat: (2, 6, 3).

    Also in how many steps to go from one to the other.
    """
    pelvis = skeleton.frames["pelvis"].turn
    down, back = -pelvis[:, 1], -BEHIND * skeleton.thickness * pelvis[:, 2]
    legs, widest = np.empty((2, 6, 3)), 0.0
    for i, side in enumerate(SIDES):
        hip, knee, ankle = (skeleton.point(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        standing = down * skeleton.build.thigh, down * skeleton.build.shin
        legs[i] = hip, *standing, knee - hip, ankle - knee, hip + back
        for bone in (knee - hip, ankle - knee):
            widest = max(widest, float(np.degrees(np.arccos(np.clip(unit(bone) @ down, -1, 1)))))
    return legs, int(np.ceil(widest / STEP_DEGREES)) + 1


@kernel
def _bones(legs_263: Floats, share: float, radii_4: Floats, bones_b8: Floats) -> None:
    """Write the capsules of hips, thighs and shins on their way into the pose."""
    for i in range(2):
        knee = np.zeros(3)
        for part in range(2):
            length, now = 0.0, 0.0
            for d in range(3):
                length += legs_263[i, 1 + part, d] ** 2
                now += (
                    (1 - share) * legs_263[i, 1 + part, d] + share * legs_263[i, 3 + part, d]
                ) ** 2
            scale = np.sqrt(length / (now + 1e-12))
            for d in range(3):
                way = (1 - share) * legs_263[i, 1 + part, d] + share * legs_263[i, 3 + part, d]
                start = legs_263[i, 0, d] if part == 0 else knee[d]
                bones_b8[2 * i + part, d] = start
                bones_b8[2 * i + part, 4 + d] = start + way * scale
                knee[d] = start + way * scale
            bones_b8[2 * i + part, 3] = radii_4[part]
            bones_b8[2 * i + part, 7] = radii_4[part + 1]
    for d in range(3):
        bones_b8[4, d], bones_b8[4, 4 + d] = legs_263[0, 5, d], legs_263[1, 5, d]
    bones_b8[4, 3] = bones_b8[4, 7] = radii_4[3]


@kernel
def _push(
    points_rc3: Floats,
    first: int,
    bones_b8: Floats,
    clear: float,
    seat_7: Floats,
    sunk: float,
    held_rc: Bytes,
) -> None:
    """Move points, and the middles between neighbours, out of the bones, the floor and the seat.

    The ground lies `sunk` deeper than it will. `held_rc` learns which points touch something.
    """
    held_rc[:] = 0
    rows, columns = points_rc3.shape[0], points_rc3.shape[1]
    for i in range(first, rows):
        for way in range(3 * columns):
            j = way // 3
            # A point alone, or the middle between it and the next one around, or the one below.
            ii = i + 1 if way % 3 == 2 else i
            jj = (j + 1) % columns if way % 3 == 1 else j
            if ii == rows:
                continue
            px = 0.5 * (points_rc3[i, j, 0] + points_rc3[ii, jj, 0])
            py = 0.5 * (points_rc3[i, j, 1] + points_rc3[ii, jj, 1])
            pz = 0.5 * (points_rc3[i, j, 2] + points_rc3[ii, jj, 2])
            x, y, z = px, py, pz
            for b in range(len(bones_b8)):
                ax, ay, az = bones_b8[b, 0], bones_b8[b, 1], bones_b8[b, 2]
                wx, wy, wz = bones_b8[b, 4] - ax, bones_b8[b, 5] - ay, bones_b8[b, 6] - az
                along = (x - ax) * wx + (y - ay) * wy + (z - az) * wz
                along = min(max(along / (wx * wx + wy * wy + wz * wz + 1e-12), 0.0), 1.0)
                nx, ny, nz = x - ax - along * wx, y - ay - along * wy, z - az - along * wz
                away = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
                radius = bones_b8[b, 3] + (bones_b8[b, 7] - bones_b8[b, 3]) * along + clear
                if away < radius:
                    push = radius / away - 1.0
                    x, y, z = x + nx * push, y + ny * push, z + nz * push
            level = 0.012 - sunk
            if seat_7[0] > 0 and y < seat_7[0]:
                ex, ez = x - seat_7[1], z - seat_7[2]
                ahead = ex * seat_7[3] + ez * seat_7[4]
                across = ex * seat_7[4] - ez * seat_7[3]
                if abs(across) < seat_7[5] and abs(ahead) < seat_7[6] and y > seat_7[0] - 0.3:
                    level = seat_7[0] + 0.012 - sunk
            y = max(y, level)
            if x != px or y != py or z != pz:
                held_rc[i, j] = held_rc[ii, jj] = 1
                points_rc3[i, j, 0] += x - px
                points_rc3[i, j, 1] += y - py
                points_rc3[i, j, 2] += z - pz
                if ii != i or jj != j:
                    points_rc3[ii, jj, 0] += x - px
                    points_rc3[ii, jj, 1] += y - py
                    points_rc3[ii, jj, 2] += z - pz


@kernel
def _follow(
    points_rc3: Floats, before_rc3: Floats, first: int, old_b8: Floats, new_b8: Floats
) -> None:
    """Turn points with the thighs, most those far below the hips."""
    ux, uy, uz = (
        old_b8[0, 0] - old_b8[2, 0],
        old_b8[0, 1] - old_b8[2, 1],
        old_b8[0, 2] - old_b8[2, 2],
    )
    span = ux * ux + uy * uy + uz * uz
    for side in range(2):
        b = 2 * side
        hx, hy, hz = old_b8[b, 0], old_b8[b, 1], old_b8[b, 2]
        ax, ay, az = old_b8[b, 4] - hx, old_b8[b, 5] - hy, old_b8[b, 6] - hz
        bx, by, bz = new_b8[b, 4] - hx, new_b8[b, 5] - hy, new_b8[b, 6] - hz
        long = ax * ax + ay * ay + az * az
        # The small turn from one direction to the other, as a vector.
        tx, ty, tz = (
            (ay * bz - az * by) / long,
            (az * bx - ax * bz) / long,
            (ax * by - ay * bx) / long,
        )
        for i in range(first, points_rc3.shape[0]):
            for j in range(points_rc3.shape[1]):
                x, y, z = (
                    points_rc3[i, j, 0] - hx,
                    points_rc3[i, j, 1] - hy,
                    points_rc3[i, j, 2] - hz,
                )
                across = (x * ux + y * uy + z * uz) / span * (1.0 if side == 0 else -1.0)
                below = (x * ax + y * ay + z * az) / long
                share = FOLLOWING * smoothstep(-1.0, 0.0, across) * smoothstep(-0.1, 0.25, below)
                mx, my, mz = (
                    (ty * z - tz * y) * share,
                    (tz * x - tx * z) * share,
                    (tx * y - ty * x) * share,
                )
                points_rc3[i, j, 0] += mx
                points_rc3[i, j, 1] += my
                points_rc3[i, j, 2] += mz
                before_rc3[i, j, 0] += mx
                before_rc3[i, j, 1] += my
                before_rc3[i, j, 2] += mz


@kernel
def _carry(points_rc3: Floats, first: int, old_b8: Floats, new_b8: Floats, clear: float) -> None:
    """Move points ahead of bones that go from `old_b8` to `new_b8`, lest they pass through."""
    for i in range(first, points_rc3.shape[0]):
        for j in range(points_rc3.shape[1]):
            x, y, z = points_rc3[i, j, 0], points_rc3[i, j, 1], points_rc3[i, j, 2]
            most, mx, my, mz = 0.0, 0.0, 0.0, 0.0
            for b in range(len(old_b8) - 1):
                ax, ay, az = old_b8[b, 0], old_b8[b, 1], old_b8[b, 2]
                wx, wy, wz = old_b8[b, 4] - ax, old_b8[b, 5] - ay, old_b8[b, 6] - az
                along = (x - ax) * wx + (y - ay) * wy + (z - az) * wz
                along = min(max(along / (wx * wx + wy * wy + wz * wz + 1e-12), 0.0), 1.0)
                nx, ny, nz = x - ax - along * wx, y - ay - along * wy, z - az - along * wz
                away = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
                nx, ny, nz = nx / away, ny / away, nz / away
                radius = old_b8[b, 3] + (old_b8[b, 7] - old_b8[b, 3]) * along + clear
                dx = new_b8[b, 0] - ax + along * (new_b8[b, 4] - old_b8[b, 4] - new_b8[b, 0] + ax)
                dy = new_b8[b, 1] - ay + along * (new_b8[b, 5] - old_b8[b, 5] - new_b8[b, 1] + ay)
                dz = new_b8[b, 2] - az + along * (new_b8[b, 6] - old_b8[b, 6] - new_b8[b, 2] + az)
                move = dx * nx + dy * ny + dz * nz
                push = move - max(away - radius, 0.0)
                if push > most:
                    # It sticks to the leg instead of sliding off it.
                    share = push / move
                    most, mx, my, mz = push, dx * share, dy * share, dz * share
            points_rc3[i, j, 0], points_rc3[i, j, 1], points_rc3[i, j, 2] = x + mx, y + my, z + mz


@kernel
def _pull(
    cloth_rc3: Floats,
    rest_rc3: Floats,
    i: int,
    j: int,
    k: int,
    m: int,
    pinned: int,
    stiff: float,
    soft: float,
) -> None:
    """Bring two points towards their distance at rest; `soft` where they are too near."""
    rest, now = 0.0, 0.0
    for d in range(3):
        rest += (rest_rc3[k, m, d] - rest_rc3[i, j, d]) ** 2
        now += (cloth_rc3[k, m, d] - cloth_rc3[i, j, d]) ** 2
    now = np.sqrt(now) + 1e-9
    off = (now - np.sqrt(rest)) / now
    off *= stiff if off > 0 else soft
    one = 0.0 if i < pinned else 0.5 if k >= pinned else 1.0
    other = 0.0 if k < pinned else 0.5 if i >= pinned else 1.0
    for d in range(3):
        way = cloth_rc3[k, m, d] - cloth_rc3[i, j, d]
        cloth_rc3[i, j, d] += one * off * way
        cloth_rc3[k, m, d] -= other * off * way


@kernel
def _tighten(cloth_rc3: Floats, rest_rc3: Floats, lengths_rc: Floats, pinned: int) -> None:
    """Bring every thread towards its length, and no point further from the waist than it hangs."""
    columns, waist = cloth_rc3.shape[1], pinned - 1
    for i in range(pinned, cloth_rc3.shape[0]):
        for j in range(columns):
            after, second = (j + 1) % columns, (j + 2) % columns
            _pull(cloth_rc3, rest_rc3, i - 1, j, i, j, pinned, 1.0, 0.6)
            # Around and across it gives way: legs apart are stronger than a hem.
            _pull(cloth_rc3, rest_rc3, i, j, i, after, pinned, 0.2, 0.4)
            _pull(cloth_rc3, rest_rc3, i - 1, j, i, after, pinned, 0.2, 0.1)
            _pull(cloth_rc3, rest_rc3, i - 1, after, i, j, pinned, 0.2, 0.1)
            # What keeps the next but one away keeps folds round.
            _pull(cloth_rc3, rest_rc3, i, j, i, second, pinned, 0.0, 0.25)
            if i > pinned:
                _pull(cloth_rc3, rest_rc3, i - 2, j, i, j, pinned, 0.0, 0.15)
            away = 0.0
            for d in range(3):
                away += (cloth_rc3[i, j, d] - cloth_rc3[waist, j, d]) ** 2
            scale = min(1.03 * lengths_rc[i, j] / (np.sqrt(away) + 1e-9), 1.0)
            for d in range(3):
                way = cloth_rc3[i, j, d] - cloth_rc3[waist, j, d]
                cloth_rc3[i, j, d] = cloth_rc3[waist, j, d] + way * scale


@kernel
def _lengths(rest_rc3: Floats, pinned: int) -> Floats:
    """Give each point's way along its thread from the last row that stays in place."""
    lengths = np.zeros(rest_rc3.shape[:2])
    for i in range(pinned, rest_rc3.shape[0]):
        for j in range(rest_rc3.shape[1]):
            square = 0.0
            for d in range(3):
                square += (rest_rc3[i, j, d] - rest_rc3[i - 1, j, d]) ** 2
            lengths[i, j] = lengths[i - 1, j] + np.sqrt(square)
    return lengths


@kernel
def _hang(
    cloth_rc3: Floats,
    pinned: int,
    legs_263: Floats,
    radii_4: Floats,
    clear: float,
    seat_7: Floats,
    moves: int,
    weight: float,
) -> None:
    """Let the cloth follow the legs from standing into the pose, and come to rest."""
    rest, before = cloth_rc3.copy(), cloth_rc3.copy()
    lengths = _lengths(rest, pinned)
    bones, next_bones = np.empty((BONES, 8)), np.empty((BONES, 8))
    held = np.zeros(cloth_rc3.shape[:2], dtype=np.uint8)
    _bones(legs_263, 0.0, radii_4, bones)
    for step in range(moves + SETTLING):
        # The ground comes up last: standing legs would reach through it.
        sunk = DEPTH * max(1.0 - max(step - moves, 0) / (0.6 * SETTLING), 0.0)
        if step < moves:
            _bones(legs_263, (step + 1.0) / moves, radii_4, next_bones)
            _follow(cloth_rc3, before, pinned, bones, next_bones)
            _carry(cloth_rc3, pinned, bones, next_bones, clear)
            bones[:] = next_bones
        for i in range(pinned, cloth_rc3.shape[0]):
            for j in range(cloth_rc3.shape[1]):
                for d in range(3):
                    speed = 0.80 * (cloth_rc3[i, j, d] - before[i, j, d])
                    before[i, j, d] = cloth_rc3[i, j, d]
                    cloth_rc3[i, j, d] += min(max(speed, -0.1), 0.1)
                cloth_rc3[i, j, 1] -= weight * (1 - held[i, j])
        for _ in range(ROUNDS):
            _tighten(cloth_rc3, rest, lengths, pinned)
            _push(cloth_rc3, pinned, bones, clear, seat_7, sunk, held)


def drape(
    cloth_rc3: Floats, pinned: int, skeleton: Skeleton, seat: Seat | None, clear: float
) -> Floats:
    """Hang cloth, given as it fits the standing figure; its first rows stay where they are."""
    legs, moves = _legs(skeleton)
    result, weight = cloth_rc3.copy(), WEIGHT * skeleton.build.scale
    _hang(result, pinned, legs, _radii(skeleton), clear, _seat(seat), moves, weight)
    return result


def push_out(points_rc3: Floats, skeleton: Skeleton, seat: Seat | None, clear: float) -> None:
    """Move all but the first two rows of cloth out of the legs, the floor and the seat."""
    bones = np.empty((BONES, 8))
    _bones(_legs(skeleton)[0], 1.0, _radii(skeleton), bones)
    held = np.empty(points_rc3.shape[:2], dtype=np.uint8)
    _push(points_rc3, 2, bones, clear, _seat(seat), 0.0, held)
