"""Causal convolutions over time, as convolutions of one picture: the same numbers in half the time.

Before the first frame there is nothing, so of a kernel's three slices the last one alone meets
anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from train.untyped import Untyped, library


@contextmanager
def single_frame(network: Untyped) -> Iterator[None]:
    """Let a VAE's convolutions read one frame; B×C×1×H×W in and out."""
    kind = library("diffusers.models.autoencoders.autoencoder_kl_qwenimage").QwenImageCausalConv3d
    convs = [module for module in network.modules() if isinstance(module, kind)]
    for conv in convs:
        conv.forward = _flat(conv)
    try:
        yield
    finally:
        for conv in convs:
            del conv.forward


def _flat(conv: Untyped) -> Untyped:
    left, right, top, bottom = conv._padding[:4]  # noqa: SLF001 - the class keeps it nowhere else

    def forward(frames_BCFHW: torch.Tensor, _cache: torch.Tensor | None = None) -> torch.Tensor:
        if frames_BCFHW.shape[2] != 1:
            raise ValueError(f"{frames_BCFHW.shape[2]} frames, and one is meant")
        padded = torch.nn.functional.pad(frames_BCFHW[:, :, 0], (left, right, top, bottom))
        flat = torch.nn.functional.conv2d(padded, conv.weight[:, :, -1], conv.bias)
        return flat[:, :, None]

    return forward
