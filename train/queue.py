"""`train queue`: runs in turn."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

STOPPED = (3, 130)


def run_queue(configs: Sequence[Path], *, approved_only: bool, say: Callable[[str], None]) -> int:
    """Run every configuration in a process of its own, which gives its memory back.

    Args:
        configs: train.yaml files.
        approved_only: for each of them.
        say: takes lines for people.

    Returns:
        0 where all were done, 3 where somebody stopped one, and with it the queue, else 2.
    """
    failed = []
    for config in configs:
        words = [sys.executable, "-c", "from train.cli import main; main()", "run", "--config"]
        flags = ["--approved-only"] if approved_only else []
        code = subprocess.run([*words, str(config), *flags], check=False).returncode  # noqa: S603 - ourselves
        if code in STOPPED:
            say(f"{config}: stopped, and the queue with it")
            return STOPPED[0]
        say(f"{config}: {'done' if code == 0 else f'failed with exit code {code}'}")
        failed += [str(config)] if code else []
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 2 if failed else 0
