"""What judging costs, and where it stops."""

import threading

from curate.errors import UserError
from evaluate.budget import BudgetStop

MILLION = 1_000_000
# Sums of prices are compared to within this.
CENT_OF_CENT = 1e-9


class Purse:
    """What all judges of one command may cost together; threads share it.

    Args:
        limit: None for none.

    Attributes:
        limit: the same.
        spent: so far.
        calls: that were answered.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self._lock = threading.Condition()
        self._largest: float | None = None
        self._open = 0
        self.spent = 0.0
        self.calls = 0

    def begin(self) -> None:
        """Reserve a call as dear as the dearest so far; the first one is waited for.

        Raises:
            BudgetStop: it would pass the limit.
        """
        with self._lock:
            if self.limit is None:
                self._open += 1
                return
            while self._open and (self._largest is None or not self._fits(self._open + 1)):
                self._lock.wait()
            if not self._fits(1):
                raise BudgetStop(
                    f"{self.spent:.4f} of {self.limit:.4f} is spent on judging; "
                    f"{self.calls:,} calls were made"
                )
            self._open += 1

    def _fits(self, calls: int) -> bool:
        limit = self.limit if self.limit is not None else float("inf")
        if self._largest is None:
            return self.spent < limit
        return self.spent + calls * self._largest <= limit + CENT_OF_CENT

    def end(self, cost: float | None) -> None:
        """Take the cost of a call, None for one that failed."""
        with self._lock:
            self._open -= 1
            if cost is not None:
                self.calls += 1
                self.spent += cost
                self._largest = max(self._largest or 0.0, cost)
            self._lock.notify_all()


class Spending:
    """One judge's calls, paid from a purse.

    Args:
        purse: of the command.
        prices: per million tokens, in and out; None where nobody knows.

    Attributes:
        spent: by this judge.
        calls: of this judge that were answered.

    Raises:
        UserError: the purse has a limit, and nobody knows what a call costs.
    """

    def __init__(self, purse: Purse, prices: tuple[float, float] | None) -> None:
        if purse.limit is not None and prices is None:
            raise UserError(
                f"a cost of {purse.limit} is the most, and a vision judge names no `prices`: name "
                f"them, per million tokens in and out (`prices: [0, 0]` where it is free)"
            )
        self._purse, self._prices = purse, prices or (0.0, 0.0)
        self._lock = threading.Lock()
        self.spent = 0.0
        self.calls = 0

    def begin(self) -> None:
        """Reserve a call; raises BudgetStop."""
        self._purse.begin()

    def end(self, tokens: tuple[int, int] | None) -> float:
        """Take a call's tokens, None for one that failed; tells what it cost."""
        if tokens is None:
            self._purse.end(None)
            return 0.0
        cost = (tokens[0] * self._prices[0] + tokens[1] * self._prices[1]) / MILLION
        self._purse.end(cost)
        with self._lock:
            self.spent += cost
            self.calls += 1
        return cost

    def check_counted(self, told: str, *, counted: bool) -> None:
        """Refuse to go on with an endpoint that does not say how many tokens an answer took.

        Raises:
            UserError: there is a limit, and a price, and no number.
        """
        if not counted and self._purse.limit is not None and any(self._prices):
            raise UserError(
                f"{told}: answers without `usage`, so nobody can tell when the budget is spent; "
                f"leave the limit out, or take an endpoint that counts"
            )
