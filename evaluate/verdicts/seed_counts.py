"""How many seeds show something, where the pictures of one seed may be of two minds."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from evaluate.statistics import Interval, wilson
from evaluate.verdicts.evidence import HALF, Observation, per_seed

# How far a picture shows something: 1 or True, 0 or False, one half for a tie of its judges.
Hit = Callable[[Observation], float]
# Thirds of formats add up to a half only so far.
DIGITS = 9


class Tally(NamedTuple):
    """How many seeds show something.

    Attributes:
        k: in most of their pictures.
        at_most: the same, with the seeds of which half of the pictures do.
        n: seeds.
    """

    k: int
    at_most: int
    n: int

    @property
    def share(self) -> float:
        """The share of seeds that show it."""
        return self.k / self.n

    @property
    def interval(self) -> Interval:
        """Wilson's bounds: from below as if ties did not show it, from above as if they did."""
        return Interval(wilson(self.k, self.n).low, wilson(self.at_most, self.n).high)


def shares(observations: Iterable[Observation], hit: Hit) -> dict[int, float]:
    """Seed -> share of its pictures that hit."""
    found = per_seed(observations, lambda seen: float(hit(seen)))
    return {seed: round(share, DIGITS) for seed, share in found.items()}


def counts(observations: Iterable[Observation], hit: Hit) -> dict[int, bool]:
    """Seed -> whether most of its pictures hit; half of them is not most."""
    return {seed: share > HALF for seed, share in shares(observations, hit).items()}


def decided(observations: Iterable[Observation], hit: Hit) -> dict[int, bool]:
    """The same without the seeds of which half of the pictures hit: they are for no side."""
    found = shares(observations, hit)
    return {seed: share > HALF for seed, share in found.items() if share != HALF}


def tally(found: Iterable[float]) -> Tally:
    """Count the shares of seeds."""
    every = list(found)
    return Tally(sum(s > HALF for s in every), sum(s >= HALF for s in every), len(every))
