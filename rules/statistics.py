"""The closed forms that rules need, on plain numbers.

Importing scipy costs a second and a lint has to take less; the tests hold each of these against
scipy and statsmodels.
"""

import math
import random
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from statistics import NormalDist
from typing import NamedTuple

Z_95 = 1.959963984540054
# Two tables count as equally likely within this factor, as rounding would part them.
TIE = 1 + 1e-7
NEGLIGIBLE = 1e-17
MANY = 1000
NORMAL = NormalDist()


def wilson_interval(k: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Bounds of a share of which k of n were seen; two-sided 95% by default.

    Source: Wilson (1927), without continuity correction.

    Raises:
        ValueError: k does not lie between 0 and n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"k = {k} does not lie between 0 and n = {n}")
    if n == 0:
        return 0.0, 1.0
    share, spread = k / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    reach = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    low = 0.0 if k == 0 else max(0.0, middle - reach)
    high = 1.0 if k == n else min(1.0, middle + reach)
    return low, high


def benjamini_hochberg(p_values: Sequence[float], family: int | None = None) -> list[float]:
    """The false discovery rate at which each test is called, in the order given.

    Args:
        p_values: of the tests at hand.
        family: how many tests were made in all, where those that are left out count as p = 1.

    Source: Benjamini and Hochberg (1995).
    """
    size = max(family or 0, len(p_values))
    q_values = [1.0] * len(p_values)
    least = 1.0
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank in range(len(order), 0, -1):
        index = order[rank - 1]
        least = min(least, p_values[index] * size / rank)
        q_values[index] = least
    return q_values


def entropy(counts: Sequence[float]) -> float:
    """How evenly a total is spread, in bits: 0 for one heap, log2(n) for n equal ones."""
    total = sum(counts)
    if total <= 0:
        return 0.0
    return -sum(c / total * math.log2(c / total) for c in counts if c > 0) + 0.0


def jensen_shannon_distance(left: Sequence[float], right: Sequence[float]) -> float:
    """How unlike two distributions are: 0 for the same, 1 for ones without overlap.

    Args:
        left: weights of the labels; they need not sum to 1.
        right: weights of the same labels in the same order.

    Source: Endres and Schindelin (2003), the square root of the divergence in bits.

    Raises:
        ValueError: the lengths differ, or one of them is empty of weight.
    """
    if len(left) != len(right) or sum(left) <= 0 or sum(right) <= 0:
        raise ValueError("two distributions over the same labels are needed")
    a, b = [x / sum(left) for x in left], [x / sum(right) for x in right]
    divergence = 0.0
    for x, y in zip(a, b, strict=True):
        middle = (x + y) / 2
        divergence += x / 2 * math.log2(x / middle) if x else 0.0
        divergence += y / 2 * math.log2(y / middle) if y else 0.0
    return math.sqrt(min(1.0, max(0.0, divergence)))


def shortfall_distance(counts: Sequence[int], minima: Sequence[float]) -> float:
    """How far counts stay behind the shares that are asked for; a surplus is no distance.

    The Jensen-Shannon distance between what is there of the labels that fall short, all others
    together, and what is asked for of them.

    Args:
        counts: of each label that has a least share, then of all others together.
        minima: the least share of each of those labels.
    """
    total = sum(counts)
    short = [i for i, share in enumerate(minima) if counts[i] < share * total]
    if not short:
        return 0.0
    there, asked = [counts[i] for i in short], [minima[i] for i in short]
    return jensen_shannon_distance([*there, total - sum(there)], [*asked, max(0.0, 1 - sum(asked))])


def shortfall_test(counts: Sequence[int], minima: Sequence[float], draws: int = 999) -> float:
    """Chance that so many pictures, drawn with just those shares, stay behind at least as far.

    A Monte-Carlo test (Barnard 1963) with a fixed seed: the same counts give the same p. Shares
    that sum to more than 1 are scaled down, for no set can have them.
    """
    scale = max(1.0, sum(minima))
    shares = [share / scale for share in minima]
    seen = shortfall_distance(counts, shares)
    if seen <= 0:
        return 1.0
    dice = random.Random(0)  # noqa: S311 - no secret
    # One throw from each of as many equal parts: of a single label the p is exact to a thousandth.
    throws = ((part + dice.random()) / draws for part in range(draws))
    # Few different counts are ever drawn, and each is as far as it is.
    drawn = Counter(tuple(_multinomial(dice, throw, sum(counts), shares)) for throw in throws)
    as_far = sum(
        times for other, times in drawn.items() if shortfall_distance(other, shares) >= seen / TIE
    )
    return (1 + as_far) / (1 + draws)


def _multinomial(
    dice: random.Random, throw: float, total: int, shares: Sequence[float]
) -> list[int]:
    """How often each label comes, the rest last; the given throw decides on the first."""
    left, weight, counts = total, 1.0, []
    for share in shares:
        p = min(1.0, share / weight) if weight > 0 else 0.0
        counts.append(_binomial(throw, left, p))
        left -= counts[-1]
        weight -= share
        throw = dice.random()
    return [*counts, left]


@lru_cache(maxsize=4096)
def _binomial_steps(total: int, p: float) -> tuple[float, ...]:
    """Chances of at most 0, 1, ... total - 1 successes: where a random number has to lie."""
    if not 0 < p < 1:
        return (float(p <= 0),) * total
    chances = (
        math.exp(_log_choose(total, k) + k * math.log(p) + (total - k) * math.log1p(-p))
        for k in range(total)
    )
    return tuple(accumulate(chances))


def _binomial(throw: float, total: int, p: float) -> int:
    """The number of successes at a throw between 0 and 1."""
    if total <= MANY or not 0 < throw < 1:
        return bisect(_binomial_steps(total, p), throw)
    # Of so many, the normal distribution tells the difference to no picture that counts.
    drawn = round(total * p + NORMAL.inv_cdf(throw) * math.sqrt(total * p * (1 - p)))
    return min(total, max(0, drawn))


def hypergeometric_tail(k: int, population: int, marked: int, drawn: int) -> float:
    """Chance of at least k marked ones among those drawn without replacement.

    It is the one-sided p of Fisher's exact test, with k in the first cell of the table.
    """
    if k <= max(0, drawn + marked - population):
        return 1.0
    if k > min(marked, drawn):
        return 0.0
    mean = drawn * marked / population
    if k <= mean:
        # The other tail is the shorter one, and its complement loses no digit that counts.
        below = hypergeometric_tail(drawn - k + 1, population, population - marked, drawn)
        return min(1.0, max(0.0, 1.0 - below))
    term = total = math.exp(_log_hypergeometric(k, population, marked, drawn))
    for i in range(k, min(marked, drawn)):
        term *= (marked - i) * (drawn - i) / ((i + 1) * (population - marked - drawn + i + 1))
        total += term
        if term < total * NEGLIGIBLE:
            break
    return min(1.0, total)


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """Two-sided p of Fisher's exact test of the table ((a, b), (c, d)).

    It adds up every table of the same margins that is no likelier than the one seen.
    """
    population, marked, drawn = a + b + c + d, a + c, a + b
    seen = _log_hypergeometric(a, population, marked, drawn) + math.log(TIE)
    low, high = max(0, drawn + marked - population), min(marked, drawn)
    # Likelihood rises to the mode and falls behind it, so each tail is cut by bisection.
    mode = min(high, max(low, (drawn + 1) * (marked + 1) // (population + 2)))
    left = _last_unlikely(low, mode, seen, (population, marked, drawn), rising=True)
    right = _last_unlikely(mode, high, seen, (population, marked, drawn), rising=False)
    if right <= left + 1:
        return 1.0
    lower = hypergeometric_tail(drawn - left, population, population - marked, drawn)
    return min(1.0, lower + hypergeometric_tail(right, population, marked, drawn))


def _last_unlikely(
    low: int, high: int, limit: float, margins: tuple[int, int, int], *, rising: bool
) -> int:
    """The place nearest the mode at which the likelihood is still within the limit.

    One step outside the range where there is none.
    """
    inner, outer = (high + 1, low - 1) if rising else (low - 1, high + 1)
    while abs(inner - outer) > 1:
        middle = (inner + outer) // 2
        if _log_hypergeometric(middle, *margins) <= limit:
            outer = middle
        else:
            inner = middle
    return outer


def _log_hypergeometric(k: int, population: int, marked: int, drawn: int) -> float:
    return (
        _log_choose(marked, k)
        + _log_choose(population - marked, drawn - k)
        - _log_choose(population, drawn)
    )


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


class MantelHaenszel(NamedTuple):
    """A dependency within strata.

    Attributes:
        excess: how many more than expected the first cells hold, over all strata.
        statistic: chi-squared on one degree of freedom; 0 where no stratum can tell.
        p: two-sided.
        p_more: one-sided, of a positive excess.
    """

    excess: float
    statistic: float
    p: float
    p_more: float


def cochran_mantel_haenszel(
    strata: Sequence[tuple[int, int, int, int]], *, correction: bool = True
) -> MantelHaenszel:
    """Whether two properties depend on each other inside strata.

    Args:
        strata: the tables (a, b, c, d): with both, with the first only, with the second only,
            with none.
        correction: takes half a picture off the excess, which keeps small sets honest.

    Source: Mantel and Haenszel (1959).
    """
    excess = variance = 0.0
    for a, b, c, d in strata:
        total = a + b + c + d
        if total > 1:
            first, second = a + b, a + c
            excess += a - first * second / total
            variance += (
                first * (c + d) * second * (b + d) / (total * total * (total - 1))
            )  # zero where one of the margins is
    if variance <= 0:
        return MantelHaenszel(0.0, 0.0, 1.0, 1.0)
    reach = max(0.0, abs(excess) - 0.5) if correction else abs(excess)
    z = reach / math.sqrt(variance)
    half = math.erfc(z / math.sqrt(2)) / 2
    return MantelHaenszel(excess, z * z, 2 * half, half if excess > 0 else 1 - half)


def bias_corrected_cramers_v(table: Sequence[Sequence[int]]) -> float:
    """Strength of a dependency, 0 to 1, without what chance alone adds in small tables.

    Args:
        table: counts, row by row; empty rows and columns do not count.

    Source: Bergsma (2013).
    """
    columns = [sum(column) for column in zip(*table, strict=True)]
    rows = [sum(row) for row in table]
    total = sum(rows)
    height, width = sum(map(bool, rows)), sum(map(bool, columns))
    if total < 2 or min(height, width) < 2:  # noqa: PLR2004 - one row or column tells nothing
        return 0.0
    chi_squared = sum(
        (count - rows[i] * columns[j] / total) ** 2 / (rows[i] * columns[j] / total)
        for i, row in enumerate(table)
        for j, count in enumerate(row)
        if rows[i] and columns[j]
    )
    strength = max(0.0, chi_squared / total - (width - 1) * (height - 1) / (total - 1))
    reach = min(
        width - (width - 1) ** 2 / (total - 1) - 1,
        height - (height - 1) ** 2 / (total - 1) - 1,
    )
    return min(1.0, math.sqrt(strength / reach)) if reach > 0 else 0.0
