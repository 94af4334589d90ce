"""Every test behind a verdict against scipy, statsmodels or a published table."""

# ruff: noqa: S311 - no secrets
import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats import (  # type: ignore[import-untyped]
    contingency_tables,
    multitest,
    proportion,
    weightstats,
)

from evaluate import statistics as ours

scores = some.lists(some.integers(0, 5).map(float), min_size=2, max_size=12)


@given(some.integers(1, 60).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))))
def test_wilson_is_that_of_statsmodels(seen: tuple[int, int]) -> None:
    k, n = seen
    low, high = proportion.proportion_confint(k, n, method="wilson")
    found = ours.wilson(k, n)
    assert found == pytest.approx((max(0.0, low), min(1.0, high)), abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_the_published_one(k: int, n: int, low: float, high: float) -> None:
    assert ours.wilson(k, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_seen_may_be_any_share() -> None:
    assert ours.wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("table", "p"),
    [((3, 4, 0, 12), 4 / 560), ((2, 4, 0, 12), 6 / 120), ((1, 4, 1, 4), 11 / 14)],
)
def test_fisher_is_a_count_of_draws(table: tuple[int, int, int, int], p: float) -> None:
    assert ours.fisher_greater(*table) == pytest.approx(p)


@given(some.integers(0, 20), some.integers(0, 20))
def test_mcnemar_is_that_of_statsmodels(first: int, second: int) -> None:
    theirs = contingency_tables.mcnemar([[5, first], [second, 5]], exact=True).pvalue
    assert ours.mcnemar_exact(first, second) == pytest.approx(
        1.0 if first + second == 0 else theirs
    )


@pytest.mark.parametrize(
    ("lost", "won", "p"),
    [(5, 0, 1 / 32), (8, 0, 1 / 256), (4, 0, 1 / 16), (7, 1, 9 / 256), (0, 5, 1), (0, 0, 1)],
)
def test_a_loss_alone_is_one_sided(lost: int, won: int, p: float) -> None:
    assert ours.mcnemar_greater(lost, won) == pytest.approx(p)


def test_eight_seeds_find_a_loss_from_nine_tenths_to_one_with_a_power_of_nine_tenths() -> None:
    # Exact, over what eight pairs of independent pictures can be.
    lost, won = 0.9 * 0.9, 0.1 * 0.1
    power = sum(
        stats.multinomial.pmf([a, b, 8 - a - b], 8, [lost, won, 1 - lost - won])
        for a in range(9)
        for b in range(9 - a)
        if ours.mcnemar_greater(a, b) <= 0.05
    )
    assert power == pytest.approx(0.90, abs=0.01)


ORDERS = tuple(itertools.permutations((1, 2, 3, 4)))


def _l(*rows: tuple[int, ...]) -> int:
    return sum(rank * place for row in rows for place, rank in enumerate(row, 1))


@pytest.mark.parametrize(
    ("statistic", "level"),
    # Page (1963), table 2: three subjects rank four conditions.
    [(84, 0.05), (87, 0.01), (89, 0.001)],
)
def test_page_has_the_critical_values_of_its_own_paper(statistic: int, level: float) -> None:
    for wanted, significant in ((statistic, True), (statistic - 1, False)):
        table = next(rows for rows in itertools.product(ORDERS, repeat=3) if _l(*rows) == wanted)
        p = ours.page_trend(table)
        assert p is not None
        assert (p <= level) is significant
        falling = ours.page_trend([row[::-1] for row in table], falling=True)
        assert falling == pytest.approx(p)


def test_page_is_not_asked_of_two_conditions_or_one_subject() -> None:
    assert ours.page_trend([[1, 2], [2, 3]]) is None
    assert ours.page_trend([[1, 2, 3]]) is None


@given(scores, some.floats(0.1, 2))
def test_tost_is_that_of_statsmodels(values: list[float], margin: float) -> None:
    if len(set(values)) == 1:
        return
    zeros = np.zeros(len(values))
    theirs = weightstats.ttost_paired(np.asarray(values), zeros, -margin, margin)[0]
    assert ours.tost(values, margin) == pytest.approx(theirs)


def test_differences_without_spread_are_within_the_margin_or_not() -> None:
    assert (ours.tost([0.2] * 5, 0.5), ours.tost([0.7] * 5, 0.5), ours.tost([0.0], 0.5)) == (
        0,
        1,
        1,
    )


def test_paired_bounds_are_those_of_a_t_table() -> None:
    found = ours.paired([0.0, 1.0, 2.0, 3.0, 4.0])
    se = math.sqrt(2.5 / 5)
    assert found == pytest.approx((2, se, 2 - 2.1318 * se, 2 + 2.1318 * se, 5), abs=1e-4)
    assert ours.paired([1.0])[1:] == (math.inf, -math.inf, math.inf, 1)


def test_bounds_of_a_mean_are_those_of_scipy_on_both_sides() -> None:
    values = [0.0, 1.0, 2.0, 3.0, 4.0]
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert ours.mean_bounds(values) == pytest.approx((theirs.low, theirs.high))
    assert ours.mean_bounds([1.0]) == (-math.inf, math.inf)


def test_shares_of_pairs_are_bounded_as_published() -> None:
    # Fagerland, Lydersen and Laake (2014), airway hyper-responsiveness before and after a
    # transplantation: Newcombe's square-and-add interval.
    found = ours.paired_shares(1, 1, 7, 12, level=0.95)
    assert found == pytest.approx((-0.507, -0.026), abs=5e-4)


def test_equal_pairs_are_no_proof_until_there_are_many() -> None:
    assert ours.paired_shares(7, 0, 0, 0).high > 0.2
    assert ours.paired_shares(30, 0, 0, 0).high < 0.2


def test_percentiles_of_two_values_are_the_values() -> None:
    assert ours.bootstrap_mean([0.0, 1.0]) == (0.0, 1.0)


def test_bootstrap_is_bca_by_the_book() -> None:
    values = np.array([3, 4, 5, 3, 4, 4, 5, 2, 5, 5], float)
    dice = np.random.default_rng(7)
    means = dice.choice(values, (100_000, len(values))).mean(axis=1)
    # Efron and Tibshirani (1993), chapter 14.3.
    z0 = stats.norm.ppf(((means < values.mean()).mean() + (means <= values.mean()).mean()) / 2)
    left = np.array([np.delete(values, i).mean() for i in range(len(values))])
    away = left.mean() - left
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    bounds = [
        np.quantile(means, stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))
        for z in stats.norm.ppf([0.025, 0.975])
    ]
    assert ours.bootstrap_mean(values.tolist()) == pytest.approx(bounds, abs=0.1)


def test_one_value_has_no_interval_and_equal_ones_no_width() -> None:
    assert ours.bootstrap_mean([3.0]) == (-math.inf, math.inf)
    assert ours.bootstrap_mean([3.0, 3.0, 3.0]) == (3.0, 3.0)


def test_friedman_is_that_of_the_published_example() -> None:
    # Hollander and Wolfe (1973), rounding first base: S = 11.1, p = .0038 on two degrees.
    times = [
        (5.40, 5.50, 5.55), (5.85, 5.70, 5.75), (5.20, 5.60, 5.50), (5.55, 5.50, 5.40),
        (5.90, 5.85, 5.70), (5.45, 5.55, 5.60), (5.40, 5.40, 5.35), (5.45, 5.50, 5.35),
        (5.25, 5.15, 5.00), (5.85, 5.80, 5.70), (5.25, 5.20, 5.10), (5.65, 5.55, 5.45),
        (5.60, 5.35, 5.45), (5.05, 5.00, 4.95), (5.50, 5.50, 5.40), (5.45, 5.55, 5.50),
        (5.55, 5.55, 5.35), (5.45, 5.50, 5.55), (5.50, 5.45, 5.25), (5.65, 5.60, 5.40),
        (5.70, 5.65, 5.55), (6.30, 6.30, 6.25),
    ]  # fmt: skip
    assert ours.friedman(times) == pytest.approx(0.003805, abs=1e-6)


def test_signs_are_flipped_in_every_way() -> None:
    values = [0.5, 0.2, 0.4, -0.1]
    means = [
        abs(sum(s * v for s, v in zip(signs, values, strict=True)))
        for signs in itertools.product((1, -1), repeat=4)
    ]
    p = sum(mean >= abs(sum(values)) - 1e-9 for mean in means) / 16
    assert ours.sign_flips(values) == pytest.approx(p)
    assert ours.sign_flips([0.0, 0.0]) == 1


@given(some.lists(some.integers(0, 100).map(lambda i: i / 100), min_size=1, max_size=8))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    theirs = multitest.multipletests(p_values, method="holm")[1]
    assert ours.holm(p_values) == pytest.approx(list(theirs))


def test_a_slope_is_that_of_least_squares_and_its_bounds_hold_it() -> None:
    dice = random.Random(3)
    x = [dice.uniform(0, 2) for _ in range(60)]
    y = [1 + 0.9 * value + dice.gauss(0, 0.1) for value in x]
    found, (low, high) = ours.slope(x, y, [i % 12 for i in range(60)])
    assert found == pytest.approx(stats.linregress(x, y).slope)
    assert low < 0.9 < high
    with pytest.raises(ValueError, match="two clusters"):
        ours.slope(x, y, ["one"] * 60)


def test_a_divergence_of_what_is_alike_is_nothing_and_of_strangers_one_bit() -> None:
    assert ours.divergence([4, 4], [2, 2]) == pytest.approx(0)
    assert ours.divergence([4, 0], [0, 4]) == pytest.approx(1)


def test_few_pictures_diverge_further_by_chance() -> None:
    train = [9, 9, 9, 9, 8]
    nulls = [
        ours.divergence_null(train, few)
        for few in ([2, 2, 2, 2, 1], [4, 3, 3, 3, 3], [10, 10, 10, 9, 9])
    ]
    assert nulls == sorted(nulls, reverse=True)
    assert nulls[2] == pytest.approx(0.08, abs=0.02)


@pytest.mark.parametrize(
    ("train", "drawn", "null"),
    # Bins of .45, .3, .15, .05 and .05 of the pictures.
    [
        ([22, 12, 6, 2, 2], [5, 3, 1, 0, 0], 0.238),
        ([20, 13, 7, 2, 2], [7, 5, 2, 1, 1], 0.162),
        ([20, 13, 7, 2, 2], [21, 15, 7, 3, 2], 0.083),
    ],
)
def test_how_far_chance_alone_takes_few_pictures(
    train: list[int], drawn: list[int], null: float
) -> None:
    assert ours.divergence_null(train, drawn) == pytest.approx(null, abs=0.012)
