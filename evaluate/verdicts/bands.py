"""Plateaus: the unbroken run of epochs that nobody can tell from the best one."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from evaluate.statistics import Paired, paired

Rule = Literal["equivalence", "one-SE"]
EQUIVALENCE_FROM = 5
PROVISIONAL_FROM = 3


class Band(NamedTuple):
    """A plateau.

    Attributes:
        epochs: of the band, shallow first; the last is the best.
        rule: by which they belong to it.
        lost: best less first: what stopping there may cost.
        below: best less the epoch right below the band; None where none was tested.
    """

    epochs: tuple[int, ...]
    rule: Rule
    lost: Paired
    below: Paired | None

    @property
    def first(self) -> int:
        """The plateau epoch."""
        return self.epochs[0]

    @property
    def decided(self) -> bool:
        """Whether something was shown: another epoch is as good, or the one below is worse."""
        return len(self.epochs) > 1 or self.below is None or self.below.low > 0

    @property
    def best(self) -> int:
        """The epoch of the highest mean."""
        return self.epochs[-1]


def band_of(scores: Mapping[int, Sequence[float]], margin: float, rule: Rule) -> Band:
    """The plateau of scores.

    Args:
        scores: epoch -> one number a seed, the same seeds everywhere, at least two.
        margin: by `equivalence` the one-sided 95% bound of what is lost stays below it.
        rule: `one-SE` compares the mean loss with its standard error instead.
    """
    epochs = sorted(scores)
    means = [float(np.mean(scores[epoch])) for epoch in epochs]
    best = int(np.argmax(means))
    first, lost, below = best, paired([0.0] * len(scores[epochs[best]])), None
    for i in range(best - 1, -1, -1):
        behind = paired(np.subtract(scores[epochs[best]], scores[epochs[i]]).tolist())
        within = behind.high <= margin if rule == "equivalence" else behind.mean <= behind.se
        if not within:
            below = behind
            break
        first, lost = i, behind
    return Band(tuple(epochs[first : best + 1]), rule, lost, below)


def rule_for(n: int, *, composite: bool) -> Rule | None:
    """Which rule so many seeds bear; None where none does.

    With three or four seeds one standard error stops too early on single attributes four times
    in ten, so only the composite is judged by it.
    """
    if n >= EQUIVALENCE_FROM:
        return "equivalence"
    return "one-SE" if composite and n >= PROVISIONAL_FROM else None
