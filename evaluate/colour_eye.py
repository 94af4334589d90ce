"""A judge that knows colours alone: a pattern to copy for a `{kind: command}` judge.

It reads one question from standard input and writes one answer. Of every attribute whose words name
a colour it compares how much of the picture has that colour with how much of the references has;
whatever else an attribute asks for it does not see, and says so.
"""

import colorsys
import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image

SIDE = 64
POINTS = 5
# Word -> hue in degrees from and to, least saturation, least and most brightness.
COLOURS: Mapping[str, tuple[float, float, float, float, float]] = {
    "blonde": (36, 62, 0.35, 0.6, 1.0),
    "brown": (10, 36, 0.3, 0.2, 0.7),
    "red": (345, 375, 0.5, 0.4, 1.0),
    "pink": (320, 360, 0.2, 0.7, 1.0),
    "blue": (200, 240, 0.45, 0.55, 1.0),
    "green": (90, 160, 0.3, 0.3, 1.0),
}
ASKED = re.compile(r"^- (a\d+): (.*)$", re.MULTILINE)


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """What is seen of a picture, in the form that the question asks for."""
    candidate = _shares(question["image"])
    references = [_shares(path) for path in question["references"]]
    asked = ASKED.findall(question["instructions"])
    return {"attributes": [_one(name, words, candidate, references) for name, words in asked]}


def _one(
    name: str, words: str, candidate: Mapping[str, float], references: list[dict[str, float]]
) -> dict[str, Any]:
    colour = next((word for word in COLOURS if word in words.lower()), None)
    wanted = sum(one[colour] for one in references) / len(references) if colour else 0.0
    if colour is None or not references or wanted == 0:
        return {"id": name, "evidence": "no colour to compare", "visible": False, "score": None}
    share = candidate[colour]
    return {
        "id": name,
        "evidence": f"{colour} in {share:.1%} of it, in {wanted:.1%} of the references",
        "visible": True,
        "score": round(POINTS * min(1.0, share / wanted)),
    }


def _shares(path: str) -> dict[str, float]:
    """Colour -> share of a picture."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize((SIDE, SIDE))
    pixels = [
        (360 * hue, saturation, value)
        for hue, saturation, value in (
            colorsys.rgb_to_hsv(r / 255, g / 255, b / 255) for r, g, b in _triples(small.tobytes())
        )
    ]
    return {
        word: sum(_is(pixel, bounds) for pixel in pixels) / len(pixels)
        for word, bounds in COLOURS.items()
    }


def _triples(values: bytes) -> Iterable[tuple[int, int, int]]:
    return zip(values[::3], values[1::3], values[2::3], strict=True)


def _is(
    pixel: tuple[float, float, float], bounds: tuple[float, float, float, float, float]
) -> bool:
    hue, saturation, value = pixel
    first, last, vivid, dark, bright = bounds
    return (
        any(first <= turned <= last for turned in (hue, hue + 360))
        and saturation >= vivid
        and dark <= value <= bright
    )


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
