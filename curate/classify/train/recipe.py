"""The recipe as records."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.figures.dice import Split
from rules.plain_yaml import load_yaml
from rules.records import parse, record

RECIPE = Path(__file__).with_name("recipe.yaml")


@record
class FiguresPlan:
    """Which figures are drawn: `shards` files of `size` figures each."""

    prior: str
    split: Split
    seed: int
    shards: int
    size: int


@record
class Phase:
    """A stretch of training.

    Args:
        side: Of the picture that the model sees, in pixels.
        samples: Pictures seen, of which the same figure may be several.
        shards: How many of the drawn shards they come from.
        plain: How often a figure is put before nothing: what she is, is learned first.
        worn: How often colours, sharpness and compression are changed.
    """

    side: int
    samples: int
    shards: int
    plain: float
    worn: float


@record
class OptimizerPlan:
    """AdamW with a linear warm-up and a cosine to zero.

    Args:
        rate: Highest learning rate.
        decay: Weight decay of matrices.
        warmup: Samples until the highest rate.
        average: Share of the old in the running average of weights, per step.
    """

    rate: float
    decay: float
    warmup: int
    average: float


@record
class Recipe:
    """Everything that decides the weights.

    Args:
        model: An open_clip model config.
        weights: Loss to its weight.
    """

    seed: int
    figures: FiguresPlan
    model: Mapping[str, Any]
    batch: int
    phases: tuple[Phase, ...]
    optimizer: OptimizerPlan
    weights: Mapping[str, float]

    @property
    def samples(self) -> int:
        """Give the number of pictures seen from start to end."""
        return sum(phase.samples for phase in self.phases)


def load_recipe(path: Path = RECIPE) -> Recipe:
    """Read a recipe.

    Raises:
        RecordError: It cannot be understood.
    """
    return parse(Recipe, load_yaml(path, path.name), path.name)
