"""Advice with numbers: the smallest change after which a rule would no longer speak."""

from collections.abc import Callable

MOST = 1000


def fewest(clears: Callable[[int], bool]) -> int | None:
    """The least number of pictures, from 1, with which the rule's own test passes.

    None where none up to a thousand does.
    """
    return next((number for number in range(1, MOST + 1) if clears(number)), None)
