"""From numbers to what is said: best guesses with a probability, and when to say nothing.

Shape legend: n pictures, k labels of a head.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classify.labels import HEADS, HIDDEN, VIEW_GROUPS
from rules.model import Evidence, Seen

Floats = NDArray[np.floating]
# Fewer figures than this are no figure.
NO_FIGURE = 0.5


def softmax(logits_nk: Floats) -> NDArray[np.float64]:
    """Logits as probabilities: rows of positive numbers that sum to 1."""
    raised_nk = np.asarray(logits_nk, np.float64)
    powers_nk = np.exp(raised_nk - raised_nk.max(axis=1, keepdims=True))
    return np.asarray(powers_nk / powers_nk.sum(axis=1, keepdims=True))


def view_groups(p_nk: Floats) -> NDArray[np.float64]:
    """Probabilities of views as those of their groups, shape (n, groups)."""
    views = HEADS["view"]
    return np.stack(
        [
            p_nk[:, [views.index(label) for label in labels]].sum(axis=1)
            for labels in VIEW_GROUPS.values()
        ],
        axis=1,
    )


def judge(
    *,
    classifier: str,
    probabilities: Mapping[str, Floats],
    thresholds: Mapping[str, float],
    quantities: Mapping[str, Floats] | None = None,
    unlike_n: NDArray[np.bool_] | None = None,
) -> list[Seen]:
    """What is seen in each picture.

    Args:
        classifier: its id.
        probabilities: head -> (n, k), calibrated.
        thresholds: head -> least probability at which it speaks; groups of views are told where
            there is one for `view_group`.
        quantities: name -> (n, values).
        unlike_n: pictures unlike anything known, of which nothing is said.
    """
    measured = quantities or {}
    count = len(next(iter(probabilities.values())))
    silent_n = np.zeros(count, bool) if unlike_n is None else unlike_n.astype(bool)
    if "figures" in measured:
        silent_n |= measured["figures"][:, 0] < NO_FIGURE
    best = {head: p_nk.argmax(axis=1) for head, p_nk in probabilities.items()}
    abstained = {
        head: silent_n | (p_nk.max(axis=1) < thresholds.get(head, 0.0))
        for head, p_nk in probabilities.items()
    }
    for head, (other, labels) in HIDDEN.items():
        if head in best and other in best:
            hiding = [number for number, label in enumerate(HEADS[other]) if label in labels]
            abstained[head] = abstained[head] | np.isin(best[other], hiding)
    told: dict[str, list[Any]] = {
        head: _evidence(HEADS[head], p_nk, best[head], abstained[head])
        for head, p_nk in probabilities.items()
    }
    if "view_group" in thresholds and "view" in probabilities:
        sums = view_groups(probabilities["view"])
        unsure_n = silent_n | (sums.max(axis=1) < thresholds["view_group"])
        told["view_group"] = _evidence(tuple(VIEW_GROUPS), sums, sums.argmax(axis=1), unsure_n)
    told |= {name: [_quantity(name, v) for v in values] for name, values in measured.items()}
    return [
        Seen(classifier=classifier, **{name: values[row] for name, values in told.items()})
        for row in range(count)
    ]


def _evidence(
    labels: tuple[str, ...],
    p_nk: Floats,
    best_n: NDArray[np.integer],
    abstained_n: NDArray[np.bool_],
) -> list[Evidence]:
    return [
        Evidence(
            label=labels[best],
            source="seen",
            p=round(float(p_k[best]), 4),
            abstained=bool(abstained),
        )
        for p_k, best, abstained in zip(p_nk, best_n, abstained_n, strict=True)
    ]


def _quantity(name: str, values: Floats) -> float | tuple[float, ...]:
    """A number that the quantity can have: counts are not negative, shares not over 1."""
    if name == "figure_box":
        left, top, right, bottom = (round(float(v), 4) for v in np.clip(values, 0.0, 1.0))
        return left, top, max(left, right), max(top, bottom)
    most = np.inf if name == "figures" else 1.0
    return round(float(np.clip(values[0], 0.0, most)), 4)
