"""The data beside the code: poses, expressions, palettes, wardrobe, sheets, the prior."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def load(name: str) -> Any:  # noqa: ANN401
    """Read `data/<name>.yaml`."""
    text = (files("curate.figures") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def palette(name: str) -> dict[str, tuple[float, float, float]]:
    """Give the colours of one palette, sRGB in 0..1."""
    return {word: (rgb[0], rgb[1], rgb[2]) for word, rgb in load("palettes")[name].items()}
