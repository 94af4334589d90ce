"""The tests behind verdicts, on plain numbers: thin words over scipy, and what scipy lacks.

Seeds are the subjects everywhere: n is a number of seeds, never of pictures.

Shape legend: n subjects (seeds), k ordered conditions (epochs, formats, weights).
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
RESAMPLES = 2_000
# Fewer values make BCa's acceleration a guess.
BCA_FROM = 8
PERMUTATIONS = 2_000
EXACT_FLIPS_UP_TO = 14
PAGE_CONDITIONS = 3
ONE_SIDED = 0.95


class Interval(NamedTuple):
    """Two bounds."""

    low: float
    high: float


class Paired(NamedTuple):
    """Differences between two conditions on the same seeds.

    Attributes:
        mean: of the differences.
        se: of that mean over seeds.
        low: one-sided 95% bound from below, by t.
        high: the same from above.
        n: seeds.
    """

    mean: float
    se: float
    low: float
    high: float
    n: int


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """Bounds of a share of which k of n were seen. Source: Wilson (1927), uncorrected."""
    if n == 0:
        return Interval(0.0, 1.0)
    found = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="wilson")
    return Interval(float(found.low), float(found.high))


def fisher_greater(k: int, n: int, k_other: int, n_other: int) -> float:
    """One-sided p that k of n is a larger share than k_other of n_other: Fisher's exact test."""
    table = [[k, n - k], [k_other, n_other - k_other]]
    return float(stats.fisher_exact(table, alternative="greater").pvalue)


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided p of the pairs that disagree: a sign test on them. 1 where there is none."""
    total = only_first + only_second
    return float(stats.binomtest(only_first, total).pvalue) if total else 1.0


def mcnemar_greater(only_first: int, only_second: int) -> float:
    """One-sided p that the first is seen more often, by the pairs that disagree.

    Five of five such pairs suffice for .05, where two sides take six.
    """
    total = only_first + only_second
    return float(stats.binomtest(only_first, total, alternative="greater").pvalue) if total else 1.0


def page_trend(table_nk: Sequence[Sequence[float]], *, falling: bool = False) -> float | None:
    """P of Page's trend test, rising from condition to condition unless `falling`.

    Returns:
        None where there are fewer than three conditions or two subjects: it cannot be asked.
    """
    values_nk = np.asarray(table_nk, np.float64)
    if values_nk.ndim != 2 or values_nk.shape[1] < PAGE_CONDITIONS or len(values_nk) < 2:  # noqa: PLR2004 - a table; a trend needs two subjects
        return None
    order = np.arange(values_nk.shape[1], 0, -1) if falling else None
    return float(stats.page_trend_test(values_nk, predicted_ranks=order).pvalue)


def paired(differences: Sequence[float]) -> Paired:
    """Mean, standard error and one-sided bounds of differences on the same seeds."""
    values_n = np.asarray(differences, np.float64)
    n = len(values_n)
    mean = float(values_n.mean())
    if n == 1:
        return Paired(mean, math.inf, -math.inf, math.inf, 1)
    se = float(values_n.std(ddof=1)) / math.sqrt(n)
    reach = _t(n) * se
    return Paired(mean, se, mean - reach, mean + reach, n)


@cache
def _t(n: int) -> float:
    return float(stats.t.ppf(ONE_SIDED, n - 1))


def mean_bounds(values: Sequence[float], level: float = 0.95) -> Interval:
    """Two-sided bounds of a mean, by t; infinite for a single value."""
    found = paired(values)
    if found.n == 1:
        return Interval(-math.inf, math.inf)
    reach = float(stats.t.ppf((1 + level) / 2, found.n - 1)) * found.se
    return Interval(found.mean - reach, found.mean + reach)


def tost(differences: Sequence[float], margin: float) -> float:
    """P of two one-sided t tests: small where the mean difference lies within the margin.

    Source: Schuirmann (1987). Differences that are all alike are within it or not: p is 0 or 1.
    """
    values_n = np.asarray(differences, np.float64)
    if len(values_n) < 2:  # noqa: PLR2004 - one difference has no spread
        return 1.0
    if np.ptp(values_n) == 0:
        return 0.0 if abs(values_n[0]) < margin else 1.0
    above = stats.ttest_1samp(values_n, -margin, alternative="greater").pvalue
    below = stats.ttest_1samp(values_n, margin, alternative="less").pvalue
    return float(max(above, below))


def paired_shares(
    both: int, only_first: int, only_second: int, neither: int, level: float = 0.90
) -> Interval:
    """Bounds of the difference of two shares on the same subjects, first less second.

    At 90% they lie within a margin where two one-sided tests at 5% would say so; unlike a t test
    they know that seven equal pairs are no proof. Source: Newcombe (1998), method 10.
    """
    n = both + only_first + only_second + neither
    if n == 0:
        return Interval(-1.0, 1.0)
    k1, k2 = both + only_first, both + only_second
    p1, p2 = k1 / n, k2 / n
    (low1, high1), (low2, high2) = wilson(k1, n, level), wilson(k2, n, level)
    margins = k1 * (n - k1) * k2 * (n - k2)
    cross = float(both * neither - only_first * only_second)
    if cross > 0:  # the correction of small numbers
        cross = max(cross - n / 2, 0.0)
    phi = cross / math.sqrt(margins) if margins else 0.0

    def reach(mine: float, theirs: float) -> float:
        return math.sqrt(max(0.0, mine**2 - 2 * phi * mine * theirs + theirs**2))

    difference = p1 - p2
    return Interval(
        difference - reach(p1 - low1, high2 - p2), difference + reach(high1 - p1, p2 - low2)
    )


def bootstrap_mean(values: Sequence[float], level: float = 0.95) -> Interval:
    """Bounds of a mean, by resampling seeds: BCa from eight on, percentiles below.

    One value has no interval: its bounds are infinite. Source: Efron (1987).
    """
    values_n = np.asarray(values, np.float64)
    if len(values_n) < 2:  # noqa: PLR2004 - nothing to resample
        return Interval(-math.inf, math.inf)
    if np.ptp(values_n) == 0:
        return Interval(float(values_n[0]), float(values_n[0]))
    found = stats.bootstrap(
        (values_n,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="BCa" if len(values_n) >= BCA_FROM else "percentile",
        rng=0,
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def friedman(table_nk: Sequence[Sequence[float]]) -> float | None:
    """P that k conditions on the same subjects are not alike; None where it cannot be asked."""
    values_nk = np.asarray(table_nk, np.float64)
    if values_nk.ndim != 2 or values_nk.shape[1] < PAGE_CONDITIONS or len(values_nk) < 2:  # noqa: PLR2004 - as for Page
        return None
    if np.all(np.ptp(values_nk, axis=1) == 0):
        return 1.0
    return float(stats.friedmanchisquare(*values_nk.T).pvalue)


def sign_flips(differences: Sequence[float]) -> float:
    """Two-sided p that a mean difference is not 0: signs flipped at random, all of them if few."""
    values_n = np.asarray(differences, np.float64)
    if not len(values_n) or not values_n.any():
        return 1.0
    resamples = np.inf if len(values_n) <= EXACT_FLIPS_UP_TO else PERMUTATIONS
    return float(
        stats.permutation_test(
            (values_n,), np.mean, permutation_type="samples", n_resamples=resamples, rng=0
        ).pvalue
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that hold for all tests together, in the order given. Source: Holm (1979)."""
    adjusted = [1.0] * len(p_values)
    most = 0.0
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    for rank, i in enumerate(order):
        most = max(most, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = most
    return adjusted


def slope(x: Sequence[float], y: Sequence[float], cluster: Sequence[Any]) -> tuple[float, Interval]:
    """Slope of a line through y over x, with 95% bounds that resample whole clusters.

    Raises:
        ValueError: all x are alike, or there are fewer than two clusters.
    """
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    groups = [np.flatnonzero([c == name for c in cluster]) for name in dict.fromkeys(cluster)]
    if len(groups) < 2 or np.ptp(xs) == 0:  # noqa: PLR2004 - clusters are what is resampled
        raise ValueError("a slope needs two clusters and different x")
    dice = np.random.default_rng(0)
    drawn = []
    for picks in dice.integers(0, len(groups), (RESAMPLES, len(groups))):
        rows = np.concatenate([groups[pick] for pick in picks])
        if np.ptp(xs[rows]) > 0:
            drawn.append(_slope(xs[rows], ys[rows]))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return _slope(xs, ys), Interval(float(low), float(high))


def _slope(xs: Floats, ys: Floats) -> float:
    centred = xs - xs.mean()
    return float(centred @ (ys - ys.mean()) / (centred @ centred))


def divergence(left: Sequence[float], right: Sequence[float]) -> float:
    """Jensen-Shannon divergence of two tables of counts, in bits: 0 alike, 1 without overlap."""
    from scipy.spatial import distance  # type: ignore[import-untyped]

    return (
        float(distance.jensenshannon(np.asarray(left, float), np.asarray(right, float), base=2))
        ** 2
    )


def divergence_null(left: Sequence[int], right: Sequence[int], level: float = 0.95) -> float:
    """What the divergence of two tables stays below when both are drawn from one distribution.

    Few pictures diverge by chance alone, so a raw divergence is compared with this and never with
    a constant. By shuffling who belongs to which table, with a fixed seed.
    """
    pool = np.repeat(np.arange(len(left)), np.asarray(left) + np.asarray(right))
    dice = np.random.default_rng(0)
    first, found = int(sum(left)), []
    for _ in range(PERMUTATIONS):
        dice.shuffle(pool)
        one = np.bincount(pool[:first], minlength=len(left))
        two = np.bincount(pool[first:], minlength=len(left))
        found.append(divergence(one.tolist(), two.tolist()))
    return float(np.quantile(found, level))
