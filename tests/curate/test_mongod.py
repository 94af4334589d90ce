"""The private mongod: shared, never left behind, never another user's."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from support.mongo import environment, needs_mongod, python

from curate.browse import database, keeper
from curate.errors import UserError

USE = """
import sys, time
from curate.browse.database import own_uri
import pymongo
with pymongo.MongoClient(own_uri()) as client:
    found = client.test.notes.count_documents({})
    client.test.notes.insert_one({"by": sys.argv[1]})
    pid = client.admin.command("serverStatus")["pid"]
    print(found, pid, client.address[1], flush=True)
    time.sleep(float(sys.argv[2]))
"""
STAY = "60"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A user without a database, whose processes are gone afterwards."""
    needs_mongod()
    yield tmp_path
    assert _ends(tmp_path), "a mongod was left behind"


def _servers(home: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(part.startswith(str(home / "data")) for part in process.info["cmdline"] or ())
    ]


def _ends(home: Path) -> bool:
    end = time.monotonic() + 10
    while _servers(home) and time.monotonic() < end:
        time.sleep(0.1)
    return not _servers(home)


def _user(home: Path, name: str, seconds: str = STAY) -> tuple["subprocess.Popen[str]", list[int]]:
    """A process that uses the database, once it does; notes found, pid and port of mongod."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", USE, name, seconds],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the database did not start"
    return process, [int(part) for part in line.split()]


def _leave(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> None:
    process.send_signal(number)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def test_four_processes_from_cold_share_one_mongod(home: Path) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", USE, str(n), "3"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(home),
        )
        for n in range(4)
    ]
    lines = [start.communicate(timeout=60)[0].split() for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0, 0]
    assert len({pid for _, pid, _ in lines}) == 1


def test_the_database_survives_the_killing_of_mongod(home: Path) -> None:
    first, (_, pid, port) = _user(home, "first")
    os.kill(pid, signal.SIGKILL)
    start = time.monotonic()
    second, (found, new, same) = _user(home, "second", "0")
    assert time.monotonic() - start < 10
    assert (found, same) == (1, port)
    assert new != pid
    _leave(second)
    _leave(first)


def test_the_database_survives_the_killing_of_the_keeper(home: Path) -> None:
    first, (_, pid, _) = _user(home, "first")
    os.kill(psutil.Process(pid).ppid(), signal.SIGKILL)
    start = time.monotonic()
    second, (found, new, _) = _user(home, "second", "0")
    assert time.monotonic() - start < 10
    assert found == 1
    assert new != pid
    _leave(second)
    _leave(first)


def test_a_killed_user_leaves_no_mongod_and_loses_nothing(home: Path) -> None:
    first, _ = _user(home, "first")
    _leave(first, signal.SIGKILL)
    assert _ends(home)
    second, (found, _, _) = _user(home, "second", "0")
    assert found == 1
    _leave(second)


def test_two_users_have_two_databases_with_two_passwords(home: Path) -> None:
    one, (_, pid, _) = _user(home / "one", "one")
    two, (found, other, _) = _user(home / "two", "two")
    assert found == 0
    assert pid != other
    passwords = [
        (home / name / "data" / "lora-curate" / "password").read_text() for name in ("one", "two")
    ]
    assert passwords[0] != passwords[1]
    assert (home / "one" / "data" / "lora-curate").stat().st_mode & 0o077 == 0
    _leave(one)
    _leave(two)
    assert _ends(home / "one")
    assert _ends(home / "two")


def test_a_process_that_only_inherited_the_pid_is_left_alone(home: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    folder = home / "data" / "lora-curate"
    (folder / "mongo").mkdir(parents=True)
    (folder / "mongo" / "mongod.lock").write_text(f"{stranger.pid}\n")
    (folder / "server.json").write_text(json.dumps({"pid": stranger.pid, "port": 1, "keeper": 1}))
    user, (found, _, _) = _user(home, "first", "0")
    assert found == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    _leave(user)


def test_a_port_that_is_taken_meanwhile_is_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongod = needs_mongod()
    (tmp_path / "mongo").mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free = keeper._free_port()  # noqa: SLF001 - the race is between it and mongod
        ports = iter([taken.getsockname()[1], free])
        monkeypatch.setattr(keeper, "_wait_until_it_listens", _patient)
        monkeypatch.setattr(keeper, "_free_port", lambda: next(ports))
        process, port = keeper.start(mongod, tmp_path)
    assert (process.poll(), port) == (None, free)
    keeper.stop(process)


def _patient(process: "subprocess.Popen[bytes]", port: int) -> None:
    """As the keeper waits, but not taken in by whoever else listens on the port."""
    del port
    end = time.monotonic() + 3
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)


def _mongod_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A mongod that fails as a script says; `$4` is its log."""
    fake = tmp_path / "mongod"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(database, "find_mongod", lambda: str(fake))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 62", "was written by another version of mongod"),
        ("echo 'No space left on device' > \"$4\"; exit 14", "the disk is full; make room"),
        (
            'echo \'{"s": "F", "msg": "Broken", "attr": {"error": "x"}}\' > "$4"; exit 14',
            "Broken x",
        ),
        ("exit 3", "exit code 3"),
    ],
)
def test_a_mongod_that_does_not_start_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    _mongod_that(tmp_path, monkeypatch, script)
    with pytest.raises(UserError, match=said):
        database.own_uri()
    database.let_go()


def test_a_missing_mongod_names_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(UserError, match=database.INSTALL_MONGOD):
        database.find_mongod()


def test_a_home_that_cannot_be_written_to_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "data"))
    with pytest.raises(UserError, match="XDG_DATA_HOME=DIR, or a MongoDB with FIFTYONE_DATABASE_U"):
        database.data_folder()


def test_a_lost_password_is_said_and_nothing_is_opened(home: Path) -> None:
    first, _ = _user(home, "first", "0")
    _leave(first)
    assert _ends(home)
    (home / "data" / "lora-curate" / "password").write_text("another")
    ran = python("from curate.browse.database import own_uri; own_uri()", home)
    assert "is not the password of the database beside it; bring it back" in ran.err


def test_the_database_that_a_user_configured_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIFTYONE_CONFIG_PATH", str(tmp_path / "config.json"))
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    assert database.configured_uri() is None
    (tmp_path / "config.json").write_text('{"database_uri": "mongodb://team"}')
    assert database.configured_uri() == "mongodb://team"
    monkeypatch.setenv("FIFTYONE_DATABASE_URI", "mongodb://mine")
    assert database.configured_uri() == "mongodb://mine"
