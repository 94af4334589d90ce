"""One process, or several that accelerate's launcher started. It does the talking between them."""

import os

import torch

from curate.errors import UserError
from train.launcher import process_count
from train.untyped import Untyped, library


class Processes:
    """This process among the others of its run; raises UserError where its GPU is not there.

    Attributes:
        rank: its number, from 0.
        count: how many there are.
        device: where it computes.
    """

    def __init__(self, device: str) -> None:
        self._state: Untyped = None
        self.rank, self.count = 0, 1
        if process_count() > 1:
            wanted = os.environ.get("ACCELERATE_USE_CPU", "").lower() in {"true", "1", "yes"}
            on_cpu = wanted or device == "cpu" or not torch.cuda.is_available()
            self._state = library("accelerate").PartialState(cpu=on_cpu)
            self.rank, self.count = self._state.process_index, self._state.num_processes
            # It says cpu:0, which safetensors does not know.
            self.device = torch.device("cpu") if on_cpu else self._state.device
        else:
            self.device = _device(device)
        if self.device.type == "cuda":
            _repeat_exactly()

    def gathered(self, tensor: torch.Tensor) -> torch.Tensor:
        """The sum of a tensor over all processes; itself where there is one."""
        if self._state is None:
            return tensor
        summed = library("accelerate.utils").reduce(tensor.to(self.device), reduction="sum")
        return summed.to(tensor.device)  # type: ignore[no-any-return]

    def wait(self) -> None:
        """Until every process is here."""
        if self._state is not None:
            self._state.wait_for_everyone()

    def close(self) -> None:
        """Leave the others."""
        if self._state is not None:
            self._state.destroy_process_group()


def _device(wanted: str) -> torch.device:
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise UserError(
            "`device: cuda`, and torch sees no GPU; install torch's build for it, or name auto"
        )
    return torch.device("cuda" if there and wanted != "cpu" else "cpu")


def _repeat_exactly() -> None:
    """Ask a GPU for the same bits every time, so that a resumed run ends as one that was not.

    Where torch has no such kernel it takes another one; fused attention has one of its own.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS reads it when it starts
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
