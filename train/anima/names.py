"""What the modules of Anima's transformer are called in its files and in diffusers.

Both sides are the same network, tensor for tensor; only names differ (anima facts, 7.4). Words
alone, so that files can be checked without torch.
"""

import re
from collections.abc import Iterable, Mapping

PREFIXES = ("model.diffusion_model.net.", "model.diffusion_model.", "net.", "")
ADAPTER = "llm_adapter."
LANDMARK = "x_embedder.proj.1.weight"
# Buffers of the position table, and the extra part of some fine-tunes, which no trainer loads.
IGNORED = re.compile(r"pos_embedder\..+|\w*connector\..+")

OUTER = {
    "x_embedder.proj.1": "patch_embed.proj",
    "t_embedder.1.linear_1": "time_embed.t_embedder.linear_1",
    "t_embedder.1.linear_2": "time_embed.t_embedder.linear_2",
    "t_embedding_norm": "time_embed.norm",
    "final_layer.adaln_modulation.1": "norm_out.linear_1",
    "final_layer.adaln_modulation.2": "norm_out.linear_2",
    "final_layer.linear": "proj_out",
}
ATTENTION = {
    "q_proj": "to_q",
    "k_proj": "to_k",
    "v_proj": "to_v",
    "output_proj": "to_out.0",
    "q_norm": "norm_q",
    "k_norm": "norm_k",
}
INNER = {
    **{f"self_attn.{native}": f"attn1.{theirs}" for native, theirs in ATTENTION.items()},
    **{f"cross_attn.{native}": f"attn2.{theirs}" for native, theirs in ATTENTION.items()},
    **{
        f"adaln_modulation_{part}.{i}": f"norm{n}.linear_{i}"
        for n, part in enumerate(("self_attn", "cross_attn", "mlp"), 1)
        for i in (1, 2)
    },
    "mlp.layer1": "ff.net.0.proj",
    "mlp.layer2": "ff.net.2",
}
_OUTER_BACK = {theirs: native for native, theirs in OUTER.items()}
_INNER_BACK = {theirs: native for native, theirs in INNER.items()}
_BLOCK = re.compile(r"(?:transformer_)?blocks\.(\d+)\.(.+)")


def to_diffusers(module: str) -> str | None:
    """The diffusers name of a module of the transformer; None for one that it does not have."""
    if (block := _BLOCK.fullmatch(module)) and module.startswith("blocks."):
        inner = INNER.get(block[2])
        return f"transformer_blocks.{block[1]}.{inner}" if inner else None
    return OUTER.get(module)


def to_native(module: str) -> str | None:
    """The name in Anima's files of a module of diffusers' transformer; None for a stranger."""
    if (block := _BLOCK.fullmatch(module)) and module.startswith("transformer_"):
        inner = _INNER_BACK.get(block[2])
        return f"blocks.{block[1]}.{inner}" if inner else None
    return _OUTER_BACK.get(module)


def find_prefix(keys: Iterable[str]) -> str | None:
    """What stands before every key of a transformer file; None where it is no such file."""
    known = set(keys)
    return next((prefix for prefix in PREFIXES if prefix + LANDMARK in known), None)


def count_blocks(shapes: Mapping[str, object], stem: str = "blocks.") -> int:
    """How many blocks the keys number, from 0 on."""
    number = re.compile(re.escape(stem) + r"(\d+)\.")
    return 1 + max((int(found[1]) for key in shapes if (found := number.match(key))), default=-1)
