"""Figures to learn from: drawn once into shards, each picture with all that can be said of it.

A shard is a safetensors file of pictures and a file of JSON lines with their words.
Shape legend: n pictures, h and w their height and width.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from curate.figures.batch import in_processes
from curate.figures.captions import CaptionPlan, general_tags, hair_tags, sentences
from curate.figures.draw import draw
from curate.figures.figure import Figure
from curate.figures.library import load
from curate.figures.prior import sample_many
from curate.figures.truth import Truth
from rules.records import parse_json, record, to_plain, write_atomically
from train.pretrain.progress import told_progress
from train.pretrain.recipe import FiguresPlan

PICTURES = "pictures"
# Of a feature's own pixels; fewer are not to be recognised.
ENOUGH = 20
# Feature of the head -> what its tag says beside the colour.
COLOURED = {"ribbon": "ribbon", "scrunchie": "scrunchie"}


@record
class Words:
    """What can be said of a picture.

    Attributes:
        structure: tags of hair, eyes and what is worn on the head.
        general: all other tags.
        prose: sentences.
        labels: what is asked about, by its name: framing, view, hair_colour, ...
    """

    structure: tuple[str, ...]
    general: tuple[str, ...]
    prose: tuple[str, ...]
    labels: Mapping[str, str]


class Shard(NamedTuple):
    """Pictures (n, h, w, 3) in sRGB bytes, and their words."""

    pictures_nhwc: NDArray[np.uint8]
    words: tuple[Words, ...]


def shard_path(folder: Path, number: int) -> Path:
    """The place of a shard; its words lie beside it."""
    return folder / f"{number:04}.safetensors"


def words_path(shard: Path) -> Path:
    """The place of a shard's words."""
    return shard.with_suffix(".jsonl")


def draw_shards(folder: Path, plan: FiguresPlan, workers: int) -> None:
    """Draw the shards that are missing; what is there stays, so that it can be interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [i for i in range(plan.shards) if not shard_path(folder, i).exists()]
    done = in_processes(partial(_draw_shard, folder, plan), missing, workers)
    for _ in told_progress(done, total=len(missing), doing="drawing shards"):
        pass


def read_shard(path: Path) -> Shard:
    """Read a shard; raises OSError and RecordError."""
    return Shard(load_file(path)[PICTURES], read_words(path))


def read_words(path: Path) -> tuple[Words, ...]:
    """The words of a shard; raises OSError and RecordError."""
    lines = words_path(path).read_bytes().splitlines()
    return tuple(parse_json(Words, line, str(path)) for line in lines)


def words_of(truth: Truth, rng: np.random.Generator) -> Words:
    """All that can be said of a picture, in the order and the words of the demonstration sets."""
    figure = truth.figure
    plan = CaptionPlan(hair=True, prose=_phrases(truth))
    structure = [*_worn_on_head(truth), *hair_tags(truth)]
    return Words(
        structure=tuple(dict.fromkeys(structure)),
        general=tuple(general_tags(truth, plan, rng)),
        prose=sentences(truth, plan, rng),
        labels={
            "framing": truth.framing,
            "view": truth.view,
            "elevation": truth.elevation,
            "pose": truth.pose,
            "hair_colour": figure.character.hair.colour,
            "hairstyle": figure.character.hair.back,
            "outfit": figure.character.outfits[truth.outfit].kind,
        },
    )


def _worn_on_head(truth: Truth) -> list[str]:
    worn = truth.figure.character.accessories
    colours = {"ribbon": worn.ribbon, "scrunchie": worn.scrunchie}
    tags = [
        f"{colours[part]} {word}"
        for part, word in COLOURED.items()
        if colours[part] is not None and truth.parts.get(part, 0) >= ENOUGH
    ]
    if worn.hat is not None and truth.parts.get("hat", 0) >= ENOUGH:
        tags.append(worn.hat)
    if worn.glasses is not None and truth.parts.get("glasses", 0) >= ENOUGH:
        tags.append("glasses")
    return tags


def _phrases(truth: Truth) -> dict[str, str]:
    """Part in sight -> what a sentence says of the hair; of a tail at the side, on which side."""
    hair = truth.figure.character.hair
    style = load("words")["hair"]["back"][hair.back]["prose"]
    if hair.back == "side ponytail":
        return {"side ponytail": "her side ponytail hangs {side}"}
    colour = hair.colour
    article, bare = ("a ", style.removeprefix("a ")) if style.startswith("a ") else ("", style)
    return {"hair": f"she has {article}{colour} {bare}"}


def _draw_shard(folder: Path, plan: FiguresPlan, number: int) -> None:
    seed = plan.seed + number
    figures = sample_many(plan.prior, seed, plan.size)
    canvas = plan.canvases[number % len(plan.canvases)]
    drawn = [_drawn(figure, canvas, [seed, i]) for i, figure in enumerate(figures)]
    path = shard_path(folder, number)
    lines = [json.dumps(to_plain(words), separators=(",", ":")) for _, words in drawn]
    write_atomically(words_path(path), "\n".join(lines).encode())
    part = path.with_suffix(".partial")
    save_file({PICTURES: np.stack([picture for picture, _ in drawn])}, part)
    part.rename(path)


def _drawn(
    figure: Figure, canvas: tuple[int, int], seed: list[int]
) -> tuple[NDArray[np.uint8], Words]:
    drawing = draw(figure, *canvas)
    return drawing.picture, words_of(drawing.truth, np.random.default_rng(seed))
