"""What goes wrong through no fault of the program, and how it is said."""

from curate.formats.place import visible
from rules.engine import RuleCrash
from rules.records import RecordError


class UserError(Exception):
    """A mistake that the user can mend: what was found, where, what was wanted, the way out."""


def as_message(error: Exception) -> str | None:
    """What to print for an error that is the user's or the machine's; None for a bug of ours."""
    if isinstance(error, RecordError):
        lines = [f"{error.place}: {fault}" for fault in error.faults]
    elif isinstance(error, UserError):
        lines = [str(error)]
    elif isinstance(error, RuleCrash):
        lines = [f"{error}; nothing was judged. This is a bug: please report it"]
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        lines = [f"{place}{error.strerror or error}"]
    else:
        return None
    return "\n".join(f"error: {visible(line)}" for line in lines)
