"""A recipe that makes a base in seconds, and bases that it made."""

import time
from pathlib import Path

import yaml

from train.pretrain.recipe import RECIPE, Recipe, load_recipe
from train.pretrain.run import make_base

TINY = {
    "figures": {"shards": 2, "size": 12, "canvases": [[64, 64], [48, 80]]},
    "vocabulary": {"qwen": 360, "t5": 460, "captions": 24},
    "encoder": {"patches": 2000},
    "sizes": {
        "transformer": {"heads": 1, "head_dim": 32, "blocks": 2, "context_dim": 32, "adaln_dim": 8},
        "adapter": {
            "source_dim": 32, "target_dim": 32, "model_dim": 32, "layers": 1, "heads": 1,
            "vocabulary": 460,
        },
        "text_encoder": {
            "vocabulary": 360, "hidden": 32, "layers": 1, "heads": 1, "head_dim": 32, "mlp": 64,
        },
    },
    "decoder": {"epochs": 1, "batch": 6, "products": "fp32", "crop": 32},
    "drawing": {"epochs": 2, "batch": 6, "products": "fp32"},
    "sheet": {"seeds": [1, 2], "steps": 2, "prompts": {"portrait": "1girl, portrait"}},
}  # fmt: skip


def tiny_recipe(folder: Path) -> Recipe:
    """The shipped recipe with sizes of a test."""
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(TINY))
    return load_recipe(RECIPE, path)


def make_tiny(folder: Path, *, work: str = "work", seconds: float = 600.0) -> bool:
    """Make a base in `folder/base`, or go on with it."""
    return make_base(
        tiny_recipe(folder),
        folder / work,
        folder / "base",
        workers=1,
        device="cpu",
        until=time.monotonic() + seconds,
    )
