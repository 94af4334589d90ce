"""What a run leaves behind: LoRA files that stay, and states to resume from.

A state is one safetensors file, without pickle: the LoRA in fp32, the optimizer's moments, and in
its head how far the run is and by which configuration. It holds no generators: every draw follows
from seed, epoch and place, so there is nothing to restore and nothing to forget.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import load_file

from curate.errors import UserError
from rules.records import record
from train.metrics import Progress
from train.safetensors_files import read_header, write_safetensors

STATE = "state.safetensors"
EPOCH = re.compile(r"epoch-(\d{4,})")
INTERRUPTED = "interrupted"
Named = Sequence[tuple[str, torch.nn.Parameter]]


@record
class Stamp:
    """What a state belongs to.

    Attributes:
        config: the whole configuration, as JSON.
        base: hash of the base's files.
        material: hash of pictures, texts and placements.
    """

    config: str
    base: str
    material: str


def epoch_folder(run: Path, epoch: int) -> Path:
    """Where everything of an epoch lies; 0 is before the first."""
    return run / f"epoch-{epoch:04d}"


def save_state(
    path: Path,
    parameters: Named,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    stamp: Stamp,
) -> None:
    """Write a state whole or not at all; raises OSError."""
    tensors = {f"parameter/{name}": parameter.detach() for name, parameter in parameters}
    for name, parameter in parameters:
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer/{key}/{name}"] = torch.as_tensor(value)
    head = {
        "progress": json.dumps(asdict(progress)),
        "config": stamp.config,
        "base": stamp.base,
        "material": stamp.material,
    }
    write_safetensors(path, tensors, head)


def load_state(path: Path, parameters: Named, optimizer: torch.optim.Optimizer) -> Progress:
    """Put parameters and optimizer where a state left them.

    Raises:
        UserError: the state is damaged, or of another LoRA.
    """
    progress = Progress(**json.loads(read_header(path).metadata["progress"]))
    tensors = load_file(path)
    wanted = {f"parameter/{name}" for name, _ in parameters}
    found = {key for key in tensors if key.startswith("parameter/")}
    if wanted != found:
        raise UserError(f"{path}: is the state of another LoRA: its modules differ")
    states = {}
    for i, (name, parameter) in enumerate(parameters):
        with torch.no_grad():
            parameter.copy_(tensors[f"parameter/{name}"])
        keys = (key for key in tensors if key.startswith("optimizer/") and key.endswith(f"/{name}"))
        if state := {key.split("/")[1]: tensors[key] for key in keys}:
            states[i] = state
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
    return progress


def read_stamp(path: Path) -> Stamp:
    """What a state belongs to; raises UserError where it is no state."""
    head = read_header(path).metadata
    try:
        return Stamp(config=head["config"], base=head["base"], material=head["material"])
    except KeyError as error:
        raise UserError(f"{path}: is no state of a run") from error


def latest_state(run: Path) -> Path | None:
    """The state that is furthest on, leaving out what is damaged; None where there is none."""
    found = ((step, path) for path in _states(run) if (step := _step(path)) is not None)
    return max(found, default=(0, None))[1]


def damaged_states(run: Path) -> list[Path]:
    """States that nothing can be resumed from."""
    return [path for path in _states(run) if _step(path) is None]


def _states(run: Path) -> list[Path]:
    every = (*sorted(run.glob(f"epoch-*/{STATE}")), run / INTERRUPTED / STATE)
    return [path for path in every if path.exists()]


def _step(path: Path) -> int | None:
    """Behind which step a state was written; None where it is damaged."""
    try:
        return int(json.loads(read_header(path).metadata["progress"])["step"])
    except (UserError, KeyError, ValueError, TypeError):
        return None


def forget_states(run: Path, keep: int) -> None:
    """Delete the states of old epochs, and one that an interruption left; never a LoRA."""
    states = sorted(run.glob(f"epoch-*/{STATE}"), key=lambda path: _number(path.parent))
    for path in (*states[:-keep], run / INTERRUPTED / STATE):
        path.unlink(missing_ok=True)


def _number(folder: Path) -> int:
    found = EPOCH.fullmatch(folder.name)
    return int(found[1]) if found else -1
