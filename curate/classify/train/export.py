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

from curate.classify.calibration import choose_threshold, fit_temperature
from curate.classify.clip import ClipModel, build, plain_tokenizer
from curate.classify.embedded import PixelPlan, save_embedded
from curate.classify.fitting import fit_familiar
from curate.classify.heads import HeadCard, Heads, HeadsCard, Linear
from curate.classify.judging import softmax
from curate.classify.labels import HEADS
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


def embed(clip: ClipModel, squares: Sequence[Square]) -> NDArray[np.float32]:
    """Give the embeddings (n, d) of prepared pictures."""
    batches = range(0, len(squares), BATCH)
    return np.concatenate([clip.encode_pictures(squares[i : i + BATCH]) for i in batches])


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
    embeddings = embed(eyes, [picture.square for picture in known])
    heads = calibrated(plain_heads(average, backbone), embeddings, known)
    heads.save(out / HEADS_FILE)
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


def calibrated(heads: Heads, embeddings_nd: NDArray[np.float32], known: Sequence[Known]) -> Heads:
    """Fit temperatures, thresholds and where the familiar ends."""
    cards: dict[str, HeadCard] = {}
    for name, logits_nk in heads.logits(embeddings_nd).items():
        labels_n = np.array([picture.labels[name] for picture in known])
        told = labels_n != IGNORED
        temperature = fit_temperature(logits_nk[told], labels_n[told])
        p_nk = softmax(logits_nk[told] / temperature)
        right_n = p_nk.argmax(axis=1) == labels_n[told]
        cards[name] = HeadCard(
            labels=HEADS[name],
            temperature=round(temperature, 4),
            threshold=round(choose_threshold(p_nk.max(axis=1), right_n, TARGET), 4),
        )
    classes_n = np.array([8 * p.labels["framing"] + p.labels["view"] for p in known])
    familiar = fit_familiar(heads.standardise(embeddings_nd), classes_n)
    distances_n = familiar.distances(heads.standardise(embeddings_nd))
    card = replace(
        heads.card,
        heads=cards,
        farthest=round(float(np.quantile(distances_n, FARTHEST)), 4),
        note=f"{len(known):,} drawn figures with hair, outfits and styles that training never had",
    )
    return replace(heads, card=card, familiar=familiar)
