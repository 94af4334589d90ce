"""Pictures as judges get them: pixels alone, without what a file says of itself."""

import base64
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

KEPT = 8


def bare_png(path: Path, side: int | None = None) -> bytes:
    """A picture as PNG without any text in it, shrunk to a longer side.

    Our own files name prompt and LoRA; who judges must not read them.

    Raises:
        OSError: it cannot be read.
    """
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    if side is not None:
        plain.thumbnail((side, side))
    buffer = io.BytesIO()
    # Pixels alone: convert keeps `info`, and Pillow would write some of it.
    Image.frombytes("RGB", plain.size, plain.tobytes()).save(buffer, "PNG")
    return buffer.getvalue()


def data_uri(png: bytes) -> str:
    """A PNG as text for a request."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


@lru_cache(maxsize=KEPT)
def reference_uri(path: Path, side: int) -> str:
    """The same of a reference, which every request holds."""
    return data_uri(bare_png(path, side))
