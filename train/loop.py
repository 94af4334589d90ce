"""The training loop. It knows no model by name: it is handed losses and parameters."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from curate.errors import UserError
from train.config import OptimizerSettings
from train.draws import Batch, Step
from train.metrics import SIGMA_BINS, Progress, numbers
from train.stamps import seed_of


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the loop is handed.

    Attributes:
        parameters: what is trained, fp32.
        optimizer: over those.
        steps: the steps of an epoch, counted from 0.
        losses: of the pictures of a batch that are this process's; None where it has none.
        gathered: a tensor summed over all processes.
        log: takes the numbers of a step.
        epoch_done: takes the progress after an epoch; writes checkpoints and samples.
        stopped: whether somebody asked to end; the loop then returns between two steps.
        names: of the pictures of a step, for messages.
        rank: of this process; others drop other parts of their pictures.
    """

    parameters: Sequence[torch.nn.Parameter]
    optimizer: torch.optim.Optimizer
    steps: Callable[[int], list[Step]]
    losses: Callable[[Batch], tuple[torch.Tensor, Sequence[float]] | None]
    gathered: Callable[[torch.Tensor], torch.Tensor]
    log: Callable[[dict[str, Any]], None]
    epoch_done: Callable[[Progress], None]
    stopped: Callable[[], bool]
    names: Callable[[Step], str]
    rank: int = 0


def train(
    parts: Parts, settings: OptimizerSettings, progress: Progress, *, epochs: int, seed: int
) -> Progress:
    """Train from where a run is to its last epoch, or until it is stopped.

    Raises:
        UserError: a loss is no number.
    """
    total = epochs * len(parts.steps(0))
    for epoch in range(progress.epoch, epochs):
        steps = parts.steps(epoch)
        for position in range(progress.position, len(steps)):
            if parts.stopped():
                return progress
            began = time.perf_counter()
            rate = rate_at(progress.step, total, settings)
            for group in parts.optimizer.param_groups:
                group["lr"] = rate
            # Dropout draws from torch's own generator, which so depends on the place alone.
            torch.manual_seed(seed_of("dropout", seed, epoch, position, parts.rank))
            sums = _accumulate(parts, steps[position])
            norm = _clip(parts, settings.clip)
            loss = float(sums[0].sum() / sums[1].sum())
            if not (math.isfinite(loss) and math.isfinite(norm)):
                raise UserError(
                    f"step {progress.step + 1}: the loss is {loss}, the gradient {norm}, with "
                    f"{parts.names(steps[position])}; what was saved before is whole. Lower "
                    f"`optimizer.lr`, or look at these pictures"
                )
            parts.optimizer.step()
            parts.optimizer.zero_grad(set_to_none=True)
            progress = Progress(epoch=epoch, position=position + 1, step=progress.step + 1)
            parts.log(numbers(progress, sums, rate, norm, time.perf_counter() - began))
        progress = Progress(epoch=epoch + 1, step=progress.step)
        parts.epoch_done(progress)
    return progress


def rate_at(step: int, total: int, settings: OptimizerSettings) -> float:
    """The learning rate of a step, counted from 0."""
    if step < settings.warmup:
        return settings.lr * (step + 1) / settings.warmup
    if settings.schedule == "constant":
        return settings.lr
    share = (step - settings.warmup) / max(1, total - settings.warmup)
    return settings.lr * (1 + math.cos(math.pi * min(1.0, share))) / 2


def _accumulate(parts: Parts, step: Step) -> torch.Tensor:
    """Gradients of the mean over all pictures of a step, and what was measured.

    Returns:
        Sums of losses and numbers of pictures by bin of sigma: 2×bins, over all processes.
    """
    shown = sum(map(len, step))
    sums = torch.zeros(2, SIGMA_BINS, dtype=torch.float64)
    for batch in step:
        found = parts.losses(batch)
        if found is None:
            continue
        losses, sigmas = found
        (losses.sum() / shown).backward()  # type: ignore[no-untyped-call]
        bins = torch.tensor([min(SIGMA_BINS - 1, int(s * SIGMA_BINS)) for s in sigmas])
        sums[0].index_add_(0, bins, losses.detach().to("cpu", torch.float64))
        sums[1].index_add_(0, bins, torch.ones(len(bins), dtype=torch.float64))
    return parts.gathered(sums)


def _clip(parts: Parts, longest: float) -> float:
    """Sum the gradients over the processes, shorten them, and tell how long they were."""
    grads = [
        torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        for parameter in parts.parameters
    ]
    # One sum over all processes: each waits for the slowest, and hundreds would wait hundreds.
    flat = parts.gathered(torch.cat([grad.flatten() for grad in grads]))
    sizes = [grad.numel() for grad in grads]
    for parameter, part in zip(parts.parameters, torch.split(flat, sizes), strict=True):
        parameter.grad = part.view_as(parameter)
    limit = longest or math.inf
    return float(torch.nn.utils.clip_grad_norm_(parts.parameters, limit, foreach=True))
