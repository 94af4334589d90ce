"""From a trained student to the files that ship: weights, heads, temperatures and thresholds.

Shape legend: n pictures, d numbers of an embedding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from curate.classify.calibration import (
    NEVER,
    choose_threshold,
    fit_temperature,
    label_weights,
)
from curate.classify.clip import ClipModel, build, plain_tokenizer
from curate.classify.embedded import PixelPlan, save_embedded
from curate.classify.fitting import fit_familiar
from curate.classify.heads import HeadCard, Heads, HeadsCard, Linear
from curate.classify.heads_file import write_heads
from curate.classify.judging import softmax, view_groups
from curate.classify.labels import GROUP_OF_VIEW, HEADS, mirrored_labels
from curate.classify.naming import HEADS as HEADS_FILE
from curate.classify.prepare import Prepare, Square
from curate.classify.train.augment import scan, vary
from curate.classify.train.drawn import canvas, describe
from curate.classify.train.fresh import Half, fresh_figures
from curate.classify.train.samples import IGNORED, labels_of, scene_of
from curate.classify.train.state import under
from curate.figures.batch import in_processes
from curate.figures.figure import Figure
from curate.progress import progress
from rules.records import record

SEED = 900_000
FIGURES = 4000
TARGET = 0.97
FARTHEST = 0.995
BATCH = 64
# Heads whose labels are drawn as often as something else has it: upright is one pose of seven.
# What they learned of that is taken out again.
UNEVEN = frozenset({"upright"})


@record
class Known:
    """A prepared picture and the index of every head's label in it."""

    square: Any
    labels: Mapping[str, int]


def known_pictures(  # noqa: PLR0913 - how many of what, and how
    half: Half, seed: int, count: int, side: int, workers: int, *, worn: bool = True
) -> list[Known]:
    """Draw fresh figures; `worn` crops, moves and wears every other like training pictures."""
    figures = list(enumerate(fresh_figures(half, seed, count)))
    drawn = in_processes(partial(_known, seed, side, worn), figures, workers)
    return list(progress(drawn, total=count, doing="drawing fresh figures"))


def _known(seed: int, side: int, worn: bool, numbered: tuple[int, Figure]) -> Known:  # noqa: FBT001 - by `partial`
    number, figure = numbered
    rng = np.random.default_rng([seed, 5, number])
    arrays, _ = describe(figure, canvas(seed, number))
    scene = scene_of(arrays)
    if worn and number % 2:
        scene = vary(scene, rng)
        scene = replace(scene, picture=scan(scene.picture, rng))
    square = Prepare(side=side)(Image.fromarray(np.ascontiguousarray(scene.picture)))
    return Known(
        square=square, labels=labels_of(scene, int(arrays["pose"]), int(arrays["expression"]))
    )


def features_of(clip: ClipModel, squares: Sequence[Square]) -> NDArray[np.float32]:
    """Give what heads read of prepared pictures (n, 2d)."""
    batches = range(0, len(squares), BATCH)
    return np.concatenate([clip.encode_both_ways(squares[i : i + BATCH]) for i in batches])


def export(
    average: Mapping[str, Tensor], model: Mapping[str, Any], out: Path, workers: int
) -> Heads:
    """Write the model that ships into a folder and give its heads."""
    clip = build(model)
    clip.load_state_dict(under(average, "clip."))
    pixels = PixelPlan(mean=(128 / 255,) * 3, std=(64 / 255,) * 3)
    backbone = save_embedded(out, clip, model, pixels)
    # Temperatures belong to the weights as they ship, in 16 bits.
    clip.half().float()
    eyes = ClipModel(clip, plain_tokenizer(clip), mean=pixels.mean, std=pixels.std)
    known = known_pictures("calibration", SEED, FIGURES, eyes.side, workers)
    features = features_of(eyes, [picture.square for picture in known])
    heads = calibrated(for_both_ways(plain_heads(average, backbone)), features, known)
    write_heads(heads, out / HEADS_FILE)
    return heads


def plain_heads(average: Mapping[str, Tensor], backbone: str) -> Heads:
    """Take the heads out of a student's weights; temperatures and thresholds are still open."""
    weights = {name: tensor.float().numpy() for name, tensor in average.items()}
    # Batch normalisation adds this to the variance before it takes the root.
    scale = np.sqrt(weights["norm.running_var"] + 1e-5)

    def linear(name: str, rows: slice = slice(None)) -> Linear:
        return Linear(
            weight=weights[f"heads.{name}.weight"][rows], bias=weights[f"heads.{name}.bias"][rows]
        )

    return Heads(
        card=HeadsCard(
            backbone=backbone,
            heads={name: HeadCard(labels=labels) for name, labels in HEADS.items()},
        ),
        mean=weights["norm.running_mean"],
        scale=scale,
        heads={name: linear(name) for name in HEADS},
        quantities={
            "head_height": linear("box", slice(4, 5)),
            "figures": linear("count"),
            "figure_box": linear("box", slice(0, 4)),
        },
    )


def for_both_ways(heads: Heads) -> Heads:
    """Let heads read a picture's looks and those of the mirrored one, with its sides swapped."""

    def twice(
        linear: Linear, other: NDArray[np.float32], other_bias: NDArray[np.float32]
    ) -> Linear:
        return Linear(
            weight=np.float32(0.5) * np.concatenate([linear.weight, other], axis=1),
            bias=np.float32(0.5) * (linear.bias + other_bias),
        )

    maps = {}
    for name, linear in heads.heads.items():
        order = list(mirrored_labels(name))
        maps[name] = twice(linear, linear.weight[order], linear.bias[order])
    quantities = {name: twice(q, q.weight, q.bias) for name, q in heads.quantities.items()}
    box = heads.quantities["figure_box"]
    # Left and right are as far from the other edge.
    order, sign = [2, 1, 0, 3], np.array([-1, 1, -1, 1], np.float32)
    offset = np.array([1, 0, 1, 0], np.float32)
    quantities["figure_box"] = twice(
        box, sign[:, None] * box.weight[order], offset + sign * box.bias[order]
    )
    return replace(
        heads,
        mean=np.concatenate([heads.mean] * 2),
        scale=np.concatenate([heads.scale] * 2),
        heads=maps,
        quantities=quantities,
    )


def calibrated(heads: Heads, features_nd: NDArray[np.float32], known: Sequence[Known]) -> Heads:
    """Fit temperatures, thresholds and where the familiar ends.

    The promise must hold whatever pictures somebody has: labels count alike, however seldom
    figures are drawn with them.
    """
    cards: dict[str, HeadCard] = {}
    maps = dict(heads.heads)
    group_threshold = NEVER
    for name, logits_nk in heads.logits(features_nd).items():
        labels_n = np.array([picture.labels[name] for picture in known])
        told = labels_n != IGNORED
        known_n, fair_nk = labels_n[told], logits_nk[told]
        if name in UNEVEN:
            shares_k = np.bincount(known_n, minlength=len(HEADS[name])) / len(known_n)
            odds_k = np.log(shares_k.clip(min=1 / len(known_n))).astype(np.float32)
            maps[name] = replace(maps[name], bias=maps[name].bias - odds_k)
            fair_nk = fair_nk - odds_k
        temperature = fit_temperature(fair_nk, known_n, label_weights(known_n))
        p_nk = softmax(fair_nk / temperature)
        cards[name] = HeadCard(
            labels=HEADS[name],
            temperature=round(temperature, 4),
            threshold=promised(p_nk, known_n),
        )
        if name == "view":
            group_threshold = promised(view_groups(p_nk), np.array(GROUP_OF_VIEW)[known_n])
    classes_n = np.array([8 * p.labels["framing"] + p.labels["view"] for p in known])
    familiar = fit_familiar(heads.standardise(features_nd), classes_n)
    distances_n = familiar.distances(heads.standardise(features_nd))
    card = replace(
        heads.card,
        heads=cards,
        view_group=group_threshold,
        farthest=round(float(np.quantile(distances_n, FARTHEST)), 4),
        note=f"{len(known):,} drawn figures with hair, outfits and styles that training never had",
    )
    return replace(heads, card=card, heads=maps, familiar=familiar)


def promised(p_nk: NDArray[np.floating], labels_n: NDArray[np.integer]) -> float:
    """Give the probability from which on a guess is right as often as `TARGET` says."""
    right_n = p_nk.argmax(axis=1) == labels_n
    weights_n = label_weights(labels_n)
    return round(choose_threshold(p_nk.max(axis=1), right_n, TARGET, weights_n=weights_n), 4)
