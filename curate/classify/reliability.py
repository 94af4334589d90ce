"""How good heads are on pictures that they were not fitted to, head by head.

Shape legend: n pictures, k labels.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curate.classify.calibration import calibration_error, choose_threshold, fit_temperature
from curate.classify.judging import softmax
from rules.records import record
from rules.statistics import wilson_interval

Floats = NDArray[np.floating]
Labels = NDArray[np.integer]
# A hundred right ones of a hundred prove 96 of 100.
ENOUGH_TO_PROVE = 200


@record
class Reliability:
    """One line of the table.

    Attributes:
        head: which.
        pictures: whose pictures tested it.
        n: how many.
        right: how many best guesses were right.
        error_before, error_after: expected calibration error without and with the temperature.
        spoke: how many it spoke of, at a threshold chosen on other pictures.
        right_spoken: how many of those were right.
    """

    head: str
    pictures: str
    n: int
    right: int
    error_before: float
    error_after: float
    spoke: int
    right_spoken: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, of the share that is right."""
        return wilson_interval(self.right, self.n)


def folds(n: int, count: int, seed: int = 0) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs of (others, mine) numbers, each picture once among mine; fewer folds than pictures."""
    order = np.random.default_rng(seed).permutation(n)
    for mine in np.array_split(order, min(count, n)):
        yield np.setdiff1d(order, mine), mine


def threshold_for(p_n: Floats, correct_n: NDArray[np.bool_], target: float) -> float:
    """From which probability on to speak; few pictures can keep a promise, but not prove it."""
    return choose_threshold(p_n, correct_n, target, certain=len(p_n) >= ENOUGH_TO_PROVE)


def reliability(  # noqa: PLR0913 - what tests, on what, and how
    head: str,
    pictures: str,
    logits_nk: Floats,
    labels_n: Labels,
    *,
    target: float,
    num_folds: int,
) -> Reliability:
    """How good a head is whose logits come from pictures that it was not fitted to.

    Temperature and threshold of each fold are those of the others.

    Args:
        head: its name.
        pictures: whose they are.
        logits_nk: of the pictures.
        labels_n: what they show.
        target: share that has to be right where it speaks.
        num_folds: at least two.
    """
    best_n = logits_nk.argmax(axis=1)
    correct_n = best_n == labels_n
    p_n = np.zeros(len(labels_n))
    spoke_n = np.zeros(len(labels_n), bool)
    for others, mine in folds(len(labels_n), num_folds):
        if not len(others):
            continue
        temperature = fit_temperature(logits_nk[others], labels_n[others])
        known = softmax(logits_nk[others] / temperature).max(axis=1)
        threshold = threshold_for(known, correct_n[others], target)
        p_n[mine] = softmax(logits_nk[mine] / temperature).max(axis=1)
        spoke_n[mine] = p_n[mine] >= threshold
    return Reliability(
        head=head,
        pictures=pictures,
        n=len(labels_n),
        right=int(correct_n.sum()),
        error_before=calibration_error(softmax(logits_nk).max(axis=1), correct_n),
        error_after=calibration_error(p_n, correct_n),
        spoke=int(spoke_n.sum()),
        right_spoken=int((spoke_n & correct_n).sum()),
    )
