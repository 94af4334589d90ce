"""Started by accelerate as one process where several were asked for: start them after all.

`accelerate launch --cpu --num_processes 2` starts several processes with MPI's help alone, and
without a hostfile one, which then learns from half of what was meant without a word. Its launcher
for GPUs starts as many as asked for, by torch's own means, and they may as well compute on CPUs.
"""

import os
import re
import sys
from collections.abc import Mapping

from curate.errors import UserError
from train.untyped import library

WAY_OUT = "accelerate launch --multi_gpu --num_processes N -m train run"
# Where launchers write how many processes there are: torch's, then MPI's.
SIZES = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")

# `accelerate launch`, `accelerate-launch` and `python -m accelerate.commands.launch`.
LAUNCHER = re.compile(r"(^|[/\\])accelerate(-launch)?$|^accelerate\.commands\.\w+$")


def process_count(environment: Mapping[str, str] = os.environ) -> int:
    """How many processes a launcher started, this one included."""
    return max(int(environment.get(name) or 1) for name in SIZES)


def is_alone_of_several(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether accelerate named a meeting point for several processes and started one."""
    on_cpu = environment.get("ACCELERATE_USE_CPU", "").lower() in {"true", "1", "yes"}
    launched = "RANK" in environment or process_count(environment) > 1
    return on_cpu and "MASTER_PORT" in environment and not launched


def start_all(arguments: list[str], module: str = "train") -> None:
    """Put accelerate's other launcher in this process's place, where several were asked for.

    Args:
        arguments: of the program.
        module: of the program.

    Raises:
        UserError: nobody can tell how many.
    """
    if not is_alone_of_several():
        return
    number = _asked_for()
    if number is None:
        raise UserError(f"accelerate started one of several processes; use `{WAY_OUT}`")
    words = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    words += ["--num_processes", str(number), "--num_machines", "1", "--main_process_port", "0"]
    words += ["--mixed_precision", "no", "--dynamo_backend", "no", "-m", module, *arguments]
    # Else the folder where this was started would be searched for modules first.
    os.execve(sys.executable, words, {**os.environ, "PYTHONSAFEPATH": "1"})  # noqa: S606 - ourselves


def _asked_for() -> int | None:
    """The number of processes on the command line of accelerate, which waits for this one."""
    psutil = library("psutil")
    try:
        words = psutil.Process().parent().cmdline()
    except (psutil.Error, AttributeError):
        return None
    start = next((i for i, word in enumerate(words) if LAUNCHER.search(word)), len(words))
    given = [word for i, word in enumerate(words[start + 1 :]) if i or word != "launch"]
    try:
        parser = library("accelerate.commands.launch").launch_command_parser()
        return int(parser.parse_args(given).num_processes)
    except (SystemExit, TypeError):
        return None
