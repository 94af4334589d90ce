"""`train queue`: runs in turn."""

import signal
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
    failed: list[str] = []
    for config in configs:
        words = [sys.executable, "-c", "from train.cli import main; main()", "run", "--config"]
        flags = ["--approved-only"] if approved_only else []
        code, asked = _run([*words, str(config), *flags])
        if asked or code in STOPPED:
            say(f"{config}: stopped, and the queue with it")
            return STOPPED[0]
        say(f"{config}: {'done' if code == 0 else f'failed with exit code {code}'}")
        failed += [str(config)] if code else []
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 2 if failed else 0


def _run(words: Sequence[str]) -> tuple[int, bool]:
    """Exit code of a run, and whether somebody asked this process to end: the run then saves."""
    asked: list[int] = []
    with subprocess.Popen(words) as child:  # noqa: S603 - ourselves

        def pass_on(number: int, _: object) -> None:
            asked.append(number)
            child.terminate()

        before = {n: signal.signal(n, pass_on) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            return child.wait(), bool(asked)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
