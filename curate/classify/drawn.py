"""Drawn figures as pictures whose labels are known, to fit heads to a model's embeddings.

Shape legend: n pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.classify.labels import HEADS, HIDDEN
from curate.classify.prepare import Prepare, Square
from curate.figures.dice import Split
from curate.figures.draw import draw
from curate.figures.figure import Figure
from curate.figures.prior import sample_many
from curate.figures.truth import Truth

UNKNOWN = -1
PRIOR = "even"
# Larger figures show a model nothing more, and take longer.
SIDE = 256
# Width to height; the same number always has the same one.
RATIOS = (1.0, 0.684, 0.75, 1.0, 0.684, 1.46)
# What every drawn expression is called; one that is left out has no plain name.
EXPRESSION_LABELS = {
    "neutral": "neutral",
    "smile": "smile",
    "grin": "smile",
    "open_smile": "open_smile",
    "laugh": "open_smile",
    "closed_eyes": "closed_eyes",
    "happy_closed": "closed_eyes",
    "angry": "angry",
    "shout": "angry",
    "surprised": "surprised",
    "sad": "sad",
    "worried": "sad",
}
OPEN_MOUTHS = frozenset({"open_smile", "laugh", "shout", "surprised", "worried"})
UNCLEAR_MOUTHS = frozenset({"grin", "embarrassed"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known of n pictures.

    Attributes:
        labels: head -> number of the label, (n,), UNKNOWN where nobody can tell.
        quantities: name -> (n, values).
    """

    labels: dict[str, NDArray[np.int64]]
    quantities: dict[str, NDArray[np.float64]]


# Head -> number of its label, and quantity -> values.
Told = tuple[dict[str, int], dict[str, tuple[float, ...]]]
Drawn = tuple[Square, Told]


def figures(count: int, seed: int, split: Split) -> list[tuple[int, Figure]]:
    """Some figures with their numbers."""
    return list(enumerate(sample_many(PRIOR, seed, count, split)))


def draw_known(prepare: Prepare, numbered: tuple[int, Figure]) -> Drawn:
    """A figure as a model reads it, with the numbers of its labels and its quantities."""
    number, figure = numbered
    ratio = RATIOS[number % len(RATIOS)]
    width, height = round(SIDE * min(1.0, ratio)), round(SIDE * min(1.0, 1 / ratio))
    drawing = draw(figure, width, height)
    square = prepare(Image.fromarray(np.ascontiguousarray(drawing.picture)))
    told = labels_of(drawing.truth)
    numbers = {
        head: labels.index(told[head]) if head in told else UNKNOWN
        for head, labels in HEADS.items()
    }
    return square, (numbers, quantities_of(drawing.truth))


def labels_of(truth: Truth) -> dict[str, str]:
    """Head -> label, for every head that the picture shows."""
    told = {
        "framing": truth.framing,
        "view": truth.view,
        "elevation": truth.elevation,
        "pose": truth.pose,
        "upright": "upright" if truth.pose == "upright" else "not upright",
    }
    if truth.expression in EXPRESSION_LABELS:
        told["expression"] = EXPRESSION_LABELS[truth.expression]
    if truth.expression not in UNCLEAR_MOUTHS:
        told["mouth"] = "open" if truth.expression in OPEN_MOUTHS else "closed"
    hidden = {head for head, (other, labels) in HIDDEN.items() if told[other] in labels}
    return {head: label for head, label in told.items() if head not in hidden}


def quantities_of(truth: Truth) -> dict[str, tuple[float, ...]]:
    """Height of the head and box of the figure, as shares of the picture."""
    head = truth.head_box
    box = truth.figure_box or (0, 0, 0, 0)
    across, down = truth.width, truth.height
    return {
        "head_height": ((head[3] - head[1]) / down if head else 0.0,),
        "figure_box": (box[0] / across, box[1] / down, box[2] / across, box[3] / down),
    }


def gathered(told: Sequence[Told]) -> Known:
    """What is known of several figures."""
    return Known(
        labels={head: np.array([labels[head] for labels, _ in told]) for head in HEADS},
        quantities={name: np.array([values[name] for _, values in told]) for name in told[0][1]},
    )
