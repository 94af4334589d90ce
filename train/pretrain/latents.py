"""The latents of all figures, by the fixed encoder: made once, half a gigabyte in memory.

Letters in names of tensors: N figures, B pictures, C channels, H and W height and width.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from train.draws import Shape
from train.pretrain.analytic_encoder import PatchMap, fit_patches, latents_of, patches_of
from train.pretrain.figures import Words, read_shard, read_words, shard_path
from train.pretrain.progress import told_progress
from train.pretrain.recipe import EncoderPlan, FiguresPlan
from train.safetensors_files import write_safetensors

LATENTS = "latents"
# How many patches of a shard are looked at together.
GRAIN = 64


def pixels_of(pictures_NHWC: torch.Tensor) -> torch.Tensor:
    """Bytes -> N×3×H×W in [-1, 1]."""
    return pictures_NHWC.permute(0, 3, 1, 2).float() / 127.5 - 1


def fit_encoder(figures: Path, plan: FiguresPlan, encoder: EncoderPlan, channels: int) -> PatchMap:
    """The encoder of some patches of every shard."""
    share = -(-encoder.patches // plan.shards)
    parts = []
    for number in range(plan.shards):
        pictures = torch.from_numpy(read_shard(shard_path(figures, number)).pictures_nhwc)
        some = pixels_of(pictures[:GRAIN])
        patches_NP = patches_of(some).transpose(1, 2).flatten(0, 1)
        parts.append(patches_NP[:: max(1, len(patches_NP) // share)][:share])
    return fit_patches(torch.cat(parts), channels, encoder.whitening)


def make_latents(figures: Path, folder: Path, plan: FiguresPlan, patches: PatchMap) -> None:
    """Encode the shards that are not encoded yet, in half precision."""
    missing = [i for i in range(plan.shards) if not shard_path(folder, i).exists()]
    for number in told_progress(missing, total=len(missing), doing="encoding shards"):
        pictures = torch.from_numpy(read_shard(shard_path(figures, number)).pictures_nhwc)
        latents = torch.cat(
            [latents_of(pixels_of(p), patches) for p in torch.split(pictures, GRAIN)]
        )
        write_safetensors(shard_path(folder, number), {LATENTS: latents.half()}, {})


class Exposures:
    """All figures with their words, to be drawn by their numbers.

    Attributes:
        shapes: of every figure's picture.
        words: of every figure.
    """

    def __init__(self, figures: Path, latents: Path, plan: FiguresPlan) -> None:
        self._size = plan.size
        numbers = range(plan.shards)
        self._shards = [load_file(shard_path(latents, i))[LATENTS] for i in numbers]
        self.words: list[Words] = [
            words for i in numbers for words in read_words(shard_path(figures, i))
        ]
        self.shapes = [
            Shape(plan.canvases[i % len(plan.canvases)], 0)
            for i in numbers
            for _ in range(plan.size)
        ]

    def latents(self, items: Sequence[int]) -> torch.Tensor:
        """Latents of figures of one shape: B×C×H×W in fp32."""
        rows = [self._shards[item // self._size][item % self._size] for item in items]
        return torch.stack(rows).float()
