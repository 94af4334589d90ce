"""The sizes of Anima's networks, read from the shapes of the tensors in their files.

So a miniature of the same architecture, or one with more blocks, takes the same path as the
published files.
"""

from collections.abc import Mapping

from rules.records import record
from train.anima.names import count_blocks

Shapes = Mapping[str, tuple[int, ...]]
PATCH = 2
# One channel of the input is the padding mask.
MASK_CHANNELS = 1
# What the published model is built with and no tensor tells.
ROPE_SCALE = (1.0, 4.0, 4.0)
CONTEXT_ROWS = 512
QWEN_THETA = 1_000_000.0
QWEN_EPS = 1e-6


@record
class TransformerSize:
    """Sizes of the transformer, as diffusers counts them."""

    latent_channels: int
    heads: int
    head_dim: int
    blocks: int
    mlp_ratio: float
    context_dim: int
    adaln_dim: int

    @property
    def width(self) -> int:
        """Channels between the blocks."""
        return self.heads * self.head_dim


@record
class AdapterSize:
    """Sizes of the adapter between text encoder and transformer."""

    source_dim: int
    target_dim: int
    model_dim: int
    layers: int
    heads: int
    mlp_ratio: float
    vocabulary: int


@record
class QwenSize:
    """Sizes of the text encoder."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    mlp: int


@record
class VaeSize:
    """Sizes of the picture encoder."""

    base_dim: int
    z_dim: int


def transformer_size(shapes: Shapes) -> TransformerSize:
    """Sizes by the keys of a transformer, without prefix; KeyError where one is missing."""
    width, patch_in = shapes["x_embedder.proj.1.weight"]
    head_dim = shapes["blocks.0.self_attn.q_norm.weight"][0]
    return TransformerSize(
        latent_channels=patch_in // PATCH**2 - MASK_CHANNELS,
        heads=width // head_dim,
        head_dim=head_dim,
        blocks=count_blocks(shapes),
        mlp_ratio=shapes["blocks.0.mlp.layer1.weight"][0] / width,
        context_dim=shapes["blocks.0.cross_attn.k_proj.weight"][1],
        adaln_dim=shapes["blocks.0.adaln_modulation_self_attn.1.weight"][0],
    )


def adapter_size(shapes: Shapes) -> AdapterSize:
    """Sizes by the keys of an adapter, without prefix; KeyError where one is missing."""
    vocabulary, target = shapes["embed.weight"]
    inner, source = shapes["blocks.0.cross_attn.k_proj.weight"]
    return AdapterSize(
        source_dim=source,
        target_dim=target,
        model_dim=inner,
        layers=count_blocks(shapes),
        heads=inner // shapes["blocks.0.self_attn.q_norm.weight"][0],
        mlp_ratio=shapes["blocks.0.mlp.0.weight"][0] / inner,
        vocabulary=vocabulary,
    )


def qwen_size(shapes: Shapes) -> QwenSize:
    """Sizes by the keys of a text encoder, without prefix; KeyError where one is missing."""
    vocabulary, hidden = shapes["embed_tokens.weight"]
    head_dim = shapes["layers.0.self_attn.q_norm.weight"][0]
    return QwenSize(
        vocabulary=vocabulary,
        hidden=hidden,
        layers=count_blocks(shapes, "layers."),
        heads=shapes["layers.0.self_attn.q_proj.weight"][0] // head_dim,
        kv_heads=shapes["layers.0.self_attn.k_proj.weight"][0] // head_dim,
        head_dim=head_dim,
        mlp=shapes["layers.0.mlp.gate_proj.weight"][0],
    )


def vae_size(shapes: Shapes) -> VaeSize:
    """Sizes by the keys of a VAE file; KeyError where one is missing."""
    return VaeSize(base_dim=shapes["encoder.conv1.weight"][0], z_dim=shapes["conv2.weight"][0])
