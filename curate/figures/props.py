"""Things that stand around: furniture, plants, trees, posts, and what a figure sits on."""

from collections.abc import Callable

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.figure import Backdrop
from curate.figures.material import Material
from curate.figures.seat import Seat
from curate.figures.surface import Mesh, Piece, ball, box, control_rows, tube

Colour = tuple[float, float, float]
Builder = Callable[["Yard", Floats, np.random.Generator], None]
UP = np.array([0.0, 1.0, 0.0])


class Yard:
    """Adds things to a mesh, each turned about its own upright axis."""

    def __init__(self, mesh: Mesh, turn: Floats) -> None:
        self.mesh = mesh
        self.turn = turn

    def put(self, piece: Piece, at: Floats, colour: Colour) -> None:
        """Set a piece down at a place (3,)."""
        placed = piece._replace(
            vertices=piece.vertices @ self.turn.T + at, normals=piece.normals @ self.turn.T
        )
        material = Material(part="prop", colour=colour, kind="prop", shade=0.80, line=0.40)
        self.mesh.add(placed, material)

    def block(
        self,
        at: Floats,
        centre: tuple[float, float, float],
        halves: tuple[float, float, float],
        colour: Colour,
    ) -> None:
        """Set a box down; centre and half sizes are relative to `at`."""
        self.put(box(np.array(centre), np.array(halves)), at, colour)


def _some_colour(rng: np.random.Generator, low: float = 0.30, high: float = 0.92) -> Colour:
    base = rng.uniform(low, high)
    tint = base + rng.uniform(-0.18, 0.18, 3)
    red, green, blue = np.clip(tint, 0.12, 0.97)
    return (float(red), float(green), float(blue))


def _post(low: float, high: float, radius: float) -> Piece:
    points = np.array([[0.0, low, 0.0], [0.0, 0.5 * (low + high), 0.0], [0.0, high, 0.0]])
    size = np.full(3, radius)
    return tube(control_rows(points, size, size, np.array([1.0, 0.0, 0.0])), rings=4, columns=8)


def _table(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    colour, high, wide = _some_colour(rng), rng.uniform(1.6, 2.8), rng.uniform(0.8, 1.6)
    yard.block(at, (0, high, 0), (wide, 0.08, 0.7), colour)
    for x in (-0.9 * wide, 0.9 * wide):
        for z in (-0.6, 0.6):
            yard.block(at, (x, 0.5 * high, z), (0.07, 0.5 * high, 0.07), colour)
    yard.block(at, (0.3 * wide, high + 0.22, 0), (0.16, 0.14, 0.12), _some_colour(rng))


def _shelf(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    colour, high, wide = _some_colour(rng), rng.uniform(3.5, 6.0), rng.uniform(0.7, 1.3)
    yard.block(at, (0, 0.5 * high, -0.3), (wide, 0.5 * high, 0.08), colour)
    for level in np.linspace(0.0, high, 5):
        yard.block(at, (0, float(level), 0), (wide, 0.05, 0.35), colour)
        for x in np.linspace(-0.8 * wide, 0.6 * wide, int(rng.integers(2, 6))):
            tall = rng.uniform(0.2, 0.42)
            yard.block(
                at, (float(x), float(level) + tall, 0), (0.09, tall, 0.22), _some_colour(rng)
            )
    for x in (-wide, wide):
        yard.block(at, (x, 0.5 * high, 0), (0.05, 0.5 * high, 0.35), colour)


def _boxes(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    level = 0.0
    for _ in range(int(rng.integers(1, 4))):
        half = rng.uniform(0.3, 0.7)
        yard.block(
            at,
            (rng.uniform(-0.1, 0.1), level + 0.8 * half, 0),
            (half, 0.8 * half, half),
            _some_colour(rng),
        )
        level += 1.6 * half


def _plant(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    yard.put(_post(0.0, 0.7, 0.32), at, _some_colour(rng))
    green = (rng.uniform(0.2, 0.45), rng.uniform(0.5, 0.72), rng.uniform(0.25, 0.42))
    for _ in range(6):
        spot = at + np.array(
            [rng.uniform(-0.45, 0.45), rng.uniform(0.9, 2.1), rng.uniform(-0.4, 0.4)]
        )
        yard.put(ball(np.zeros(3), rng.uniform(0.22, 0.48, 3), rings=7, columns=9), spot, green)


def _lamp(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    high = rng.uniform(3.5, 6.5)
    yard.put(_post(0.0, high, 0.07), at, _some_colour(rng, 0.2, 0.5))
    yard.put(_post(-0.02, 0.08, 0.45), at, _some_colour(rng, 0.2, 0.5))
    yard.put(
        ball(np.zeros(3), np.array([0.5, 0.42, 0.5]), rings=7, columns=10),
        at + high * UP,
        (0.98, 0.93, 0.75),
    )


def _chair(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    colour = _some_colour(rng)
    yard.block(at, (0, 1.5, 0), (0.6, 0.09, 0.6), colour)
    yard.block(at, (0, 2.5, -0.55), (0.6, 0.9, 0.07), colour)
    for x in (-0.5, 0.5):
        for z in (-0.5, 0.5):
            yard.block(at, (x, 0.75, z), (0.06, 0.75, 0.06), colour)


def _tree(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    high = rng.uniform(3.0, 6.0)
    yard.put(_post(0.0, high, rng.uniform(0.18, 0.36)), at, (0.42, 0.31, 0.24))
    green = (rng.uniform(0.22, 0.5), rng.uniform(0.48, 0.68), rng.uniform(0.25, 0.4))
    for _ in range(7):
        spot = at + np.array(
            [rng.uniform(-1.2, 1.2), high + rng.uniform(-0.5, 2.2), rng.uniform(-1.0, 1.0)]
        )
        yard.put(ball(np.zeros(3), rng.uniform(0.7, 1.4, 3), rings=8, columns=11), spot, green)


def _bush(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    green = (rng.uniform(0.22, 0.5), rng.uniform(0.45, 0.66), rng.uniform(0.25, 0.4))
    for _ in range(4):
        spot = at + np.array(
            [rng.uniform(-0.7, 0.7), rng.uniform(0.2, 0.8), rng.uniform(-0.5, 0.5)]
        )
        yard.put(ball(np.zeros(3), rng.uniform(0.35, 0.75, 3), rings=7, columns=10), spot, green)


def _fence(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    colour, high = _some_colour(rng), rng.uniform(1.2, 2.4)
    for x in np.linspace(-2.4, 2.4, 9):
        yard.block(at, (float(x), 0.5 * high, 0), (0.14, 0.5 * high, 0.05), colour)
    for y in (0.35 * high, 0.8 * high):
        yard.block(at, (0, y, -0.07), (2.6, 0.09, 0.04), colour)


def _house(yard: Yard, at: Floats, rng: np.random.Generator) -> None:
    wide, high = rng.uniform(2.0, 4.0), rng.uniform(5.0, 9.0)
    yard.block(at, (0, 0.5 * high, -4.0), (wide, 0.5 * high, 1.5), _some_colour(rng, 0.55, 0.9))
    yard.block(at, (0, high + 0.2, -4.0), (1.12 * wide, 0.3, 1.8), _some_colour(rng, 0.3, 0.6))
    for x in (-0.5 * wide, 0.5 * wide):
        for y in (0.3 * high, 0.68 * high):
            yard.block(at, (x, y, -2.48), (0.45, 0.6, 0.05), (0.62, 0.78, 0.9))


INDOORS: tuple[Builder, ...] = (_table, _shelf, _boxes, _plant, _lamp, _chair)
OUTDOORS: tuple[Builder, ...] = (_tree, _tree, _bush, _bush, _fence, _lamp, _house)
COVERS: dict[bool, tuple[Builder, ...]] = {
    True: (_bush, _fence, _lamp, _plant),
    False: (_boxes, _plant, _lamp, _chair, _table),
}


def add_props(mesh: Mesh, backdrop: Backdrop, centre: Floats, towards: Floats) -> None:
    """Set things behind and before a figure that stands at `centre`, seen from `towards` (3,)."""
    rng = np.random.default_rng([backdrop.seed, 3])
    ahead = np.array([towards[0], 0.0, towards[2]])
    ahead = ahead / (np.linalg.norm(ahead) + 1e-9)
    right = np.cross(UP, ahead)
    outdoors = backdrop.kind == "outdoors"
    far = 3.2 if not outdoors else 9.0
    for number in range(backdrop.props + backdrop.covers):
        before = number >= backdrop.props
        builders = COVERS[outdoors] if before else OUTDOORS if outdoors else INDOORS
        builder = builders[int(rng.integers(len(builders)))]
        side = rng.choice([-1.0, 1.0])
        depth = rng.uniform(1.3, 2.6) if before else -rng.uniform(1.5, far)
        across = side * (rng.uniform(0.75, 1.9) if before else rng.uniform(0.2, 4.2))
        at = np.array([centre[0], 0.0, centre[2]]) + depth * ahead + across * right
        angle = rng.uniform(-0.5, 0.5)
        front = ahead * np.cos(angle) + right * np.sin(angle)
        turn = np.stack([np.cross(UP, front), UP, front], axis=1)
        builder(Yard(mesh, turn), at, rng)


def add_seat(mesh: Mesh, seat: Seat, seed: int) -> None:
    """Add the stool that a figure sits on."""
    rng = np.random.default_rng([seed, 4])
    yard = Yard(mesh, np.stack([np.cross(UP, seat.ahead), UP, seat.ahead], axis=1))
    colour, high = _some_colour(rng), seat.high
    yard.block(seat.middle, (0, high - 0.08, 0), (seat.wide, 0.08, seat.long), colour)
    for x in (-0.8 * seat.wide, 0.8 * seat.wide):
        for z in (-0.83 * seat.long, 0.78 * seat.long):
            leg = max(0.5 * high - 0.08, 0.02)
            yard.block(seat.middle, (x, 0.5 * high - 0.08, z), (0.06, leg, 0.06), colour)
