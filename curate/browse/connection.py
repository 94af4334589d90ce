"""FiftyOne, imported quietly and privately, on a database that answers."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from types import ModuleType

from curate.browse import database, keeper
from curate.browse.failures import REASON_LENGTH, disk_is_full
from curate.errors import UserError

# Nobody is told what is browsed, nothing is fetched, no bar of its own disturbs ours.
SETTINGS = {
    "FIFTYONE_DO_NOT_TRACK": "true",
    "FIFTYONE_DATABASE_VALIDATION": "false",
    "FIFTYONE_SHOW_PROGRESS_BARS": "false",
    "FIFTYONE_DEFAULT_APP_ADDRESS": "127.0.0.1",
    "FIFTYONE_LOGGING_LEVEL": "ERROR",
    "FIFTYONE_MODEL_ZOO_MANIFEST_CACHE_ENABLED": "false",
}


def is_installed() -> bool:
    """Whether the `browse` extra is there."""
    import importlib.util  # noqa: PLC0415 - seldom asked

    return importlib.util.find_spec("fiftyone") is not None


@contextlib.contextmanager
def fiftyone() -> Iterator[ModuleType]:
    """FiftyOne with its database; what goes wrong with either becomes an error with a way out.

    Raises:
        UserError: it is not installed, or the database fails.
    """
    if not is_installed():
        raise UserError(f"FiftyOne is not installed; run `{database.INSTALL_BROWSE}`")
    os.environ.update(SETTINGS)
    uri = database.configured_uri()
    if uri is None:
        os.environ[database.URI] = database.own_uri()
    from pymongo.errors import PyMongoError  # noqa: PLC0415 - comes with FiftyOne

    try:
        with warnings.catch_warnings(action="ignore"):  # of its own dependencies
            import fiftyone as fo  # type: ignore[import-untyped]  # noqa: PLC0415 - three seconds
        yield fo
    except PyMongoError as error:
        raise UserError(_database_failed(error, uri)) from error
    except OSError as error:
        if error.filename is not None:
            raise  # a file of the user's
        if not isinstance(error, ConnectionError):  # how FiftyOne says that versions do not match
            raise UserError(_of_another_version(error)) from error
        raise UserError(_database_failed(error, uri)) from error
    finally:
        if uri is None:
            os.environ.pop(database.URI, None)


def _of_another_version(error: Exception) -> str:
    said = " ".join(str(error).split())[:REASON_LENGTH]
    return (
        f"the database belongs to another version of FiftyOne: {said}; install that version, or "
        "name another place with XDG_DATA_HOME=DIR: the index is built anew there"
    )


def _database_failed(error: Exception, uri: str | None) -> str:
    said = " ".join(str(error).split())[:REASON_LENGTH]
    if uri is None:
        place = database.data_folder()
        if disk_is_full(place):
            return f"{place}: the disk is full; make room, or name another with XDG_DATA_HOME=DIR"
        return (
            f"the database stopped: {said}; run the command again, nothing written is lost; "
            f"`tail {place / keeper.LOG}` tells more"
        )
    where = uri.rpartition("@")[2].partition("?")[0]  # never print a password
    return f"the MongoDB of {database.URI} ({where}) fails: {said}"
