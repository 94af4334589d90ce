"""Optimizers by their settings."""

import torch

from curate.errors import UserError
from train.config import OptimizerSettings
from train.untyped import library


def build_optimizer(
    parameters: list[torch.nn.Parameter], settings: OptimizerSettings
) -> torch.optim.Optimizer:
    """AdamW, fused, or that of bitsandbytes with moments of 8 bits.

    Raises:
        UserError: bitsandbytes is not installed.
    """
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
