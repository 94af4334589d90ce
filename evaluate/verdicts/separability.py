"""How well two clouds of embeddings can be told apart: a classifier two-sample test.

Source: Lopez-Paz and Oquab (2017). Shape legend: n pictures, d numbers of an embedding.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
RESAMPLES = 1_000
PERMUTATIONS = 200


class Separability(NamedTuple):
    """Area under the curve, its 95% bounds, and p that it is one half."""

    area: float
    low: float
    high: float
    p: float


def separability(first_nd: NDArray[Any], second_nd: NDArray[Any]) -> Separability:
    """Tell two sets of embeddings apart by held-out folds.

    The bounds resample pictures; p shuffles which set they belong to, scores as they are.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.model_selection import (  # type: ignore[import-untyped]
        StratifiedKFold,
        cross_val_predict,
    )

    points_nd = np.concatenate([first_nd, second_nd])
    sides_n = np.repeat([0, 1], [len(first_nd), len(second_nd)])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    model = LogisticRegression(C=1.0, max_iter=1_000)
    scores_n = cross_val_predict(model, points_nd, sides_n, cv=folds, method="decision_function")
    dice = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES):
        one = dice.integers(0, len(first_nd), len(first_nd))
        two = dice.integers(len(first_nd), len(points_nd), len(second_nd))
        drawn.append(area(scores_n[two], scores_n[one]))
    found = area(scores_n[sides_n == 1], scores_n[sides_n == 0])
    low, high = np.quantile(drawn, (0.025, 0.975))
    as_far = 0
    for _ in range(PERMUTATIONS):
        shuffled_n = dice.permutation(sides_n)
        as_far += area(scores_n[shuffled_n == 1], scores_n[shuffled_n == 0]) >= found
    return Separability(found, float(low), float(high), (1 + as_far) / (1 + PERMUTATIONS))


def area(higher_n: NDArray[Any], lower_n: NDArray[Any]) -> float:
    """Chance that a score of the first lies over one of the second: Mann and Whitney's U."""
    from scipy.stats import mannwhitneyu  # type: ignore[import-untyped]

    total = len(higher_n) * len(lower_n)
    return float(mannwhitneyu(higher_n, lower_n).statistic) / total
