"""How sure is sure: temperatures, thresholds and how well probabilities keep their word.

Pure functions on arrays. Shape legend: n pictures, k labels.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]

from rules.statistics import wilson_interval

Floats = NDArray[np.floating]
# A threshold that no probability reaches: the head never speaks.
NEVER = 2.0
BINS = 15
COLDEST, HOTTEST = 0.02, 50.0


def negative_log_likelihood(
    logits_nk: Floats,
    labels_n: NDArray[np.integer],
    temperature: float = 1.0,
    weights_n: Floats | None = None,
) -> float:
    """Mean surprise at the labels, in nats; weighted where pictures do not count alike."""
    scaled_nk = np.asarray(logits_nk, np.float64) / temperature
    most_n = scaled_nk.max(axis=1)
    total_n = most_n + np.log(np.exp(scaled_nk - most_n[:, None]).sum(axis=1))
    surprise_n = total_n - scaled_nk[np.arange(len(labels_n)), labels_n]
    return float(np.average(surprise_n, weights=weights_n))


def label_weights(labels_n: NDArray[np.integer]) -> NDArray[np.float64]:
    """A weight for every picture under which all labels that occur count alike; their mean is 1."""
    _, place_n, counts = np.unique(labels_n, return_inverse=True, return_counts=True)
    return np.asarray(len(labels_n) / (len(counts) * counts[place_n]))


def fit_temperature(
    logits_nk: Floats, labels_n: NDArray[np.integer], weights_n: Floats | None = None
) -> float:
    """The temperature under which the labels are least surprising; over 1 tempers a boaster.

    Source: Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017.

    Raises:
        ValueError: there is nothing to fit, or as many labels as rows are missing.
    """
    if len(labels_n) == 0 or len(labels_n) != len(logits_nk):
        raise ValueError(f"{len(logits_nk)} rows of logits need as many labels, at least one")
    found = minimize_scalar(
        lambda log_t: negative_log_likelihood(logits_nk, labels_n, math.exp(log_t), weights_n),
        bounds=(math.log(COLDEST), math.log(HOTTEST)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return math.exp(float(found.x))


def choose_threshold(
    p_n: Floats,
    correct_n: NDArray[np.bool_],
    target: float,
    *,
    certain: bool = True,
    weights_n: Floats | None = None,
) -> float:
    """The probability from which on to speak: most pictures at the promised accuracy.

    Args:
        p_n: probability of each best guess.
        correct_n: whether it was right.
        target: share that has to be right among those that are spoken of.
        certain: whether the Wilson lower bound must reach the target, not only the share itself.
        weights_n: how much each picture counts; the bound is that of as many pictures as these
            weights are worth (Kish's effective sample size).

    Returns:
        A threshold midway to the next lower probability; NEVER where no threshold will do.
    """
    order = np.argsort(-np.asarray(p_n, np.float64), kind="stable")
    p, correct = np.asarray(p_n, np.float64)[order], np.asarray(correct_n)[order]
    weights = np.ones(len(p)) if weights_n is None else np.asarray(weights_n, np.float64)[order]
    share = np.cumsum(weights * correct) / np.cumsum(weights)
    worth = np.cumsum(weights) ** 2 / np.cumsum(weights**2)
    # A threshold cannot part equal probabilities: only the last of each will do.
    for last in np.flatnonzero(np.append(p[:-1] != p[1:], True))[::-1] if len(p) else ():
        n = float(worth[last])
        reached = wilson_interval(min(n, share[last] * n), n)[0] if certain else share[last]
        if reached >= target:
            below = float(p[last + 1]) if last + 1 < len(p) else 0.0
            return (float(p[last]) + below) / 2
    return NEVER


def calibration_error(p_n: Floats, correct_n: NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error: how far off confidence is from accuracy, over equal-width bins.

    Source: Naeini, Cooper and Hauskrecht, 2015.
    """
    total = len(p_n)
    place_n = np.clip(np.ceil(np.asarray(p_n) * bins).astype(int) - 1, 0, bins - 1)
    gaps = (
        abs(float(np.mean(p_n[place_n == b])) - float(np.mean(correct_n[place_n == b])))
        * int(np.sum(place_n == b))
        for b in range(bins)
        if np.any(place_n == b)
    )
    return sum(gaps) / total if total else 0.0


def macro_f1(labels_n: NDArray[np.integer], guesses_n: NDArray[np.integer]) -> float:
    """Mean F1 over the labels that occur on either side."""
    scores = []
    for label in np.union1d(labels_n, guesses_n):
        hits = int(np.sum((labels_n == label) & (guesses_n == label)))
        told = int(np.sum(labels_n == label) + np.sum(guesses_n == label))
        scores.append(2 * hits / told)
    return float(np.mean(scores)) if scores else 0.0


def area_under_curve(scores_n: Floats, positive_n: NDArray[np.bool_]) -> float:
    """How often a positive outscores a negative, ties counting half; 0.5 where one is missing."""
    positives, negatives = int(np.sum(positive_n)), int(np.sum(~positive_n))
    if not positives or not negatives:
        return 0.5
    _, place_n, counts = np.unique(scores_n, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    total = float(np.sum(ranks[place_n][positive_n]))
    return (total - positives * (positives + 1) / 2) / (positives * negatives)
