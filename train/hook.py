"""`on_checkpoint`: a command for every new file, beside the training and never in its way."""

import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

TRIES = 3
PAUSE = 2.0
LOG = "on_checkpoint.log"


class Hook:
    """Runs a command once per file, in order, in a thread of its own.

    Args:
        command: its last word will be the file; None for nothing.
        folder: of the run, for the log.
        pause: seconds before the second try, twice that before the third.
    """

    def __init__(self, command: str | None, folder: Path, pause: float = PAUSE) -> None:
        self._command, self._folder, self._pause = command, folder, pause
        self._pool = ThreadPoolExecutor(1)

    def __call__(self, file: Path) -> None:
        """Queue the command for a file."""
        if self._command:
            self._pool.submit(self._run, [*shlex.split(self._command), str(file)])

    def close(self) -> None:
        """Wait for what is queued."""
        self._pool.shutdown()

    def _run(self, words: list[str]) -> None:
        for number in range(1, TRIES + 1):
            try:
                ran = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - the user's own
                code, said = str(ran.returncode), ran.stdout + ran.stderr
            except OSError as error:
                code, said = "-", str(error)
            with (self._folder / LOG).open("a", encoding="utf-8") as log:
                log.write(f"try {number}: {shlex.join(words)}: exit {code}\n{said}")
            if code == "0":
                return
            sleep(self._pause * number)
