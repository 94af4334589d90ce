"""Small classifiers with random weights, in the shape of real ones."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from curate.classify.clip import as_half, build
from curate.classify.embedded import PixelPlan, save_embedded
from curate.classify.heads import Familiar, HeadCard, Heads, HeadsCard, Linear
from curate.classify.heads_file import write_heads
from curate.classify.labels import HEADS, QUANTITIES

WIDTH = 16
TEXT = {"context_length": 12, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 1}
CONFIG: dict[str, Any] = {
    "embed_dim": WIDTH,
    "vision_cfg": {
        "timm_model_name": "test_byobnet",
        "timm_model_pretrained": False,
        "timm_pool": "abs_attn",
        "timm_proj": "linear",
        "image_size": 64,
    },
    "text_cfg": TEXT,
}
VIT: dict[str, Any] = {
    "embed_dim": WIDTH,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": TEXT,
}
PIXELS = PixelPlan(mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))


def heads_of(
    dim: int = WIDTH, seed: int = 0, backbone: str = "", farthest: float | None = None
) -> Heads:
    """Random heads of every sort; they see one figure in every picture."""
    rng = np.random.default_rng(seed)

    def linear(outputs: int, bias: float = 0.0) -> Linear:
        weight = rng.normal(size=(outputs, dim)).astype(np.float32)
        return Linear(weight=weight, bias=np.full(outputs, bias, np.float32))

    counted = Linear(weight=np.zeros((1, dim), np.float32), bias=np.ones(1, np.float32))
    return Heads(
        card=HeadsCard(
            backbone=backbone,
            heads={
                name: HeadCard(labels=labels, temperature=1.5, threshold=0.4)
                for name, labels in HEADS.items()
            },
            farthest=farthest,
        ),
        mean=np.zeros(dim, np.float32),
        scale=np.ones(dim, np.float32),
        heads={name: linear(len(labels)) for name, labels in HEADS.items()},
        quantities={name: linear(size, 0.5) for name, size in QUANTITIES.items()}
        | {"figures": counted},
        familiar=Familiar(
            whiten=rng.normal(size=(dim, 3)).astype(np.float32),
            means=rng.normal(size=(2, 3)).astype(np.float32),
        ),
    )


def tiny_embedded(folder: Path, seed: int = 0) -> Path:
    """The files of an embedded model."""
    torch.manual_seed(seed)
    backbone = save_embedded(folder, build(CONFIG).eval(), CONFIG, PIXELS)
    write_heads(heads_of(2 * WIDTH, backbone=backbone), folder / "heads.safetensors")
    return folder


def tiny_open_clip(folder: Path, seed: int = 0) -> Path:
    """A folder as people keep an open_clip model in: its config and its weights."""
    from safetensors.torch import save_file  # noqa: PLC0415 - here only

    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    pixels = {"mean": PIXELS.mean, "std": PIXELS.std}
    config = {"model_cfg": VIT, "preprocess_cfg": pixels}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    save_file(as_half(build(VIT).state_dict()), folder / "open_clip_model.safetensors")
    return folder
