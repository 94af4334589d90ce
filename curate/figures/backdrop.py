"""What lies behind everything: flat colours, or a room, a street and a sky found by casting rays.

Shape legend: hw picture. Colours are sRGB 0..1; lengths in head heights.
"""

import math
from typing import NamedTuple

import numpy as np

from curate.figures.camera import Lens
from curate.figures.compiled import Floats, kernel
from curate.figures.figure import Backdrop
from curate.figures.noise import smoothstep, value_noise

PLAIN, GRADIENT, ROOM, OUTDOORS = range(4)
KINDS = {"plain": PLAIN, "gradient": GRADIENT, "room": ROOM, "clutter": ROOM, "outdoors": OUTDOORS}


class Place(NamedTuple):
    """A backdrop as numbers; `ground` is the shadow's middle and half sizes."""

    kind: int
    colour: tuple[float, float, float]
    second: tuple[float, float, float]
    third: tuple[float, float, float]
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
def _floor(place: Place, x: float, z: float, out_3: Floats) -> None:
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
    for d in range(3):
        out_3[d] = place.second[d] * tone


@kernel
def _window(place: Place, across: float, y: float, out_3: Floats) -> None:
    """Set a window into a wall."""
    width, low, high = 0.42 * place.half, 0.30 * place.tall, 0.78 * place.tall
    if abs(across) > width + 0.22 or y < low - 0.22 or y > high + 0.22:
        return
    bar = abs(across) < 0.08 or abs(y - 0.5 * (low + high)) < 0.08
    if bar or abs(across) > width or y < low or y > high:
        out_3[0], out_3[1], out_3[2] = 0.96, 0.96, 0.96
        return
    sky = (y - low) / (high - low)
    out_3[0], out_3[1], out_3[2] = 0.80 - 0.22 * sky, 0.90 - 0.12 * sky, 0.99


@kernel
def _painting(place: Place, across: float, y: float, out_3: Floats) -> None:
    """Hang a framed picture on a wall."""
    x, y = abs(across + 0.2), abs(y - 4.5)
    if x < 1.02 and y < 1.02:
        for d in range(3):
            out_3[d] = place.third[d] if x < 0.9 and y < 0.9 else 0.30


@kernel
def _wall(place: Place, across: float, y: float, side: int, out_3: Floats) -> None:
    """Colour a wall at (across, y)."""
    tone = 1.0 - 0.07 * (side % 2)
    if place.pattern == 1 and (across * 1.1) % 1.0 < 0.5:
        tone *= 0.95
    if (place.pattern == 3 and y < 0.33 * place.tall) or y > place.tall - 0.3:
        tone *= 0.88
    for d in range(3):
        out_3[d] = place.colour[d] * tone if y > 0.35 else 0.35 + 0.6 * place.colour[d]
    if side == 0 or (side == 1 and place.pattern == 2):
        _window(place, across, y, out_3)
    if side == 2:
        _painting(place, across, y, out_3)


@kernel
def _sky(place: Place, dx: float, dy: float, dz: float, out_3: Floats) -> None:
    """Colour the sky and the far land in a direction."""
    turn = np.arctan2(dx, dz)
    hill = 0.03 + 0.10 * value_noise(turn * 3.0 + 11, 0.5, place.seed)
    ridge = 0.10 + 0.16 * value_noise(turn * 2.0 + 5, 2.5, place.seed + 3)
    height = min(max(dy, 0.0) * 1.6, 1.0)
    cloud = value_noise(turn * 5.0, dy * 12, place.seed + 7)
    cloud = 0.65 * cloud + 0.35 * value_noise(turn * 13.0, dy * 30, place.seed + 8)
    cloud = smoothstep(0.56, 0.66, cloud)
    for d in range(3):
        low = 0.55 + 0.45 * place.colour[d]
        out_3[d] = low + (place.colour[d] - low) * height
        out_3[d] += (0.985 - out_3[d]) * 0.85 * cloud
    if dy < ridge:
        for d in range(3):
            out_3[d] = 0.45 * place.second[d] + 0.55 * (0.55 + 0.45 * place.colour[d])
    if dy < hill:
        for d in range(3):
            out_3[d] = 0.70 * place.second[d] * (0.9 + 0.2 * value_noise(turn * 60, dy * 60, 5))


@kernel
def _cast(place: Place, eye: Floats, ray: Floats, out_3: Floats) -> None:
    """Colour what a ray meets behind the figure."""
    if place.kind == OUTDOORS:
        if ray[1] < -0.004 and eye[1] > 0:
            t = -eye[1] / ray[1]
            x, z = eye[0] + t * ray[0], eye[2] + t * ray[2]
            _floor(place, x, z, out_3)
            haze = smoothstep(15.0, 90.0, t)
            for d in range(3):
                out_3[d] += (0.70 * place.second[d] + 0.25 - out_3[d]) * haze
        else:
            _sky(place, ray[0], ray[1], ray[2], out_3)
        return
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
        _floor(place, eye[0] + t * ray[0], eye[2] + t * ray[2], out_3)
    elif t == top:
        for d in range(3):
            out_3[d] = 0.75 + 0.22 * place.colour[d]
    else:
        y = eye[1] + t * ray[1]
        if t == tx:
            _wall(place, ez + t * dz, y, 1 if dx > 0 else 3, out_3)
        else:
            _wall(place, ex + t * dx, y, 0 if dz > 0 else 2, out_3)


@kernel
def render(place: Place, eye: Floats, turn: Floats, lens: Floats, size: tuple[int, int]) -> Floats:
    """Colour every pixel's ray; `lens` is zoom and centre in pixels, `size` (w, h): (h, w, 3)."""
    width, height = size
    picture = np.empty((height, width, 3))
    ray = np.empty(3)
    zoom, cx, cy = lens[0], lens[1], lens[2]
    for i in range(height):
        share = (i + 0.5) / height
        for j in range(width):
            x, y = (j + 0.5 - cx) / zoom, -(i + 0.5 - cy) / zoom
            length = np.sqrt(x * x + y * y + 1)
            for d in range(3):
                ray[d] = (turn[0, d] * x + turn[1, d] * y - turn[2, d]) / length
            if place.kind == PLAIN:
                for d in range(3):
                    picture[i, j, d] = place.colour[d]
            elif place.kind == GRADIENT:
                for d in range(3):
                    picture[i, j, d] = place.colour[d] * (1 - share) + place.second[d] * share
            else:
                _cast(place, eye, ray, picture[i, j])
            if place.shadow > 0 and ray[1] < 0 and eye[1] > 0:
                t = -eye[1] / ray[1]
                gx = (eye[0] + t * ray[0] - place.ground[0]) / place.ground[2]
                gz = (eye[2] + t * ray[2] - place.ground[1]) / place.ground[3]
                dark = place.shadow * (1.0 - smoothstep(0.55, 1.15, gx * gx + gz * gz))
                for d in range(3):
                    picture[i, j, d] *= 1.0 - dark * (0.9, 0.95, 0.8)[d]
    return picture


def paint_backdrop(place: Place, lens: Lens, size: tuple[int, int]) -> Floats:
    """Paint a backdrop of `size` (width, height) through a lens measured in samples: (h, w, 3)."""
    numbers = np.array([0.5 * lens.zoom, 0.5 * lens.centre[0], 0.5 * lens.centre[1]])
    return render(place, lens.eye, lens.turn, numbers, size)
