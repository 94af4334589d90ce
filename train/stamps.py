"""Hashes that name what something was made from."""

import hashlib
import json
from functools import cache
from pathlib import Path

from curate.errors import UserError


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, in hex; raises UserError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error


@cache
def weights_digest(path: Path) -> str:
    """The same of a file of weights, which is read once in a process."""
    return file_digest(path)


def key_of(*parts: object) -> str:
    """A name for whatever was made from exactly these plain values: 32 hex digits."""
    plain = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def seed_of(*parts: object) -> int:
    """A seed of 63 bits that depends on each of the values and on nothing else."""
    return int(hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16], 16) >> 1
