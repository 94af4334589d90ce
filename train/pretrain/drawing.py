"""Text encoder, adapter and transformer learn to draw, together, by the loss that LoRAs have.

Letters in names of tensors: B pictures, C channels, H and W height and width, R rows of context.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import pad

from train import samples
from train.anima.conditioning import Tokenizers, context
from train.anima.latents import decode_latents
from train.anima.objective import Batch, flow_matching
from train.anima.velocity import velocity
from train.draws import Batch as Draws
from train.precision import DTYPES, autocast
from train.pretrain.analytic_encoder import SIDE
from train.pretrain.captions import caption_of
from train.pretrain.latents import Exposures
from train.pretrain.networks import Networks
from train.pretrain.recipe import Recipe
from train.processes import Processes
from train.sampling import draw
from train.settings import SamplerSettings
from train.stamps import seed_of
from train.untyped import Untyped

# How many texts are read in one call.
TOGETHER = 8


class DrawingLosses:
    """Flow matching of figures under captions that are told anew each time."""

    def __init__(
        self,
        networks: Networks,
        tokenizers: Tokenizers,
        exposures: Exposures,
        recipe: Recipe,
        processes: Processes,
    ) -> None:
        self._networks, self._tokenizers, self._exposures = networks, tokenizers, exposures
        self._recipe, self._processes = recipe, processes

    def __call__(self, draws: Draws) -> tuple[torch.Tensor, Sequence[float]] | None:
        """Losses of this process's part of a batch; None where it has none."""
        mine = draws[self._processes.rank :: self._processes.count]
        if not mine:
            return None
        plan = self._recipe.words
        texts = [
            caption_of(self._exposures.words[d.item], plan, seed_of("words", d.seed)) for d in mine
        ]
        device = self._processes.device
        latents_BCHW = self._exposures.latents([d.item for d in mine]).to(device)
        with autocast(device, DTYPES[self._recipe.drawing.products]):
            batch = Batch(
                latents_BCHW,
                self._rows(texts),
                tuple(d.seed for d in mine),
                tuple(str(d.item) for d in mine),
            )
            found = flow_matching(self._networks.transformer, batch, self._recipe.drawing.sigmas)
        return found.losses_B, found.sigmas

    def _rows(self, texts: Sequence[str]) -> torch.Tensor:
        """Rows of all texts: B×R×C. Texts of like length are read together: padding costs time."""
        tokens = self._tokenizers.captions(texts)
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i].t5))
        groups = [order[i : i + TOGETHER] for i in range(0, len(order), TOGETHER)]
        text_encoder, adapter, _ = self._networks
        parts = [context(text_encoder, adapter, [tokens[i] for i in group]) for group in groups]
        longest = max(part_BRC.shape[1] for part_BRC in parts)
        sorted_BRC = torch.cat([pad(p, (0, 0, 0, longest - p.shape[1])) for p in parts])
        return sorted_BRC[torch.tensor(order, device=sorted_BRC.device).argsort()]


def look(
    networks: Networks, tokenizers: Tokenizers, vae: Untyped, recipe: Recipe
) -> Callable[[Path], None]:
    """What is drawn behind an epoch: the recipe's prompts with its seeds, on one sheet."""
    sheet, canvas = recipe.sheet, recipe.figures.canvases[0]
    conditions = samples.conditions(dict(sheet.prompts), sheet.seeds)

    def looked(folder: Path) -> None:
        prompts = list(sheet.prompts.values())
        drawn = []
        for prompt in prompts:
            latents = _draw(networks, tokenizers, recipe, prompt, canvas)
            drawn += pictures_of(vae, latents)
        samples.keep(folder, list(zip(conditions, drawn, strict=True)))
        samples.keep_running(folder.parent)

    return looked


@torch.no_grad()
def _draw(
    networks: Networks,
    tokenizers: Tokenizers,
    recipe: Recipe,
    prompt: str,
    canvas: tuple[int, int],
) -> torch.Tensor:
    """Latents of one prompt with every seed of the sheet."""
    sheet = recipe.sheet
    rows, nothing = (
        context(networks.text_encoder, networks.adapter, [tokenizers.prompt(text)])
        for text in (prompt, "")
    )
    count = len(sheet.seeds)
    width, height = canvas

    def moved(noisy_BCHW: torch.Tensor, sigma: float, rows_BRC: torch.Tensor) -> torch.Tensor:
        sigma_B = torch.full((len(noisy_BCHW),), sigma, device=noisy_BCHW.device)
        return velocity(networks.transformer, noisy_BCHW, sigma_B, rows_BRC)

    return draw(
        moved,
        (recipe.sizes.transformer.latent_channels, height // SIDE, width // SIDE),
        seeds=list(sheet.seeds),
        rows=rows.expand(count, -1, -1),
        negative=nothing.expand(count, -1, -1),
        settings=SamplerSettings(sampler="er_sde", steps=sheet.steps, cfg=sheet.cfg),
    )


def pictures_of(vae: Untyped, latents_BCHW: torch.Tensor) -> list[Image.Image]:
    """Pictures of latents, wherever the VAE is."""
    device = next(vae.parameters()).device
    pixels_BCHW = decode_latents(vae, latents_BCHW.to(device)).float().clamp(-1, 1).cpu()
    bytes_BHWC = ((pixels_BCHW + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1)
    return [Image.fromarray(np.asarray(picture)) for picture in bytes_BHWC]
