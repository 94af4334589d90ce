"""The VAE: the analytic encoder, and a decoder that learns to undo it.

Letters in names of tensors: B pictures, C channels, F frames (one), H and W height and width.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from train.anima.latents import decode_latents
from train.anima.loading import make_vae
from train.draws import Batch, Shape
from train.precision import DTYPES, autocast
from train.pretrain.analytic_encoder import SIDE, PatchMap, latents_of, write_encoder
from train.pretrain.figures import PICTURES, shard_path
from train.pretrain.latents import pixels_of
from train.pretrain.recipe import Recipe
from train.pretrain.single_frame import single_frame
from train.processes import Processes
from train.stamps import seed_of
from train.untyped import Untyped, library

# Of the latents that the decoder sees: what samplers leave of noise must not show.
NOISE = 0.03
LOOKED_AT = 16


class Crop(NamedTuple):
    """A piece of a figure's picture: which figure, and the piece's left upper corner."""

    item: int
    left: int
    top: int


def make_first_vae(recipe: Recipe, patches: PatchMap) -> Untyped:
    """A VAE with its encoder done and its decoder at the class's first weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of("vae", recipe.seed))
        vae = make_vae(recipe.sizes.vae, torch.device("cpu"))
    with torch.no_grad():
        for name, parameter in vae.decoder.named_parameters():
            if "time_conv" in name:
                parameter.zero_()
            elif parameter.dim() == 5:  # noqa: PLR2004 - out, in, time, height, width
                parameter[:, :, :-1].zero_()
    write_encoder(vae, patches)
    return vae.requires_grad_(requires_grad=False)


def trained_parameters(vae: Untyped) -> list[tuple[str, torch.nn.Parameter]]:
    """What a single frame meets of the decoder."""
    named = [(n, p) for n, p in vae.decoder.named_parameters() if "time_conv" not in n]
    for _, parameter in named:
        parameter.requires_grad_(requires_grad=True)
    return named


class DecoderLosses:
    """Losses of decoded crops against the pictures.

    Args:
        vae: on the device of `processes`.
        patches: the encoder.
        figures: folder of shards.
        recipe: says how large crops are.
        processes: that share the batches.
    """

    def __init__(
        self, vae: Untyped, patches: PatchMap, figures: Path, recipe: Recipe, processes: Processes
    ) -> None:
        self._vae, self._processes, self._recipe = vae, processes, recipe
        device = processes.device
        self._patches = PatchMap(*(part.to(device) for part in patches))
        plan = recipe.figures
        # Slices are read from the disk as they are asked for; pictures are gigabytes.
        self._shards = [
            _open(shard_path(figures, i)).get_slice(PICTURES) for i in range(plan.shards)
        ]
        self.shapes = [
            Shape((recipe.decoder.crop, recipe.decoder.crop), 0)
            for _ in range(plan.shards * plan.size)
        ]

    def __call__(self, draws: Batch) -> tuple[torch.Tensor, Sequence[float]] | None:
        """Losses of this process's part of a batch."""
        mine = draws[self._processes.rank :: self._processes.count]
        if not mine:
            return None
        crops = [self._crop(item, seed) for item, seed in mine]
        pixels = torch.stack([self._pixels(crop) for crop in crops]).to(self._processes.device)
        latents = latents_of(pixels, self._patches)
        dice = torch.Generator().manual_seed(mine[0].seed)
        noise = torch.randn(latents.shape, generator=dice).to(latents.device)
        with autocast(latents.device, DTYPES[self._recipe.decoder.products]):
            away = self.decoded(latents + NOISE * noise).float() - pixels
        losses_B = (away.abs() + away.square()).mean(dim=(1, 2, 3))
        return losses_B, [0.0] * len(mine)

    def decoded(self, latents_BCHW: torch.Tensor) -> torch.Tensor:
        """Latents -> pixels with their graph; `decode` of the class cuts it."""
        vae = self._vae
        mean, std = (
            torch.tensor(values).to(latents_BCHW).view(1, -1, 1, 1, 1)
            for values in (vae.config.latents_mean, vae.config.latents_std)
        )
        with single_frame(vae):
            inner = vae.post_quant_conv(latents_BCHW[:, :, None] * std + mean)
            return vae.decoder(inner)[:, :, 0]  # type: ignore[no-any-return]

    def _crop(self, item: int, seed: int) -> Crop:
        shard = item // self._recipe.figures.size
        height, width = self._shards[shard].get_shape()[1:3]
        room = [(side - self._recipe.decoder.crop) // SIDE + 1 for side in (width, height)]
        left, top = (SIDE * (seed_of(axis, seed) % room[i]) for i, axis in enumerate("xy"))
        return Crop(item, left, top)

    def _pixels(self, crop: Crop) -> torch.Tensor:
        shard, number = divmod(crop.item, self._recipe.figures.size)
        side = self._recipe.decoder.crop
        rows, columns = slice(crop.top, crop.top + side), slice(crop.left, crop.left + side)
        return pixels_of(self._shards[shard][number : number + 1][:, rows, columns])[0]


def look(
    vae: Untyped, patches: PatchMap, pictures_NHWC: torch.Tensor, say: Callable[[str], None]
) -> Callable[[Path], None]:
    """What is looked at behind an epoch: pictures above what comes back of them, and the error."""
    pixels = pixels_of(pictures_NHWC[:LOOKED_AT])

    def looked(folder: Path) -> None:
        device = next(vae.parameters()).device
        back = decode_latents(vae, latents_of(pixels, patches).to(device)).cpu()
        rows = [torch.cat(list(part), dim=2) for part in (pixels, back)]
        bytes_HWC = ((torch.cat(rows, dim=1) + 1) * 127.5).round().clamp(0, 255)
        folder.mkdir(parents=True, exist_ok=True)
        array = np.asarray(bytes_HWC.permute(1, 2, 0).to(torch.uint8))
        Image.fromarray(array).save(folder / "decoded.png")
        say(f"decoder: {decibels(back, pixels):.2f} dB on {len(pixels)} figures it has not seen")

    return looked


def _open(path: Path) -> Untyped:
    return library("safetensors").safe_open(path, "pt")


def decibels(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """Peak signal to noise of pixels in [-1, 1]."""
    return 10 * math.log10(4 / float((found - wanted).square().mean()))
