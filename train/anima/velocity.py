"""The transformer's velocity of some noisy latents.

Letters in names of tensors: B pictures, C channels, F frames (one), H and W height and width,
R rows of context.
"""

import torch

from train.untyped import Untyped


def velocity(
    transformer: Untyped,
    noisy_BCHW: torch.Tensor,
    sigma_B: torch.Tensor,
    context_BRC: torch.Tensor,
) -> torch.Tensor:
    """Noise less picture, as the transformer sees it: B×C×H×W in fp32.

    Args:
        transformer: diffusers' Cosmos network, with or without a LoRA.
        noisy_BCHW: (1 - sigma) of the picture and sigma of noise.
        sigma_B: 0 to 1. Kept in fp32 up to its sinusoid: in bf16 it would have eight bits.
        context_BRC: rows of text, with their zeros.
    """
    dtype = transformer.patch_embed.proj.weight.dtype
    height, width = noisy_BCHW.shape[-2:]
    out_BCFHW = transformer(
        hidden_states=noisy_BCHW[:, :, None].to(dtype),
        timestep=sigma_B.to(torch.float32),
        encoder_hidden_states=context_BRC.to(dtype),
        # Its size is the latent's, so resizing it is no work; there is nothing to mask.
        padding_mask=noisy_BCHW.new_zeros((1, 1, height, width), dtype=dtype),
        return_dict=False,
    )[0]
    return out_BCFHW[:, :, 0].to(torch.float32)  # type: ignore[no-any-return]
