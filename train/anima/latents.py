"""Pictures <-> latents, normalised as the transformer knows them.

Letters in names of tensors: B pictures, C channels, F frames (one), H and W height and width.
"""

import torch

from train.untyped import Untyped


@torch.no_grad()
def encode_picture(vae: Untyped, pixels_CHW: torch.Tensor) -> torch.Tensor:
    """Pixels in [-1, 1] -> latent C×H/8×W/8: the mode, less the mean, over the deviation."""
    parameter = next(vae.parameters())
    pixels_BCFHW = pixels_CHW[None, :, None].to(parameter.device, parameter.dtype)
    latent_BCFHW = vae.encode(pixels_BCFHW).latent_dist.mode()
    mean, std = _statistics(vae, latent_BCFHW)
    latent_CHW: torch.Tensor = ((latent_BCFHW - mean) / std)[0, :, 0]
    return latent_CHW


@torch.no_grad()
def decode_latents(vae: Untyped, latents_BCHW: torch.Tensor) -> torch.Tensor:
    """Latents -> pixels in [-1, 1], B×3×8H×8W."""
    parameter = next(vae.parameters())
    latents_BCFHW = latents_BCHW[:, :, None].to(parameter.device, parameter.dtype)
    mean, std = _statistics(vae, latents_BCFHW)
    pixels: torch.Tensor = vae.decode(latents_BCFHW * std + mean).sample[:, :, 0]
    return pixels


def _statistics(vae: Untyped, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of every channel, which the network carries, not its file."""
    mean = torch.tensor(vae.config.latents_mean).to(like).view(1, -1, 1, 1, 1)
    std = torch.tensor(vae.config.latents_std).to(like).view(1, -1, 1, 1, 1)
    return mean, std
