"""Which values depend on which groups, inside strata, under false discovery control.

A stratum that one group fills alone, or in which every picture has the value, tells nothing and
drops out: a tag that follows the framing is no news where each framing has its own group.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from rules.records import record
from rules.statistics import (
    benjamini_hochberg,
    bias_corrected_cramers_v,
    cochran_mantel_haenszel,
    hypergeometric_tail,
)

Table = tuple[int, int, int, int]


class Observation(NamedTuple):
    """One picture: where it is compared, what it belongs to, and the values that it has."""

    stratum: str
    group: Hashable
    values: frozenset[str]


@record
class Dependency:
    """A value that is more frequent in one group than in the others of the same strata.

    Attributes:
        k, n: pictures of the group with the value, and all of them, in strata that can tell.
        elsewhere_k, elsewhere_n: the same for the other groups.
        v: bias-corrected Cramer's V of the table that the strata add up to.
        p: one-sided; Fisher's exact test in one stratum, Cochran-Mantel-Haenszel over several.
        q: p under false discovery control over all tests of the family.
        strata: stratum -> (k, n, elsewhere_k, elsewhere_n).
    """

    group: Any
    value: str
    k: int
    n: int
    elsewhere_k: int
    elsewhere_n: int
    v: float
    p: float
    q: float
    strata: Mapping[str, tuple[int, int, int, int]]

    @property
    def difference(self) -> float:
        """How much larger the group's share is."""
        return self.k / self.n - self.elsewhere_k / self.elsewhere_n


@record
class Tested:
    """All dependencies that were seen, the likeliest first, of a family of tests."""

    dependencies: tuple[Dependency, ...]
    family: int


def find_dependencies(observations: Iterable[Observation], min_pictures: int) -> Tested:
    """Test each value against each group.

    Args:
        observations: one per picture.
        min_pictures: a group and a value are tested if the group, all others together and the
            value each have as many pictures in the strata with more than one group. A value of
            all pictures cannot differ and is not tested.
    """
    every = list(observations)
    counts = _Counts(every)
    total = counts.by_group.total()
    groups = [g for g, n in counts.by_group.items() if min(n, total - n) >= min_pictures]
    values = [value for value, n in counts.by_value.items() if min_pictures <= n < total]
    wanted, enough = set(groups), set(values)
    found = [
        seen
        for group, value in list(counts.pairs)
        if group in wanted and value in enough and (seen := _dependency(counts, group, value))
    ]
    # A pair that meets no more often than others counts as p = 1, without computing it.
    family = len(groups) * len(values)
    q_values = benjamini_hochberg([dependency.p for dependency in found], family)
    tested = [replace(dependency, q=q) for dependency, q in zip(found, q_values, strict=True)]
    return Tested(dependencies=tuple(sorted(tested, key=_rank)), family=family)


class _Counts:
    """Everything counted once, over strata with more than one group."""

    def __init__(self, observations: list[Observation]) -> None:
        cells: defaultdict[tuple[str, Hashable], Counter[str]] = defaultdict(Counter)
        groups_of: defaultdict[str, Counter[Hashable]] = defaultdict(Counter)
        for stratum, group, values in observations:
            groups_of[stratum][group] += 1
            cells[stratum, group].update(values)
        self.sizes = {s: groups for s, groups in groups_of.items() if len(groups) > 1}
        self.totals = {s: groups.total() for s, groups in self.sizes.items()}
        self.by_group: Counter[Hashable] = Counter()
        for groups in self.sizes.values():
            self.by_group.update(groups)
        self.by_value: Counter[str] = Counter()
        self.values_in: dict[str, Counter[str]] = {s: Counter() for s in self.sizes}
        self.pairs: defaultdict[tuple[Hashable, str], Counter[str]] = defaultdict(Counter)
        for (stratum, group), counted in cells.items():
            if stratum in self.sizes:
                self.by_value.update(counted)
                self.values_in[stratum].update(counted)
                for value, number in counted.items():
                    self.pairs[group, value][stratum] = number

    def tables(self, group: Hashable, value: str) -> dict[str, Table]:
        """Stratum -> (k, n, elsewhere_k, elsewhere_n) where something can be told."""
        both = self.pairs[group, value]
        tables = {}
        for stratum, groups in self.sizes.items():
            n, total = groups.get(group, 0), self.totals[stratum]
            with_value = self.values_in[stratum].get(value, 0)
            k = both.get(stratum, 0)
            if 0 < n < total and 0 < with_value < total:
                tables[stratum] = (k, n, with_value - k, total - n)
        return tables


def _dependency(counts: _Counts, group: Hashable, value: str) -> Dependency | None:
    """The test of one pair, None where its share is no larger than elsewhere."""
    return dependency_in(group, value, counts.tables(group, value))


def dependency_in(group: Hashable, value: str, tables: Mapping[str, Table]) -> Dependency | None:
    """The test of one value in one group, None where its share is no larger than elsewhere.

    Args:
        group: what is compared with all else.
        value: what may be more frequent there.
        tables: stratum -> (k, n, elsewhere_k, elsewhere_n) where something can be told.
    """
    if not tables:
        return None
    k, n, elsewhere_k, elsewhere_n = (sum(column) for column in zip(*tables.values(), strict=True))
    if k * elsewhere_n <= elsewhere_k * n:
        return None
    if len(tables) == 1:
        p = hypergeometric_tail(k, n + elsewhere_n, k + elsewhere_k, n)
    else:
        p = cochran_mantel_haenszel(
            [(a, m - a, c, rest - c) for a, m, c, rest in tables.values()]
        ).p_more
    v = bias_corrected_cramers_v([[k, n - k], [elsewhere_k, elsewhere_n - elsewhere_k]])
    return Dependency(
        group=group,
        value=value,
        k=k,
        n=n,
        elsewhere_k=elsewhere_k,
        elsewhere_n=elsewhere_n,
        v=v,
        p=p,
        q=1.0,
        strata=dict(tables),
    )


def _rank(dependency: Dependency) -> tuple[float, float, str, str]:
    return dependency.q, -dependency.difference, dependency.value, str(dependency.group)
