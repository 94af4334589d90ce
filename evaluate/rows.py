"""Rows that a run keeps: pictures that were drawn, and what judges said of them."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from evaluate.verdicts.evidence import State
from rules.records import record

Key = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
CELLS, SCORES, PAIRS = "cells.jsonl", "scores.jsonl", "pairs.jsonl"


@record
class DrawnRow:
    """One picture on the disk.

    Attributes:
        key: hash of everything that decided it.
        file: relative to the run's folder.
        pixels: sha256 of its size and RGB bytes.
        seconds: that it took; 0 where it was made elsewhere.
    """

    key: Key
    file: str
    pixels: str
    seconds: float = 0.0


@record
class ScoreRow:
    """What one judge said of one thing in one picture.

    Attributes:
        key: of the picture.
        judge: id, which covers whatever would change its words.
        repeat: 0, or the number of another look at the same picture.
        evidence: what the judge saw, in its own words.
        cache_hit: whether the answer was known.
        cost: in the currency of the price table.
    """

    key: Key
    judge: str
    attribute: str
    value: float | None = None
    label: str | None = None
    vector: tuple[float, ...] | None = None
    state: State = "scored"
    reason: str | None = None
    repeat: int = 0
    evidence: str = ""
    cache_hit: bool = False
    seconds: float = 0.0
    cost: float = 0.0


@record
class PairRow:
    """Which of two pictures a judge liked better, in the order in which they were shown."""

    first: Key
    second: Key
    judge: str
    axis: str
    scene: str
    seed: int
    shown: Literal["AB", "BA"]
    winner: Literal["A", "B"] | None
    cost: float = 0.0


def picture_file(key: str) -> Path:
    """Where a picture lies below a run's folder."""
    return Path("images") / key[:2] / f"{key}.png"


def repeated(row: ScoreRow, repeat: int) -> ScoreRow:
    """The same answer as another look."""
    return replace(row, repeat=repeat)
