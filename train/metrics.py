"""metrics.jsonl: what was measured in every step, and how far a run is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from train.safetensors_files import write_whole

if TYPE_CHECKING:
    import torch

METRICS = "metrics.jsonl"
SIGMA_BINS = 5
# What is read again of a line.
NEEDED = {"step", "samples_per_second"}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is.

    Attributes:
        epoch: whole epochs done.
        position: steps done of the epoch in progress.
        step: steps done altogether.
    """

    epoch: int = 0
    position: int = 0
    step: int = 0


def numbers(
    progress: Progress, sums: "torch.Tensor", rate: float, norm: float, seconds: float
) -> dict[str, Any]:
    """A step as a line of metrics.

    Args:
        progress: after the step.
        sums: of losses and of pictures, by bin of sigma.
        rate: the learning rate.
        norm: the gradient's length before it was clipped.
        seconds: that the step took.
    """
    shown = float(sums[1].sum())
    by_sigma = {
        f"{i / SIGMA_BINS:.1f}": float(loss / count)
        for i, (loss, count) in enumerate(zip(*sums.tolist(), strict=True))
        if count
    }
    return {
        "step": progress.step,
        "epoch": progress.epoch,
        "loss": float(sums[0].sum()) / shown,
        "loss_by_sigma": by_sigma,
        "lr": rate,
        "grad_norm": norm,
        "samples_per_second": shown / seconds,
    }


class MetricsFile:
    """metrics.jsonl of a run, begun anew or behind the step that is resumed."""

    def __init__(self, folder: Path, step: int) -> None:
        self._path = folder / METRICS
        kept = [line for line in _lines(self._path) if json.loads(line)["step"] <= step]
        write_whole(self._path, lambda: [f"{line}\n".encode() for line in kept])
        self._file = self._path.open("a", encoding="utf-8")

    def write(self, line: dict[str, Any]) -> None:
        """Append a line; a crash may cost the last one and no other."""
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing is written afterwards."""
        self._file.close()


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """All whole lines of a run."""
    return [json.loads(line) for line in _lines(folder / METRICS)]


def _lines(path: Path) -> Iterator[str]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # cut short by a crash
        if isinstance(told, dict) and told.keys() >= NEEDED:
            yield line
