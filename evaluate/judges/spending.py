"""What judging costs, and where it stops."""

import threading

from evaluate.budget import BudgetStop

MILLION = 1_000_000
# Sums of prices are compared to within this.
CENT_OF_CENT = 1e-9


class Spending:
    """Cost of one run's calls, which threads share.

    Args:
        limit: None for none.
        prices: per million tokens, in and out; None where nobody knows.

    Attributes:
        spent: so far.
        calls: that were answered.
    """

    def __init__(self, limit: float | None, prices: tuple[float, float] | None) -> None:
        self._limit, self._prices = limit, prices
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
            if self._limit is None:
                self._open += 1
                return
            while self._open and (self._largest is None or not self._fits(self._open + 1)):
                self._lock.wait()
            if not self._fits(1):
                raise BudgetStop(
                    f"{self.spent:.4f} of {self._limit:.4f} is spent on judging; "
                    f"{self.calls:,} calls were made"
                )
            self._open += 1

    def _fits(self, calls: int) -> bool:
        limit = self._limit if self._limit is not None else float("inf")
        if self._largest is None:
            return self.spent < limit
        return self.spent + calls * self._largest <= limit + CENT_OF_CENT

    def end(self, tokens: tuple[int, int] | None) -> float:
        """Take a call's tokens, None for one that failed; tells what it cost."""
        with self._lock:
            self._open -= 1
            cost = 0.0
            if tokens is not None:
                self.calls += 1
                prices = self._prices or (0.0, 0.0)
                cost = (tokens[0] * prices[0] + tokens[1] * prices[1]) / MILLION
                self.spent += cost
                self._largest = max(self._largest or 0.0, cost)
            self._lock.notify_all()
            return cost
