"""Temperatures, thresholds and measures, held against scipy, statsmodels and scikit-learn."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.special import log_softmax, softmax  # type: ignore[import-untyped]
from scipy.stats import mannwhitneyu  # type: ignore[import-untyped]
from sklearn.metrics import f1_score  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from curate.classify import judging
from curate.classify.calibration import (
    NEVER,
    area_under_curve,
    calibration_error,
    choose_threshold,
    fit_temperature,
    label_weights,
    macro_f1,
    negative_log_likelihood,
)


def boasting(seed: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from softmax(logits), and the logits times a factor."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(4000, 5)) * 2
    p = softmax(logits, axis=1)
    labels = np.array([rng.choice(5, p=row) for row in p])
    return logits * factor, labels


def test_softmax_is_that_of_scipy_also_for_huge_logits() -> None:
    logits = np.array([[1000.0, 999.0, -1000.0], [0.1, 0.2, 0.3]])
    np.testing.assert_allclose(judging.softmax(logits), softmax(logits, axis=1), atol=1e-15)


def test_the_likelihood_is_that_of_scipy() -> None:
    logits, labels = boasting(0, 3.0)
    told = log_softmax(logits / 1.7, axis=1)[np.arange(len(labels)), labels]
    assert negative_log_likelihood(logits, labels, 1.7) == pytest.approx(-told.mean())


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0])
def test_a_temperature_takes_back_the_factor_that_a_boaster_put_on(factor: float) -> None:
    logits, labels = boasting(1, factor)
    assert fit_temperature(logits, labels) == pytest.approx(factor, rel=0.08)


def test_a_temperature_is_where_scipy_finds_the_least() -> None:
    logits, labels = boasting(2, 2.0)
    found = minimize_scalar(
        lambda t: -log_softmax(logits / t, axis=1)[np.arange(len(labels)), labels].mean(),
        bracket=(0.5, 5.0),
    )
    assert fit_temperature(logits, labels) == pytest.approx(found.x, rel=1e-3)


def test_a_temperature_needs_as_many_labels_as_logits() -> None:
    with pytest.raises(ValueError, match="3 rows of logits need as many labels"):
        fit_temperature(np.zeros((3, 2)), np.zeros(2, int))


def test_a_threshold_lets_as_many_speak_as_keep_the_promise() -> None:
    p = np.array([0.99, 0.9, 0.8, 0.7, 0.6, 0.5])
    correct = np.array([True, True, True, False, True, False])
    assert choose_threshold(p, correct, 0.8, certain=False) == pytest.approx(0.55)
    assert choose_threshold(p, correct, 0.9, certain=False) == pytest.approx(0.75)


def test_a_picture_that_counts_twice_counts_as_two() -> None:
    rng = np.random.default_rng(8)
    p = rng.uniform(0.3, 1.0, 400)
    correct = rng.uniform(size=400) < p
    times = rng.integers(1, 3, 400)
    weights, twice = times.astype(float), np.repeat(np.arange(400), times)
    once = choose_threshold(p, correct, 0.8, certain=False, weights_n=weights)
    assert once == pytest.approx(choose_threshold(p[twice], correct[twice], 0.8, certain=False))
    logits, labels = rng.normal(size=(400, 3)) * 3, rng.integers(0, 3, 400)
    assert fit_temperature(logits, labels, weights) == pytest.approx(
        fit_temperature(logits[twice], labels[twice]), rel=1e-3
    )


def test_weights_prove_no_more_than_their_pictures_are_worth() -> None:
    """Ten pictures of a weight of nine hundred prove little, however sure they look."""
    p = np.concatenate([np.full(10, 0.9), np.full(90, 0.8)])
    correct = np.ones(100, bool)
    assert choose_threshold(p, correct, 0.9) < 0.8
    weights = np.concatenate([np.full(10, 900.0), np.ones(90)])
    assert choose_threshold(p, correct, 0.9, weights_n=weights) == NEVER


def test_labels_count_alike_however_often_they_occur() -> None:
    labels = np.array([0] * 7 + [2] * 2 + [5] * 3)
    weights = label_weights(labels)
    assert [weights[labels == label].sum() for label in (0, 2, 5)] == pytest.approx([4.0] * 3)


def test_a_certain_threshold_is_one_whose_wilson_bound_holds() -> None:
    rng = np.random.default_rng(5)
    p = rng.uniform(0.3, 1.0, 3000)
    correct = rng.uniform(size=3000) < p
    threshold = choose_threshold(p, correct, 0.9)
    spoken = p >= threshold
    low, _ = proportion_confint(correct[spoken].sum(), spoken.sum(), method="wilson")
    assert low >= 0.9
    lower = np.sort(p[p < threshold])[::-1]
    for t in lower[:200]:
        k, n = correct[p >= t].sum(), (p >= t).sum()
        assert proportion_confint(k, n, method="wilson")[0] < 0.9


def test_equal_probabilities_speak_together_or_not_at_all() -> None:
    p = np.array([0.9, 0.9, 0.9, 0.9])
    correct = np.array([True, True, True, False])
    assert choose_threshold(p, correct, 0.9, certain=False) == NEVER
    assert choose_threshold(p, correct, 0.75, certain=False) == pytest.approx(0.45)


def test_where_nothing_was_seen_nothing_is_promised() -> None:
    assert choose_threshold(np.zeros(0), np.zeros(0, bool), 0.5) == NEVER
    assert calibration_error(np.zeros(0), np.zeros(0, bool)) == 0.0
    assert macro_f1(np.zeros(0, int), np.zeros(0, int)) == 0.0


def test_the_calibration_error_is_the_gap_of_a_hand_made_case() -> None:
    p = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    correct = np.array([True, True, True, False, True, False])
    gaps = (4 * abs(0.95 - 0.75) + 2 * abs(0.55 - 0.5)) / 6
    assert calibration_error(p, correct, bins=10) == pytest.approx(gaps)


def test_tempering_brings_a_boaster_to_keep_its_word() -> None:
    logits, labels = boasting(3, 4.0)
    before = judging.softmax(logits)
    after = judging.softmax(logits / fit_temperature(logits, labels))
    correct = logits.argmax(axis=1) == labels
    assert calibration_error(before.max(axis=1), correct) > 0.15
    assert calibration_error(after.max(axis=1), correct) < 0.03


def test_macro_f1_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(7)
    labels, guesses = rng.integers(0, 6, 200), rng.integers(0, 6, 200)
    assert macro_f1(labels, guesses) == pytest.approx(f1_score(labels, guesses, average="macro"))


def test_the_area_under_the_curve_is_the_share_that_mann_and_whitney_count() -> None:
    rng = np.random.default_rng(8)
    scores, positive = rng.integers(0, 9, 300).astype(float), rng.uniform(size=300) < 0.4
    u = mannwhitneyu(scores[positive], scores[~positive]).statistic
    expected = u / (positive.sum() * (~positive).sum())
    assert area_under_curve(scores, positive) == pytest.approx(expected)
    assert area_under_curve(scores, np.ones(300, bool)) == 0.5
