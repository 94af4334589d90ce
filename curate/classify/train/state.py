"""A run's state in one file: weights, their average, the optimiser's moments, how far it came."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

STATE = "state.safetensors"
SEEN = "seen"


def save_state(
    folder: Path,
    student: nn.Module,
    average: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    seen: int,
) -> None:
    """Write the state; an interruption leaves the old one whole.

    Raises:
        OSError: It cannot be written.
    """
    tensors = {f"now.{name}": t.contiguous() for name, t in student.state_dict().items()}
    tensors |= {f"average.{name}": t.contiguous() for name, t in average.items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"moment.{index}.{name}": t.contiguous() for name, t in moments.items()}
    part = folder / "state.partial"
    save_file(tensors, part, metadata={SEEN: str(seen)})
    part.rename(folder / STATE)


def load_state(
    folder: Path, student: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[dict[str, Tensor], int]:
    """Put weights and moments back; give the average and the number of samples seen."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    tensors = load_file(folder / STATE, device=str(parameters[0].device))
    with safe_open(folder / STATE, "pt") as file:
        seen = int(file.metadata()[SEEN])
    student.load_state_dict(under(tensors, "now."))
    state: dict[int, dict[str, Tensor]] = {}
    for key, moment in under(tensors, "moment.").items():
        index, _, name = key.partition(".")
        # The fused step walks through memory: a moment has to lie there as its weight does.
        like = parameters[int(index)] if moment.dim() else moment
        state.setdefault(int(index), {})[name] = torch.empty_like(like).copy_(moment)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    return under(tensors, "average."), seen


def under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Give the tensors whose names begin so, without that beginning."""
    return {k.removeprefix(prefix): t for k, t in tensors.items() if k.startswith(prefix)}
