"""One run at a time in a folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.errors import UserError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder; the kernel lets go of it however the process ends.

    Raises:
        UserError: another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                f"{folder}: another run is writing there; wait, or choose another `name`"
            ) from error
        yield
