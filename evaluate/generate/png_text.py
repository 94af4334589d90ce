"""What a picture says of itself: A1111's `parameters` line, which every gallery reads, and JSON."""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from evaluate.spec.plan import Recipe
from rules.records import to_plain

OURS = "lora-curate"
PARAMETERS = "parameters"


def parameters(recipe: Recipe, names: Mapping[str, str]) -> str:
    """The line that A1111 writes.

    Args:
        recipe: of the picture.
        names: sha256 -> name of a file, for those that have one.
    """
    loras = ", ".join(f"{names.get(sha, sha[:12])}: {sha[:12]}" for sha, _ in recipe.loras)
    told = {
        "Steps": recipe.drawing.steps,
        "Sampler": f"{recipe.drawing.sampler} simple",
        "CFG scale": recipe.drawing.cfg,
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        "Model hash": recipe.base[:10],
        "Shift": recipe.drawing.shift,
        **({"Lora hashes": f'"{loras}"'} if loras else {}),
        "Version": recipe.engine,
    }
    line = ", ".join(f"{key}: {value}" for key, value in told.items())
    words = " ".join(
        f"<lora:{names.get(sha, sha[:12])}:{strength:g}>" for sha, strength in recipe.loras
    )
    asked = f"{recipe.prompt} {words}".rstrip()
    against = f"Negative prompt: {recipe.negative}\n" if recipe.negative else ""
    return f"{asked}\n{against}{line}"


def encoded(picture: Image.Image, recipe: Recipe, names: Mapping[str, str]) -> bytes:
    """A picture as PNG with both texts in it."""
    told = PngImagePlugin.PngInfo()
    told.add_itxt(PARAMETERS, parameters(recipe, names))
    plain = {"key": recipe.key, "recipe": to_plain(recipe)}
    told.add_itxt(OURS, json.dumps(plain, sort_keys=True, ensure_ascii=False))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=told)
    return buffer.getvalue()


def read_told(path: Path) -> Mapping[str, Any] | None:
    """What a picture of ours says of itself; None where it is damaged or somebody else's."""
    try:
        with Image.open(path) as picture:
            picture.load()
            told = json.loads(picture.info[OURS])
    except (OSError, SyntaxError, KeyError, ValueError, TypeError):
        return None
    return told if isinstance(told, dict) else None


def pixel_digest(picture: Image.Image) -> str:
    """sha256 of a picture's size and RGB bytes."""
    plain = picture.convert("RGB")
    head = f"{plain.width}x{plain.height}:".encode()
    return hashlib.sha256(head + plain.tobytes()).hexdigest()
