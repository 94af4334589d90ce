"""The body under the clothes: a torso that garments can be laid on, arms, hands, legs, feet."""

from dataclasses import dataclass

import numpy as np

from curate.figures.compiled import Floats
from curate.figures.material import Material
from curate.figures.rig import SIDES, Skeleton
from curate.figures.surface import Mesh, Piece, control_rows, sheet, spline, tube

# Frame, height above it (in torsos), half width, front, back; from the crotch to the neck.
TORSO = (
    ("pelvis", -0.115, 0.20, 0.13, 0.16),
    ("pelvis", -0.05, 0.415, 0.215, 0.285),
    ("pelvis", 0.02, 0.455, 0.235, 0.300),
    ("pelvis", 0.11, 0.430, 0.235, 0.270),
    ("spine", 0.02, 0.355, 0.215, 0.215),
    ("spine", 0.13, 0.315, 0.200, 0.185),
    ("chest", -0.05, 0.335, 0.225, 0.190),
    ("chest", 0.10, 0.385, 0.275, 0.205),
    ("chest", 0.22, 0.405, 0.265, 0.220),
    ("chest", 0.34, 0.428, 0.200, 0.215),
    ("chest", 0.425, 0.392, 0.150, 0.185),
    ("chest", 0.475, 0.225, 0.125, 0.160),
    ("chest", 0.510, 0.150, 0.120, 0.135),
)
SAMPLES = 72
ARM_RADII = np.array([0.034, 0.088, 0.118, 0.110, 0.088, 0.094, 0.062])
LEG_RADII = np.array([0.190, 0.236, 0.196, 0.138, 0.146, 0.082])


@dataclass(frozen=True, slots=True, kw_only=True)
class Torso:
    """The trunk as a function of (angle from the front, height 0..1 from crotch to neck).

    `rows` has shape (SAMPLES, 12): centre, axis to her left, axis to the front, and half sizes
    (width, front, back).
    """

    rows: Floats
    bust: float

    def surface(self, around: Floats, height: Floats, inflate: Floats | float = 0.0) -> Floats:
        """Give points at angles and heights that broadcast to (...); shape (..., 3)."""
        around, height = np.broadcast_arrays(around, height)
        place = np.clip(height, 0.0, 1.0) * (SAMPLES - 1)
        low = np.minimum(place.astype(np.int64), SAMPLES - 2)
        part = (place - low)[..., None]
        row = self.rows[low] * (1 - part) + self.rows[low + 1] * part
        sine, cosine = np.sin(around), np.cos(around)
        wide, front, back = (row[..., 9 + i] + inflate for i in range(3))
        hill = np.exp(-(((height - 0.635) / 0.075) ** 2))
        hill = hill * np.exp(-(((np.abs(around) - 0.52) / 0.36) ** 2)) * (cosine > 0)
        deep = np.where(cosine > 0, front, back) + 0.085 * self.bust * hill * row[..., 9] / 0.40
        flat = np.sign(sine) * np.abs(sine) ** 0.88
        across, ahead = (wide * flat)[..., None], (deep * cosine)[..., None]
        points: Floats = row[..., 0:3] + row[..., 3:6] * across + row[..., 6:9] * ahead
        return points


def torso_of(skeleton: Skeleton) -> Torso:
    """Lay the trunk's sections through the posed spine."""
    size, plump, length = skeleton.build, skeleton.thickness, skeleton.build.torso
    proportions = skeleton.proportions
    rows = np.empty((len(TORSO), 12))
    for i, (name, height, wide, front, back) in enumerate(TORSO):
        frame = skeleton.frames[name]
        share = proportions.hips if name == "pelvis" else 1.0
        if name == "chest" and height > 0.15:
            share = proportions.shoulders
        rows[i, :3] = frame.place(np.array([0.0, height * length, -0.02 * size.scale]))
        rows[i, 3:6], rows[i, 6:9] = frame.turn[:, 0], frame.turn[:, 2]
        rows[i, 9:] = wide * plump * share, front * plump, back * plump
    return Torso(rows=spline(rows, SAMPLES), bust=proportions.bust * plump)


def torso_sheet(
    torso: Torso,
    span: tuple[Floats | float, Floats | float],
    inflate: float,
    detail: int,
    flare: float = 0.0,
) -> Piece:
    """Wrap a garment around the trunk between two heights (numbers or one per column).

    `flare` is how much further than `inflate` the lower edge stands off.
    """
    around = np.linspace(-np.pi, np.pi, detail + 1)
    share = np.linspace(0.0, 1.0, max(detail // 2, 8))[:, None]
    low_c, high_c = (np.broadcast_to(edge, around.shape) for edge in span)
    height = low_c + (high_c - low_c) * share
    loose = inflate + flare * (1.0 - share) ** 2
    return sheet(torso.surface(around[None, :], height, loose), wrap=True)


def angles(detail: int) -> Floats:
    """Give the angles of the columns of a `torso_sheet`."""
    return np.linspace(-np.pi, np.pi, detail + 1)


def limb(skeleton: Skeleton, side: str, kind: str) -> Floats:
    """Give the centre line of an arm or a leg as dense control rows (25, 8), root first."""
    frames, plump = skeleton.frames, skeleton.thickness * skeleton.proportions.limbs
    if kind == "arm":
        top, middle, end = (frames[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist"))
        roots = [top.place(np.array([0.0, rise * plump, 0.0])) for rise in (0.078, 0.055)]
        radii = ARM_RADII * plump
    else:
        top, middle, end = (frames[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
        roots = [top.origin + frames["pelvis"].turn[:, 1] * 0.10 * skeleton.thickness]
        radii = LEG_RADII * plump
    points = np.array(
        [
            *roots,
            top.origin,
            0.5 * (top.origin + middle.origin),
            middle.origin,
            0.62 * middle.origin + 0.38 * end.origin,
            end.origin,
        ]
    )
    across = np.array([top.turn[:, 0]] * (len(roots) + 2) + [middle.turn[:, 0]] * 3)
    return spline(control_rows(points, radii, radii, across), 25)


def sleeve(
    rows_k8: Floats, start: float, stop: float, inflate: float, flare: float = 0.0
) -> Floats:
    """Cut a piece of a limb from `start` to `stop` (0..1) and make it wider: control rows."""
    first, last = round(start * 24), round(stop * 24)
    rows = rows_k8[first : last + 1].copy()
    extra = inflate + flare * np.linspace(0.0, 1.0, len(rows)) ** 1.5
    if first == 0:
        # The closed end must not lie in the skin's.
        outward = rows[0, :3] - rows[1, :3]
        rows[0, :3] += outward / np.linalg.norm(outward) * inflate
        extra[0] *= 0.4
    rows[:, 3] += extra
    rows[:, 4] += extra
    return rows


def hand_pieces(skeleton: Skeleton, side: str, *, fingers: bool) -> list[Piece]:
    """Make a relaxed hand; without fingers it is a mitten, for small pictures."""
    frame, length = skeleton.frames[f"{side}_wrist"], skeleton.build.hand
    sign = 1.0 if side == "left" else -1.0
    inward = -sign

    def finger(points: list[list[float]], radii: list[float]) -> Piece:
        local = np.array(points) * length
        local[:, 0] *= inward
        rows = control_rows(
            frame.place(local),
            np.array(radii) * length,
            np.array(radii) * length * 0.9,
            frame.turn[:, 2],
        )
        return tube(rows, rings=6, columns=6)

    palm = control_rows(
        frame.place(
            np.array([[0, 0.06, 0], [0, -0.12, 0.01], [0, -0.36, 0.0], [0.01, -0.5, 0]]) * length
        ),
        np.array([0.10, 0.155, 0.175, 0.15]) * length,
        np.array([0.09, 0.095, 0.085, 0.06]) * length,
        frame.turn[:, 2],
    )
    pieces = [tube(palm, rings=7, columns=8)]
    pieces.append(
        finger([[0.0, -0.10, 0.09], [0.02, -0.28, 0.20], [0.05, -0.46, 0.22]], [0.065, 0.062, 0.03])
    )
    if not fingers:
        mitten = control_rows(
            frame.place(
                np.array([[0, -0.40, 0], [0.02 * inward, -0.65, 0.0], [0.10 * inward, -0.92, 0]])
                * length
            ),
            np.array([0.17, 0.15, 0.07]) * length,
            np.array([0.08, 0.07, 0.04]) * length,
            frame.turn[:, 2],
        )
        return [*pieces, tube(mitten, rings=6, columns=8)]
    for i, reach in enumerate((0.86, 0.97, 1.0, 0.90)):
        z = -0.12 + 0.08 * i
        curl = 0.10 + 0.03 * (3 - i)
        pieces.append(
            finger(
                [
                    [0.0, -0.42, z],
                    [0.03, -0.68, z * 1.05],
                    [curl * 0.7, -0.42 - 0.47 * reach, z],
                    [curl, -0.46 - 0.54 * reach + 0.04, z * 0.9],
                ],
                [0.052, 0.052, 0.044, 0.024],
            )
        )
    return pieces


def foot_piece(skeleton: Skeleton, side: str, inflate: float = 0.0) -> Piece:
    """Make a foot or, inflated, a shoe; the sole is flat."""
    frame, size = skeleton.frames[f"{side}_ankle"], skeleton.build
    high, length = size.ankle, size.foot
    points = np.array(
        [
            [0, -0.45 * high, -0.27 * length],
            [0, -0.42 * high, -0.08 * length],
            [0, -0.50 * high, 0.22 * length],
            [0, -0.66 * high, 0.48 * length],
            [0, -0.78 * high, 0.72 * length],
        ]
    )
    wide = np.array([0.095, 0.140, 0.135, 0.160, 0.085]) * length + inflate
    thick = np.array([0.40, 0.62, 0.50, 0.33, 0.18]) * high + inflate
    rows = control_rows(points, wide, thick, np.array([1.0, 0.0, 0.0]))
    piece = tube(rows, rings=10, columns=12)
    vertices = piece.vertices
    vertices[:, 1] = np.maximum(vertices[:, 1], -high - 0.5 * inflate)
    return Piece(frame.place(vertices), piece.normals @ frame.turn.T, piece.uvs, piece.faces)


def add_body(mesh: Mesh, skeleton: Skeleton, torso: Torso, skin: Material, detail: int) -> None:
    """Add neck, trunk, arms, hands and legs; feet belong to the shoes or the bare feet."""
    mesh.add(torso_sheet(torso, (0.0, 1.0), 0.0, detail), skin)
    group = mesh.new_group()
    neck, head = skeleton.frames["neck"], skeleton.frames["head"]
    points = np.array(
        [
            neck.place(np.array([0, -0.10, 0.0])),
            neck.place(np.array([0, 0.04, 0.0])),
            head.place(np.array([0, 0.06, -0.06])),
            head.place(np.array([0, 0.22, -0.06])),
        ]
    )
    thick = 0.5 + 0.5 * skeleton.thickness
    rows = control_rows(
        points,
        np.array([0.19, 0.122, 0.118, 0.14]) * thick,
        np.array([0.15, 0.118, 0.118, 0.14]) * thick,
        neck.turn[:, 0],
    )
    mesh.add(tube(rows, rings=8, columns=detail // 2), skin, group=group)
    for side in SIDES:
        mesh.add_tube(limb(skeleton, side, "arm"), skin, rings=25, columns=detail // 2)
        mesh.add_tube(limb(skeleton, side, "leg"), skin, rings=25, columns=detail // 2)
        group = mesh.new_group()
        for piece in hand_pieces(skeleton, side, fingers=detail > 20):
            mesh.add(piece, skin, group=group)
