"""Optimizers by their settings."""

from collections.abc import Iterable

import torch

from curate.errors import UserError
from train.config import OptimizerSettings
from train.muon import MATRIX, Muon
from train.processes import Processes
from train.untyped import library


def build_optimizer(
    parameters: list[torch.nn.Parameter],
    settings: OptimizerSettings,
    matrices: Iterable[torch.nn.Parameter] | None = None,
    processes: Processes | None = None,
) -> torch.optim.Optimizer:
    """AdamW, fused, or that of bitsandbytes with moments of 8 bits, or Muon.

    Args:
        parameters: all that is trained.
        settings: which one, and how fast.
        matrices: what Muon moves; None for everything with two axes.
        processes: that share the work of Muon.

    Raises:
        UserError: bitsandbytes is not installed.
    """
    if settings.name == "muon":
        if matrices is None:
            matrices = [parameter for parameter in parameters if parameter.dim() == MATRIX]
        return Muon(parameters, matrices, settings, processes)
    if settings.name == "adamw":
        return torch.optim.AdamW(
            parameters,
            lr=settings.lr,
            betas=settings.betas,
            eps=settings.eps,
            weight_decay=settings.weight_decay,
            fused=True,
        )
    try:
        bitsandbytes = library("bitsandbytes")
    except ImportError as error:
        raise UserError(
            "`optimizer.name: adamw8bit` needs bitsandbytes; install it, or name adamw"
        ) from error
    return bitsandbytes.optim.AdamW8bit(  # type: ignore[no-any-return]
        parameters,
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
    )
