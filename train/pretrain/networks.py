"""Text encoder, adapter and transformer of a recipe, begun as small ones need it."""

from collections.abc import Iterator
from typing import NamedTuple

import torch

from train.anima.loading import make_adapter, make_qwen, make_transformer
from train.muon import MATRIX
from train.pretrain.recipe import Recipe
from train.stamps import seed_of
from train.untyped import Untyped

CPU = torch.device("cpu")
# Of the time signal's last matrix: at 0 as well, nothing would ever move.
TIME_SPREAD = 0.02
WITHIN_BLOCKS = ("attn", ".ff.", ".mlp.")


class Networks(NamedTuple):
    """What learns to draw, together."""

    text_encoder: Untyped
    adapter: Untyped
    transformer: Untyped

    def named_parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        """All parameters, in a fixed order."""
        for part, network in self._asdict().items():
            for name, parameter in network.named_parameters():
                yield f"{part}.{name}", parameter

    def hidden_matrices(self) -> list[torch.nn.Parameter]:
        """What maps rows to rows within a block: no embedding, and nothing that sets gates."""
        return [
            parameter
            for name, parameter in self.named_parameters()
            if parameter.dim() == MATRIX and any(part in name for part in WITHIN_BLOCKS)
        ]


def make_networks(recipe: Recipe) -> Networks:
    """Networks in fp32 on the CPU; the same recipe gives the same weights."""
    sizes = recipe.sizes
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of("networks", recipe.seed))
        networks = Networks(
            make_qwen(sizes.text_encoder, CPU),
            make_adapter(sizes.adapter, recipe.context_rows, CPU),
            make_transformer(sizes.transformer, recipe.rope_scale, CPU),
        )
        _begin_as_identity(networks.transformer)
    return networks


def _begin_as_identity(transformer: Untyped) -> None:
    """Close the gates of all blocks, and let the output begin at zero.

    diffusers leaves them random, since it loads weights over them: a small network then has to
    unlearn its blocks before it learns anything.
    """
    with torch.no_grad():
        for block in transformer.transformer_blocks:
            for norm in (block.norm1, block.norm2, block.norm3):
                norm.linear_2.weight.zero_()
        transformer.norm_out.linear_2.weight.zero_()
        transformer.proj_out.weight.zero_()
        transformer.time_embed.t_embedder.linear_2.weight.normal_(std=TIME_SPREAD)
