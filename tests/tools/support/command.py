"""The command `curate` as a person runs it, in this process or in one of its own."""

import gc
import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from curate.cli import main

SECONDS = 60
SCRIPT = Path(sys.executable).with_name("curate")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def curate(*arguments: str) -> Ran:
    """Run it here: quick, for there is nothing to import any more."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        patch.object(sys, "argv", ["curate", *arguments]),
        patch.object(sys, "stdout", out),
        patch.object(sys, "stderr", err),
    ):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            gc.enable()  # the command switches it off for its own short life
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return Ran(code, *texts)


def curate_process(*arguments: str, **options: Any) -> Ran:  # noqa: ANN401 - what subprocess takes
    """Run it as a process of its own."""
    return run((str(SCRIPT), *arguments), **options)


def run(command: Sequence[str], **options: Any) -> Ran:  # noqa: ANN401 - the same
    """Run a process, which is killed where it hangs."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, **options
    )
    return Ran(done.returncode, done.stdout, done.stderr)
