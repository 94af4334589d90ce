"""Why a mongod did not start, or stopped: its own words, and the way out."""

import json
import shlex
import subprocess
from pathlib import Path

from curate.browse.keeper import DATABASE, LOG

NEED_UPGRADE = 62
REASON_LENGTH = 200


def disk_is_full(folder: Path) -> bool:
    """Whether our mongod stopped for want of room."""
    return "No space left" in _last_words(folder / LOG)


def why_not(folder: Path, mongod: str, code: int | None) -> str:
    """Why mongod did not start, in its own words, and the way out."""
    said = _last_words(folder / LOG)
    place = folder / DATABASE
    begin = f"{place}: the database did not start"
    if code == NEED_UPGRADE:
        return (
            f"{place} was written by another version of mongod ({said}); use that version, or move "
            f"{folder} away: the index is built anew, tags that were not approved are lost"
        )
    if "No space left" in said:
        return f"{begin}: the disk is full; make room, or name another with XDG_DATA_HOME=DIR"
    if "error while loading shared libraries" in (words := _loader_words(mongod)):
        return f"{begin}: {words}; on Debian and Ubuntu `apt-get install libcurl4` brings it"
    log = shlex.quote(str(folder / LOG))
    return f"{begin}: {said or f'exit code {code}'}; `tail {log}` tells more"


def _last_words(log: Path) -> str:
    """The last fatal or failed thing that a log of mongod tells."""
    try:
        lines = log.read_bytes().splitlines()
    except OSError:
        return ""
    told = ""
    for line in lines:
        if b"No space left" in line:
            return "No space left on device"
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("s") in {"E", "F"}:
            attributes = entry.get("attr", {})
            detail = attributes.get("error") or attributes.get("message") or ""
            told = f"{entry.get('msg')} {detail}".strip()
    return told[:REASON_LENGTH]


def _loader_words(mongod: str) -> str:
    """What the system says when it cannot even load the program."""
    run = subprocess.run(  # noqa: S603 - the binary that FiftyOne ships
        [mongod, "--version"], capture_output=True, text=True, check=False
    )
    return " ".join(run.stderr.split())[:REASON_LENGTH]
