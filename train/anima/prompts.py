"""Prompt weights as ComfyUI reads them: `(x)`, `(x:1.3)`, nested, with escaped brackets."""

import re
from typing import NamedTuple

# What a pair of brackets without a number multiplies by.
EMPHASIS = 1.1
_NUMBER = re.compile(r"(.+):\s*([+-]?\d*\.?\d+)\s*", re.DOTALL)
# Escaped brackets are kept from the search for pairs.
_OPEN, _CLOSE = "\0\1", "\0\2"


class Segment(NamedTuple):
    """A piece of a prompt, and what its rows are multiplied by."""

    text: str
    weight: float


def weighted_segments(prompt: str) -> tuple[Segment, ...]:
    """Cut a prompt into pieces of equal weight, without the marks of the weights."""
    hidden = prompt.replace("\\(", _OPEN).replace("\\)", _CLOSE)
    return tuple(
        Segment(text.replace(_OPEN, "(").replace(_CLOSE, ")"), weight)
        for text, weight in _weigh(hidden, 1.0)
    )


def _weigh(text: str, weight: float) -> list[Segment]:
    """Pieces outside of brackets at this weight, those in brackets at theirs."""
    pieces: list[Segment] = []
    for piece in _top_level(text):
        if not (piece.startswith("(") and piece.endswith(")") and len(piece) > 1):
            pieces.append(Segment(piece, weight))
            continue
        inner, own = piece[1:-1], weight * EMPHASIS
        if found := _NUMBER.fullmatch(inner):
            inner, own = found[1], float(found[2])
        pieces.extend(_weigh(inner, own))
    return pieces


def _top_level(text: str) -> list[str]:
    """The text cut before and behind every outermost pair of brackets."""
    pieces: list[str] = []
    start = depth = 0
    for i, sign in enumerate(text):
        if sign == "(":
            if depth == 0 and i > start:
                pieces.append(text[start:i])
                start = i
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            if depth == 0:
                pieces.append(text[start : i + 1])
                start = i + 1
    return [*pieces, text[start:]] if start < len(text) else pieces
