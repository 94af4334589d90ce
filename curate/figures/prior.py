"""Strangers: the declared distribution that random figures come from."""

import numpy as np

from curate.figures.character import Character
from curate.figures.figure import Figure
from curate.figures.poses import draw_pose
from rules.records import record

Range = tuple[float, float]


@record
class Prior:
    """Shares (they are scaled to sum to one) and ranges that figures are drawn from."""

    name: str = "default"


def prior_named(name: str) -> Prior:
    """Give a prior of those beside the code."""
    return Prior(name=name)


def sample(prior: Prior, rng: np.random.Generator) -> Figure:
    """Draw a figure."""
    return Figure(
        seed=int(rng.integers(1 << 31)),
        character=Character(),
        outfit="plain",
        expression="neutral",
        pose=draw_pose("upright", rng),
    )
