"""Kill a tiny training at random points, resume it each time, and compare it with an unkilled one.

    python tests/tools/kill_runs.py [KILLS] [SEED]

Every LoRA, the states that are left and the losses must be the same, byte for byte. A run that
comes to its end before all kills are spent is compared, and another one begun.
"""

import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from support.runs import write_run

from rules.quoting import counted
from train.config import TrainConfig, load_config
from train.metrics import read_metrics
from train.quiet import quiet_libraries
from train.run import run
from train.studio import Studio

KILLS = 50
EPOCHS = 60
# Of an unkilled run, how much a killed one gets at most: kills fall everywhere into it.
LONGEST = 1 / 8


def run_in_child(config: TrainConfig, seconds: float | None) -> bool:
    """Train in a process of its own, killed after some seconds; whether it came to its end."""
    child = os.fork()
    if child == 0:
        done = run(config, approved_only=False, force=False, say=lambda _: None)
        os._exit(0 if done else 1)
    if seconds is not None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{config.name}: ended with {os.waitstatus_to_exitcode(status)}")
    return not os.WIFSIGNALED(status)


def left_behind(config: TrainConfig) -> dict[str, object]:
    """Everything that must be the same."""
    files: dict[str, object] = {
        str(path.relative_to(config.run_folder)): path.read_bytes()
        for path in config.run_folder.rglob("*.safetensors")
    }
    return {**files, "losses": [line["loss"] for line in read_metrics(config.run_folder)]}


def main() -> None:
    """Run it; exits 1 where anything differs."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    toss = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)  # noqa: S311 - no secret
    torch.set_num_threads(1)
    quiet_libraries()
    assert issubclass(Studio, object)  # imported before the fork: kills fall into the run
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(write_run(Path(folder), epochs=EPOCHS, adapter={"dropout": 0.1}))
        unkilled = replace(config, output=f"{folder}/unkilled")
        began = time.perf_counter()
        assert run_in_child(unkilled, None)
        longest = LONGEST * (time.perf_counter() - began)
        wanted = left_behind(unkilled)
        spent = rounds = 0
        while spent < kills:
            rounds += 1
            place = f"{folder}/killed-{rounds}"  # its caches are killed, too
            killed = replace(config, output=place, cache=f"{place}/cache")
            while not run_in_child(killed, toss.uniform(0, longest) if spent < kills else None):
                spent += 1
            found = left_behind(killed)
            differ = [
                key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)
            ]
            if differ:
                sys.exit(f"after {spent} kills these differ: {', '.join(sorted(differ))}")
        same = f"{len(wanted) - 1} files and all losses are the same"
        sys.stdout.write(f"{spent} kills in {counted(rounds, 'run')} of {EPOCHS} epochs: {same}\n")


if __name__ == "__main__":
    main()
