"""The closed forms of rules.statistics against scipy, statsmodels and their own laws."""

import math
import random
import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from scipy.spatial import distance  # type: ignore[import-untyped]
from statsmodels.stats.contingency_tables import StratifiedTable  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from rules.statistics import (
    benjamini_hochberg,
    bias_corrected_cramers_v,
    cochran_mantel_haenszel,
    entropy,
    fisher_exact,
    hypergeometric_tail,
    jensen_shannon_distance,
    shortfall_distance,
    shortfall_test,
    wilson_interval,
)

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=40)
COUNTS = st.integers(0, 60)
TABLES = st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)
WEIGHTS = st.lists(st.integers(0, 50), min_size=2, max_size=8)


@st.composite
def draws(draw: st.DrawFn) -> tuple[int, int, int, int]:
    population = draw(st.integers(1, 400))
    marked, drawn = draw(st.integers(0, population)), draw(st.integers(0, population))
    return draw(st.integers(-1, min(marked, drawn) + 1)), population, marked, drawn


@pytest.mark.parametrize(("n", "bound"), [(44, 0.92), (20, 0.84), (8, 0.68), (3, 0.44)])
def test_a_tag_without_counterexample_has_the_published_lower_bound(n: int, bound: float) -> None:
    assert wilson_interval(n, n)[0] == pytest.approx(bound, abs=0.005)


@given(st.integers(1, 500), st.data())
def test_wilson_agrees_with_statsmodels(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    expected = proportion_confint(k, n, method="wilson")
    assert wilson_interval(k, n) == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 500), st.data())
def test_wilson_holds_the_share_and_mirrors(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = wilson_interval(k, n)
    assert 0 <= low <= (k / n if n else 0.5) <= high <= 1
    assert wilson_interval(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize("k", [-1, 4])
def test_wilson_refuses_a_count_outside_its_total(k: int) -> None:
    with pytest.raises(ValueError, match="between 0 and n = 3"):
        wilson_interval(k, 3)


@given(SHARES)
def test_benjamini_hochberg_agrees_with_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(list(expected), abs=1e-12)


@given(SHARES, st.integers(0, 40))
def test_tests_that_are_left_out_count_as_p_of_one(p_values: list[float], more: int) -> None:
    padded = benjamini_hochberg([*p_values, *[1.0] * more])[: len(p_values)]
    assert benjamini_hochberg(p_values, len(p_values) + more) == pytest.approx(padded)


def test_no_test_has_no_q() -> None:
    assert benjamini_hochberg([]) == []


@given(WEIGHTS)
def test_entropy_agrees_with_scipy(counts: list[int]) -> None:
    assume(sum(counts))
    assert entropy(counts) == pytest.approx(float(stats.entropy(counts, base=2)), abs=1e-12)


def test_entropy_of_nothing_is_none() -> None:
    assert entropy([]) == 0
    assert entropy([0, 0]) == 0


@given(WEIGHTS, st.data())
def test_jensen_shannon_agrees_with_scipy(left: list[int], data: st.DataObject) -> None:
    right = data.draw(st.lists(st.integers(0, 50), min_size=len(left), max_size=len(left)))
    assume(sum(left) and sum(right))
    expected = float(distance.jensenshannon(left, right, base=2))
    # scipy's rounding leaves a negative divergence, whose root is no number.
    expected = 0.0 if math.isnan(expected) else expected
    assert jensen_shannon_distance(left, right) == pytest.approx(expected, abs=1e-7)
    assert jensen_shannon_distance(right, left) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("left", "right"), [([1], [1, 2]), ([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_jensen_shannon_refuses_what_is_no_distribution(
    left: Sequence[float], right: Sequence[float]
) -> None:
    with pytest.raises(ValueError, match="two distributions"):
        jensen_shannon_distance(left, right)


@given(draws())
def test_the_hypergeometric_tail_agrees_with_scipy(draw: tuple[int, int, int, int]) -> None:
    k, population, marked, drawn = draw
    expected = float(stats.hypergeom.sf(k - 1, population, marked, drawn))
    assert hypergeometric_tail(*draw) == pytest.approx(expected, rel=1e-8, abs=1e-13)


def test_the_hypergeometric_tail_is_good_to_small_numbers() -> None:
    expected = float(stats.hypergeom.sf(43, 70, 44, 44))
    assert hypergeometric_tail(44, 70, 44, 44) == pytest.approx(expected, rel=1e-10)


def test_the_hypergeometric_tail_bears_large_sets() -> None:
    expected = float(stats.hypergeom.sf(10_300 - 1, 100_000, 20_000, 50_000))
    tail = hypergeometric_tail(10_300, 100_000, 20_000, 50_000)
    assert tail == pytest.approx(expected, rel=1e-6)


@given(TABLES)
def test_fisher_agrees_with_scipy(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    expected = float(stats.fisher_exact([[a, b], [c, d]])[1])
    assert fisher_exact(a, b, c, d) == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_fisher_tells_the_tea_of_the_lady() -> None:
    assert fisher_exact(3, 1, 1, 3) == pytest.approx(34 / 70)


@given(strata=st.lists(TABLES, min_size=1, max_size=6), correction=st.booleans())
def test_mantel_haenszel_agrees_with_statsmodels(
    *, strata: list[tuple[int, int, int, int]], correction: bool
) -> None:
    # statsmodels divides by zero where a stratum is empty or no stratum can tell.
    assume(all(sum(table) > 1 for table in strata))
    assume(any((a + b) * (c + d) * (a + c) * (b + d) for a, b, c, d in strata))
    tables = [np.array([[a, b], [c, d]], dtype=float) for a, b, c, d in strata]
    expected = StratifiedTable(tables).test_null_odds(correction=correction)
    found = cochran_mantel_haenszel(strata, correction=correction)
    if correction and abs(found.excess) < 0.5:
        # There statsmodels squares the correction that overshot.
        assert found.statistic == 0
        return
    assert found.statistic == pytest.approx(float(expected.statistic), rel=1e-7, abs=1e-9)
    assert found.p == pytest.approx(float(expected.pvalue), rel=1e-6, abs=1e-12)


@given(st.lists(TABLES, max_size=6))
def test_the_sides_of_mantel_haenszel_are_each_others_mirror(
    strata: list[tuple[int, int, int, int]],
) -> None:
    found = cochran_mantel_haenszel(strata)
    mirrored = cochran_mantel_haenszel([(c, d, a, b) for a, b, c, d in strata])
    assert mirrored.statistic == pytest.approx(found.statistic)
    assert mirrored.excess == pytest.approx(-found.excess, abs=1e-9)
    if abs(found.excess) > 1e-6:
        assert found.p == pytest.approx(2 * min(found.p_more, mirrored.p_more))


def test_strata_with_one_side_only_tell_nothing() -> None:
    assert cochran_mantel_haenszel([(26, 0, 0, 0), (0, 0, 44, 0)]) == (0, 0, 1, 1)


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=5).filter(
        lambda table: all(map(sum, table)) and all(map(sum, zip(*table, strict=True)))
    )
)
def test_cramers_v_is_bergsmas_correction_of_scipys(table: list[list[int]]) -> None:
    n = sum(map(sum, table))
    assume(n > max(len(table), 3))
    raw = float(stats.contingency.association(np.array(table), method="cramer"))
    r, c = len(table), 3
    squared = max(0.0, raw**2 * min(r - 1, c - 1) - (r - 1) * (c - 1) / (n - 1))
    reach = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    expected = min(1.0, math.sqrt(squared / reach))
    assert bias_corrected_cramers_v(table) == pytest.approx(expected, abs=1e-6)


def test_cramers_v_is_one_where_each_row_has_its_own_column() -> None:
    assert bias_corrected_cramers_v([[26, 0], [0, 44]]) == pytest.approx(1)


@pytest.mark.parametrize("table", [[[5, 5], [5, 5]], [[3, 4]], [[3, 0], [4, 0]], [[0, 0], [0, 0]]])
def test_cramers_v_is_zero_where_nothing_depends(table: list[list[int]]) -> None:
    assert bias_corrected_cramers_v(table) == 0


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=2, max_size=2), min_size=2, max_size=4),
    st.integers(0, 3),
)
def test_an_empty_row_changes_no_v(table: list[list[int]], place: int) -> None:
    wider = [*table[:place], [0, 0], *table[place:]]
    assert bias_corrected_cramers_v(wider) == pytest.approx(bias_corrected_cramers_v(table))


@given(st.integers(1, 60), st.integers(0, 60), st.sampled_from([0.05, 0.2, 0.5, 0.8]))
def test_a_shortfall_is_scipys_distance_to_what_is_asked_for(
    there: int, others: int, share: float
) -> None:
    found = shortfall_distance([there, others], [share])
    total = there + others
    if there >= share * total:
        assert found == 0
    else:
        expected = distance.jensenshannon([there / total, others / total], [share, 1 - share], 2)
        assert found == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("n", [8, 20, 70, 300])
def test_a_shortfall_of_one_label_is_as_likely_as_scipys_binomial_says(
    n: int, share: float
) -> None:
    for k in range(0, int(n * share), max(1, n // 20)):
        expected = float(stats.binom.cdf(k, n, share))
        assert shortfall_test([k, n - k], [share]) == pytest.approx(expected, abs=0.003)


def test_a_surplus_of_one_label_makes_up_for_no_shortfall_of_another() -> None:
    assert shortfall_test([0, 60, 10], [0.2, 0.3]) == shortfall_test([0, 40, 30], [0.2, 0.3])
    assert shortfall_test([20, 60, 10], [0.2, 0.3]) == 1


def test_shares_that_no_set_can_have_are_scaled_down() -> None:
    assert shortfall_test([30, 30, 0], [0.9, 0.9]) == 1


def test_a_hundred_thousand_pictures_are_tested_without_drawing_each() -> None:
    start = time.perf_counter()
    assert shortfall_test([19_000, 81_000], [0.2]) == 0.001
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("n", [20, 70, 300])
def test_independent_sets_are_called_skewed_no_more_often_than_stated(n: int) -> None:
    dice = random.Random(n)  # noqa: S311 - no secret
    alarms = 0
    for _ in range(200):
        k = sum(dice.random() < 0.2 for _ in range(n))
        alarms += shortfall_test([k, n - k], [0.2], draws=199) <= 0.05
    assert alarms <= 20
