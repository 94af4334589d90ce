"""The process that owns mongod: it starts it, restarts it, and ends it after its last user.

Run as `python -m curate.browse.keeper MONGOD FOLDER`. Users of the database hold a shared lock on
FOLDER/users.lock, which the kernel takes back however they end; once nobody holds it, mongod is
closed. Imports the standard library only, so that it starts at once.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

USERS_LOCK = "users.lock"
KEEPER_LOCK = "keeper.lock"
SERVER = "server.json"
LOG = "mongod.log"
DATABASE = "mongo"
PORT_TAKEN = 48
PORTS_TRIED = 5
RESTARTS = 3
START_SECONDS = 50.0
STOP_SECONDS = 30.0
WATCH_SECONDS = 0.25
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Keep a mongod; one line of JSON on stdout says where it listens or why it does not."""
    mongod, folder = sys.argv[1], Path(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (folder / KEEPER_LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process, port = start(mongod, folder)
        _tell({"exit": process.poll(), "port": port})
        try:
            if process.poll() is None:
                _keep(process, port, mongod, folder)
        finally:
            stop(process)
            (folder / SERVER).unlink(missing_ok=True)


def start(
    mongod: str, folder: Path, port: int | None = None
) -> tuple["subprocess.Popen[bytes]", int]:
    """A mongod that listens, or one that has exited; a port taken meanwhile is not its end."""
    for _ in range(PORTS_TRIED):
        here = port or _free_port()
        (folder / LOG).unlink(missing_ok=True)
        process = subprocess.Popen(  # noqa: S603 - the binary that FiftyOne ships
            _command(mongod, folder, here),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        _wait_until_it_listens(process, here)
        if process.poll() != PORT_TAKEN:
            break
    server = {"pid": process.pid, "port": here, "keeper": os.getpid()}
    if process.poll() is None:
        temporary = folder / f"{SERVER}.new"
        temporary.write_text(json.dumps(server), encoding="utf-8")
        temporary.replace(folder / SERVER)
    return process, here


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Close a mongod: everything is written when it ends."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:  # its journal loses nothing
        process.kill()
        process.wait()


def _keep(process: "subprocess.Popen[bytes]", port: int, mongod: str, folder: Path) -> None:
    """Watch over mongod until nobody uses it any more."""
    restarts = 0
    with (folder / USERS_LOCK).open("a") as users:
        try:
            while not _is_free(users):
                time.sleep(WATCH_SECONDS)
                if process.poll() is not None:
                    restarts += 1
                    if restarts > RESTARTS:
                        return
                    # The same port, so that an open window finds it again.
                    process, port = start(mongod, folder, port)
        finally:
            stop(process)
            (folder / SERVER).unlink(missing_ok=True)


def _is_free(users: object) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


def _command(mongod: str, folder: Path, port: int) -> list[str]:
    return [
        mongod,
        *("--dbpath", str(folder / DATABASE)),
        *("--logpath", str(folder / LOG)),
        *("--port", str(port)),
        *("--bind_ip", "127.0.0.1"),
        *("--wiredTigerCacheSizeGB", "0.25"),
        "--nounixsocket",
        "--auth",
    ]


def _end_with_parent() -> None:
    """Have the kernel close mongod when the keeper is killed; elsewhere the next start does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.03)
    stop(process)


def _tell(told: dict[str, int | None]) -> None:
    """Say it once, and leave the pipe, so that the one who waits for its end may go."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)


if __name__ == "__main__":
    main()
