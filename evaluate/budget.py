"""Where a run stops although there is more to do."""


class BudgetStop(Exception):  # noqa: N818 - no fault: it stopped where it was told to
    """A budget is spent; what was drawn or scored is kept."""
