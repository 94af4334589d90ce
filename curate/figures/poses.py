"""Poses as distributions of joint angles, read from `data/poses.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from curate.figures.library import load
from curate.figures.rig import LIMITS, PAIRED, SIDES
from rules.records import record

PoseName = Literal["upright", "posed", "walk", "run", "sit", "kneel", "lie"]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to take a pose.

    Args:
        name: What it is called in truth records and specs.
        weight: How often it is drawn against the pose's other variants.
        tags: What captions call it.
        prose: A verb phrase, "she ..." goes before it.
        seat: Whether it needs something to sit on.
        handed: Whether its mirror image is another pose.
        hidden_from: Views from which it looks like another pose.
        angles: Joint to axis to (mean, spread) in degrees; a joint without side is both.
    """

    name: str
    weight: float
    tags: tuple[str, ...]
    prose: str
    seat: bool
    handed: bool
    hidden_from: tuple[str, ...]
    angles: Mapping[str, Mapping[str, Range]]


@record
class Pose:
    """A pose as it was drawn: its class, its variant and every joint angle in degrees."""

    name: PoseName
    variant: str
    angles: Mapping[str, Mapping[str, float]]


@cache
def variants() -> dict[PoseName, tuple[Variant, ...]]:
    """Give the variants of every pose class."""
    return {name: tuple(map(_variant, rows)) for name, rows in load("poses").items()}


def _variant(row: Mapping[str, Any]) -> Variant:
    angles = {
        joint: {axis: (float(mean), float(spread)) for axis, (mean, spread) in axes.items()}
        for joint, axes in row["angles"].items()
    }
    return Variant(
        name=row["name"],
        weight=float(row["weight"]),
        tags=tuple(row["tags"]),
        prose=row["prose"],
        seat=row.get("seat", False),
        handed=row.get("handed", True),
        hidden_from=tuple(row.get("hidden_from", ())),
        angles=angles,
    )


def variant_of(pose: PoseName, name: str) -> Variant:
    """Find a variant by name."""
    return next(variant for variant in variants()[pose] if variant.name == name)


def draw_pose(
    name: PoseName,
    rng: np.random.Generator,
    *,
    variant: str | None = None,
    other_side: bool = False,
) -> Pose:
    """Draw joint angles; `other_side` exchanges left and right."""
    choices = variants()[name]
    if variant is None:
        weights = np.array([choice.weight for choice in choices])
        chosen = choices[int(rng.choice(len(choices), p=weights / weights.sum()))]
    else:
        chosen = variant_of(name, variant)
    angles: dict[str, dict[str, float]] = {}
    # Drawing every axis of every joint keeps one stream of numbers whatever a variant names.
    for joint, axes in LIMITS.items():
        for full in [f"{side}_{joint}" for side in SIDES] if joint in PAIRED else [joint]:
            both, own = chosen.angles.get(joint, {}), chosen.angles.get(full, {})
            angles[full] = {}
            for axis in axes:
                mean, spread = own.get(axis, both.get(axis, (0.0, 0.0)))
                angles[full][axis] = mean + spread * float(np.clip(rng.normal(), -2.0, 2.0))
    return Pose(
        name=name, variant=chosen.name, angles=other_sided(angles) if other_side else angles
    )


def other_sided(angles: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Exchange left and right."""
    result = {}
    for joint, axes in angles.items():
        if joint.startswith(SIDES):
            side, _, name = joint.partition("_")
            result[f"{SIDES[1 - SIDES.index(side)]}_{name}"] = dict(axes)
        else:
            flipped = {"turn": -1.0, "tilt": -1.0}
            result[joint] = {axis: value * flipped.get(axis, 1.0) for axis, value in axes.items()}
    return result
