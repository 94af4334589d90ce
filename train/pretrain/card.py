"""The card of a small base: what it is, what it was made from, and what was measured."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from train.metrics import read_metrics
from train.pretrain.recipe import Recipe

LOG_LINES = 120
LOG = "training-log.jsonl"


def card_of(recipe: Recipe, shown: int, decibels: float) -> Iterator[str]:
    """The card, line by line.

    Args:
        recipe: of the base.
        shown: pictures that text encoder, adapter and transformer saw.
        decibels: of the VAE on figures that it has not seen.
    """
    size, figures = recipe.sizes.transformer, recipe.figures
    sides = ", ".join(f"{width}x{height}" for width, height in figures.canvases)
    yield f"# {recipe.name}"
    yield ""
    yield (
        "A base of Anima's architecture that is small enough for a laptop. The classes, the split "
        "files, their prefixes and the names of tensors are those of Anima-Base; only sizes differ."
    )
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    yield f"| transformer | {size.width} wide, {size.blocks} blocks, {size.heads} heads |"
    yield f"| pictures | {sides} pixels |"
    yield f"| context | at least {recipe.context_rows} rows |"
    number = figures.shards * figures.size
    yield f"| learned from | {number:,} drawn figures, prior `{figures.prior}` |"
    yield f"| shown | {shown:,} pictures in batches of {recipe.drawing.batch} |"
    yield f"| VAE | {decibels:.1f} dB on figures that it has not seen |"
    yield ""
    yield (
        "It draws the parametric figures of `curate figures` and nothing else: it is made to show "
        "a loop and to test predictions, not to make pictures for anybody. Every picture that it "
        "learned from was drawn by this project; it is under the project's licence."
    )
    yield ""
    yield f"`make mini` makes it again; `{LOG}` has the means of the loss on the way."


def thinned_log(folder: Path) -> str:
    """The loss of a stage in about a hundred lines of JSON, each a mean over its stretch."""
    lines = read_metrics(folder)
    stretch = max(1, len(lines) // LOG_LINES)
    told = []
    for start in range(0, len(lines), stretch):
        part = lines[start : start + stretch]
        bins = sorted({key for line in part for key in line["loss_by_sigma"]})
        by_sigma = {
            key: round(fmean(p["loss_by_sigma"][key] for p in part if key in p["loss_by_sigma"]), 4)
            for key in bins
        }
        told.append(
            {
                "step": part[-1]["step"],
                "loss": round(fmean(line["loss"] for line in part), 4),
                "loss_by_sigma": by_sigma,
                "samples_per_second": round(fmean(p["samples_per_second"] for p in part), 1),
            }
        )
    return "".join(json.dumps(line) + "\n" for line in told)
