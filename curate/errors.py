"""What goes wrong through no fault of the program, and how it is said."""

from rules.engine import RuleCrash
from rules.records import RecordError


class UserError(Exception):
    """A mistake that the user can mend: what was found, where, what was wanted, the way out."""


def as_message(error: Exception) -> str | None:
    """What to print for an error that is the user's or the machine's; None for a bug of ours."""
    if isinstance(error, UserError | RecordError):
        return "\n".join(f"error: {line}" for line in str(error).splitlines())
    if isinstance(error, RuleCrash):
        return f"error: {error}; nothing was judged. This is a bug: please report it"
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"error: {place}{error.strerror or error}"
    return None
