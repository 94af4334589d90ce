"""What the tests around FiftyOne need: its mongod, a browser, and a data folder of their own.

Outside CI a test that lacks one of them is skipped and says what to install; in CI it fails.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curate.browse.database import INSTALL_MONGOD, find_mongod
from curate.errors import UserError
from support.command import SCRIPT, Ran

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _lacking(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def needs_mongod() -> str:
    """The mongod of the environment."""
    try:
        return find_mongod()
    except UserError:
        _lacking(f"no mongod: {INSTALL_MONGOD}, or `make env`")
        raise


def needs_chromium() -> str:
    """A browser that can be driven."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        _lacking("no chromium: apt-get install chromium")
    return str(found)


def environment(home: Path) -> dict[str, str]:
    """The variables of a user whose database lies in `home`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FIFTYONE_")}
    home.mkdir(parents=True, exist_ok=True)
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PYTHONWARNINGS": ""}


def python(program: str, home: Path, *arguments: str, seconds: float = 90) -> Ran:
    """Run a program of a few lines as that user."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment(home),
        cwd="/",
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def curate_as(home: Path, *arguments: str, seconds: float = 90, **variables: str) -> Ran:
    """Run `curate` as that user."""
    done = subprocess.run(
        [SCRIPT, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**environment(home), **variables},
    )
    return Ran(done.returncode, done.stdout, done.stderr)
