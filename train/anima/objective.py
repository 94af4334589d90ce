"""Flow matching: how far the transformer's velocity is from noise less picture.

Letters in names of tensors: B pictures, C channels, H and W height and width, R rows of context.
"""

from typing import NamedTuple

import torch

from train.anima.velocity import velocity
from train.config import SigmaSettings
from train.sampling import shifted
from train.untyped import Untyped


class Batch(NamedTuple):
    """Pictures of one size with their texts, on the device.

    Attributes:
        seeds: one a picture; its noise does not depend on what stands beside it.
        paths: for messages.
    """

    latents_BCHW: torch.Tensor
    context_BRC: torch.Tensor
    seeds: tuple[int, ...]
    paths: tuple[str, ...]


class Losses(NamedTuple):
    """The mean square of every picture's error, and how noisy the picture was."""

    losses_B: torch.Tensor
    sigmas: tuple[float, ...]


def noise_of(seed: int, shape: torch.Size, settings: SigmaSettings) -> tuple[torch.Tensor, float]:
    """Noise of a picture and its sigma, from the CPU's generator: alike on every device."""
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn((), generator=generator, dtype=torch.float64)
    sigma = float(torch.sigmoid(settings.mean + settings.scale * normal))
    return torch.randn(shape, generator=generator), shifted(sigma, settings.shift)


def flow_matching(transformer: Untyped, batch: Batch, settings: SigmaSettings) -> Losses:
    """Losses of a batch in fp32, with their graph."""
    latents_BCHW = batch.latents_BCHW.to(torch.float32)
    drawn = [noise_of(seed, latents_BCHW.shape[1:], settings) for seed in batch.seeds]
    noise_BCHW = torch.stack([noise for noise, _ in drawn]).to(latents_BCHW.device)
    sigmas = tuple(sigma for _, sigma in drawn)
    sigma_B = torch.tensor(sigmas, device=latents_BCHW.device)
    mix_B111 = sigma_B[:, None, None, None]
    noisy_BCHW = (1 - mix_B111) * latents_BCHW + mix_B111 * noise_BCHW
    found_BCHW = velocity(transformer, noisy_BCHW, sigma_B, batch.context_BRC)
    error_BCHW = found_BCHW - (noise_BCHW - latents_BCHW)
    return Losses(error_BCHW.square().mean(dim=(1, 2, 3)), sigmas)
