"""What lies behind everything: flat colours, or a room, a street and a sky found by casting rays.

Shape legend: hw picture. Colours are sRGB 0..1; lengths in head heights.
"""

import math
from typing import NamedTuple

import numpy as np

from curate.figures.camera import Lens
from curate.figures.compiled import Bytes, Floats, Ints, kernel
from curate.figures.figure import Backdrop
from curate.figures.noise import smoothstep, value_noise

Colour = tuple[float, float, float]

WHITE = (1.0, 1.0, 1.0)
PLAIN, GRADIENT, ROOM, OUTDOORS = range(4)
KINDS = {"plain": PLAIN, "gradient": GRADIENT, "room": ROOM, "clutter": ROOM, "outdoors": OUTDOORS}


class Place(NamedTuple):
    """A backdrop as numbers; `ground` is the shadow's middle and half sizes."""

    kind: int
    colour: Colour
    second: Colour
    third: Colour
    cosine: float
    sine: float
    half: float
    tall: float
    pattern: int
    shadow: float
    ground: tuple[float, float, float, float]
    seed: int


def place_of(backdrop: Backdrop, ground: tuple[float, float, float, float]) -> Place:
    """Decide what a backdrop leaves open."""
    rng = np.random.default_rng([backdrop.seed, 2])
    turn = float(rng.uniform(0.0, 2 * math.pi))
    third = rng.uniform(0.45, 0.95, 3)
    return Place(
        kind=KINDS[backdrop.kind],
        colour=backdrop.colour,
        second=backdrop.second,
        third=(float(third[0]), float(third[1]), float(third[2])),
        cosine=math.cos(turn),
        sine=math.sin(turn),
        half=float(rng.uniform(3.5, 7.5)),
        tall=float(rng.uniform(8.0, 12.0)),
        pattern=int(rng.integers(4)),
        shadow=backdrop.shadow,
        ground=ground,
        seed=int(rng.integers(1 << 20)),
    )


@kernel
def _floor(place: Place, x: float, z: float) -> Colour:
    """Colour the ground at (x, z)."""
    u = place.cosine * x + place.sine * z
    v = -place.sine * x + place.cosine * z
    tone = 1.0
    if place.kind == OUTDOORS:
        tone = 0.82 + 0.30 * value_noise(u * 2.1, v * 2.1, place.seed)
        tone *= 0.9 + 0.2 * value_noise(u * 9.0, v * 9.0, place.seed + 1)
    elif place.pattern == 0:
        plank = np.floor(u * 1.6)
        tone = 0.88 + 0.14 * value_noise(plank * 7.3, v * 0.7 + plank * 3.1, place.seed)
        tone *= 0.84 if (u * 1.6) % 1.0 < 0.05 else 1.0
    elif place.pattern == 1:
        even = (np.floor(u * 0.9) + np.floor(v * 0.9)) % 2 == 0
        tone = 1.0 if even else 0.80
    elif place.pattern == 2:
        tone = 0.92 + 0.12 * value_noise(u * 14, v * 14, place.seed)
    return _times(place.second, min(tone, 1.0))


@kernel
def _times(colour: Colour, tone: float) -> Colour:
    return colour[0] * tone, colour[1] * tone, colour[2] * tone


@kernel
def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + (other[2] - one[2]) * share,
    )


@kernel
def _window(place: Place, across: float, y: float, wall: Colour) -> Colour:
    """Set a window into a wall."""
    width, low, high = 0.42 * place.half, 0.30 * place.tall, 0.78 * place.tall
    if abs(across) > width + 0.22 or y < low - 0.22 or y > high + 0.22:
        return wall
    bar = abs(across) < 0.08 or abs(y - 0.5 * (low + high)) < 0.08
    if bar or abs(across) > width or y < low or y > high:
        return 0.96, 0.96, 0.96
    sky = (y - low) / (high - low)
    return 0.80 - 0.22 * sky, 0.90 - 0.12 * sky, 0.99


@kernel
def _wall(place: Place, across: float, y: float, side: int) -> Colour:
    """Colour a wall at (across, y)."""
    tone = 1.0 - 0.07 * (side % 2)
    if place.pattern == 1 and (across * 1.1) % 1.0 < 0.5:
        tone *= 0.95
    if (place.pattern == 3 and y < 0.33 * place.tall) or y > place.tall - 0.3:
        tone *= 0.88
    wall = _times(place.colour, tone)
    if y < 0.35:
        wall = _mixed(place.colour, WHITE, 0.4)
    if side == 0 or (side == 1 and place.pattern == 2):
        return _window(place, across, y, wall)
    px, py = abs(across + 0.2), abs(y - 4.5)
    if side == 2 and px < 1.02 and py < 1.02:
        return place.third if px < 0.9 and py < 0.9 else (0.3, 0.3, 0.3)
    return wall


@kernel
def _sky(place: Place, dx: float, dy: float, dz: float) -> Colour:
    """Colour the sky and the far land in a direction."""
    # Noise along a circle joins up with itself behind the viewer.
    level = 1.0 / (np.sqrt(dx * dx + dz * dz) + 1e-9)
    cx, cz = dx * level, dz * level
    low = _mixed(WHITE, place.colour, 0.45)
    if dy < 0.13 and dy < 0.03 + 0.10 * value_noise(cx * 3.0 + 11, cz * 3.0, place.seed):
        return _times(place.second, 0.70 * (0.9 + 0.2 * value_noise(cx * 60 + cz * 60, dy * 60, 5)))
    if dy < 0.26 and dy < 0.10 + 0.16 * value_noise(cx * 2.0 + 5, cz * 2.0, place.seed + 3):
        return _mixed(low, place.second, 0.45)
    cloud = 0.65 * value_noise(cx * 5.0 + dy * 3, cz * 5.0 + dy * 12, place.seed + 7)
    if cloud > 0.20:
        cloud += 0.35 * value_noise(cx * 13.0, cz * 13.0 + dy * 30, place.seed + 8)
    sky = _mixed(low, place.colour, min(max(dy, 0.0) * 1.6, 1.0))
    return _mixed(sky, (0.985, 0.985, 0.985), 0.85 * smoothstep(0.56, 0.66, cloud))


@kernel
def _outdoors(place: Place, eye: Colour, ray: Colour) -> Colour:
    """Colour what a ray meets out of doors."""
    if ray[1] >= -0.004 or eye[1] <= 0:
        return _sky(place, ray[0], ray[1], ray[2])
    t = -eye[1] / ray[1]
    ground = _floor(place, eye[0] + t * ray[0], eye[2] + t * ray[2])
    far = _mixed(_times(place.second, 0.95), WHITE, 0.2)
    return _mixed(ground, far, smoothstep(15.0, 90.0, t))


@kernel
def _room(place: Place, eye: Colour, ray: Colour) -> Colour:
    """Colour what a ray meets on the far side of a room."""
    ex = place.cosine * eye[0] + place.sine * eye[2]
    ez = -place.sine * eye[0] + place.cosine * eye[2]
    dx = place.cosine * ray[0] + place.sine * ray[2]
    dz = -place.sine * ray[0] + place.cosine * ray[2]
    tx = ((place.half if dx > 0 else -place.half) - ex) / dx if dx != 0 else 1e9
    tz = ((place.half if dz > 0 else -place.half) - ez) / dz if dz != 0 else 1e9
    ty = (-eye[1] / ray[1]) if ray[1] < 0 and eye[1] > 0 else 1e9
    top = ((place.tall - eye[1]) / ray[1]) if ray[1] > 0 and eye[1] < place.tall else 1e9
    t = min(tx, tz, ty, top)
    if t == ty:
        return _floor(place, eye[0] + t * ray[0], eye[2] + t * ray[2])
    if t == top:
        return _mixed(place.colour, WHITE, 0.6)
    y = eye[1] + t * ray[1]
    if t == tx:
        return _wall(place, ez + t * dz, y, 1 if dx > 0 else 3)
    return _wall(place, ex + t * dx, y, 0 if dz > 0 else 2)


@kernel
def _shadow(place: Place, eye: Colour, ray: Colour) -> float:
    """Tell how dark the figure's shadow is where a ray meets the ground."""
    if place.shadow <= 0 or ray[1] >= 0 or eye[1] <= 0:
        return 0.0
    t = -eye[1] / ray[1]
    x = (eye[0] + t * ray[0] - place.ground[0]) / place.ground[2]
    z = (eye[2] + t * ray[2] - place.ground[1]) / place.ground[3]
    return place.shadow * (1.0 - smoothstep(0.55, 1.15, x * x + z * z))


@kernel
def _render(
    place: Place,
    eye_3: Floats,
    turn_33: Floats,
    lens_3: Floats,
    flip: bool,  # noqa: FBT001
    groups_hw: Ints,
    picture_hw3: Bytes,
) -> None:
    """Colour every pixel that shows no surface; `lens_3` is zoom and centre in pixels."""
    height, width = picture_hw3.shape[0], picture_hw3.shape[1]
    eye = (eye_3[0], eye_3[1], eye_3[2])
    zoom, cx, cy = lens_3[0], lens_3[1], lens_3[2]
    for i in range(height):
        for j in range(width):
            covered = groups_hw[2 * i, 2 * j] != 0 and groups_hw[2 * i, 2 * j + 1] != 0
            covered = covered and groups_hw[2 * i + 1, 2 * j] != 0
            if covered and groups_hw[2 * i + 1, 2 * j + 1] != 0:
                continue
            column = width - 1 - j if flip else j
            x, y = (column + 0.5 - cx) / zoom, -(i + 0.5 - cy) / zoom
            unit = 1.0 / np.sqrt(x * x + y * y + 1)
            ray = (
                (turn_33[0, 0] * x + turn_33[1, 0] * y - turn_33[2, 0]) * unit,
                (turn_33[0, 1] * x + turn_33[1, 1] * y - turn_33[2, 1]) * unit,
                (turn_33[0, 2] * x + turn_33[1, 2] * y - turn_33[2, 2]) * unit,
            )
            if place.kind == PLAIN:
                seen = place.colour
            elif place.kind == GRADIENT:
                seen = _mixed(place.colour, place.second, (i + 0.5) / height)
            elif place.kind == OUTDOORS:
                seen = _outdoors(place, eye, ray)
            else:
                seen = _room(place, eye, ray)
            dark = _shadow(place, eye, ray)
            picture_hw3[i, j, 0] = np.uint8(seen[0] * (1.0 - 0.90 * dark) * 255.0 + 0.5)
            picture_hw3[i, j, 1] = np.uint8(seen[1] * (1.0 - 0.95 * dark) * 255.0 + 0.5)
            picture_hw3[i, j, 2] = np.uint8(seen[2] * (1.0 - 0.80 * dark) * 255.0 + 0.5)


@kernel
def _stripe(rows_h3: Bytes, picture_hw3: Bytes) -> None:
    """Give each row one colour."""
    for i in range(picture_hw3.shape[0]):
        red, green, blue = rows_h3[i, 0], rows_h3[i, 1], rows_h3[i, 2]
        for j in range(picture_hw3.shape[1]):
            picture_hw3[i, j, 0] = red
            picture_hw3[i, j, 1] = green
            picture_hw3[i, j, 2] = blue


def paint_backdrop(place: Place, lens: Lens, groups_hw: Ints, *, flip: bool) -> Bytes:
    """Paint what is behind the samples (h, w) without a surface: (h / 2, w / 2, 3).

    `lens` is measured in samples; `flip` paints the mirror image of what it sees.
    """
    height, width = groups_hw.shape[0] // 2, groups_hw.shape[1] // 2
    picture = np.empty((height, width, 3), dtype=np.uint8)
    if place.kind in {PLAIN, GRADIENT} and place.shadow <= 0:
        ends = np.array([place.colour, place.second if place.kind == GRADIENT else place.colour])
        share = ((np.arange(height) + 0.5) / height)[:, None]
        rows = ends[0] * (1 - share) + ends[1] * share
        _stripe((rows * 255.0 + 0.5).astype(np.uint8), picture)
        return picture
    numbers = np.array([0.5 * lens.zoom, 0.5 * lens.centre[0], 0.5 * lens.centre[1]])
    _render(place, lens.eye, lens.turn, numbers, flip, groups_hw, picture)
    return picture
