"""What a drawn picture shows: by the project's classifier, and by probes.

The classifier's heads name framing, view, elevation and pose. What they do not name (hair, clothes,
features) is read by probes, fitted to drawn figures that went through the base's VAE, so that they
look as what the base draws: linear ones of the classifier's embeddings for shapes, trees over
palettes for colours. Stances, angles and details, which are hard to read of anybody, are read of
one character, by probes that saw her in all of them, with and without what she wears.
Shape legend: n pictures, d numbers of an embedding or a palette.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save

from curate.classify.classifier import Classifier, Looks
from curate.errors import UserError
from curate.figures.character import Character
from curate.figures.draw import draw
from curate.figures.figure import Figure
from curate.figures.prior import sample_many
from curate.figures.spec import sheet
from curate.figures.truth import Truth
from curate.progress import progress
from evaluate.experiments.palettes import palettes
from evaluate.experiments.probes import Floats, Probe, Sights, detail_probe, probe_of
from evaluate.experiments.studio import as_the_base_draws, renderer_stamp
from rules.records import record, to_plain, write_atomically
from train.stamps import key_of

HEADS = ("framing", "view", "elevation", "pose", "expression", "upright")
BATCH = 32
# Rare things as often as common ones, drawn as the miniature draws them.
PRIOR, SEED = "probes", 51_000_000
LIKENESS = "likeness"
# Before an axis that the classifier's heads name as well: they may be silent on small pictures.
PROBED = "probed_"
# Where legs are not in sight, no pose is told.
BODY = frozenset({"full", "cowboy"})
NEAR = frozenset({"face", "bust"})
# Of a feature's pixels in a picture of the base's size; fewer are not to be seen.
ENOUGH = 20
FEATURES = ("intakes", "ribbon", "braid", "ponytail", "side ponytail", "ahoge")
SHOWN, HIDDEN = "shown", "not shown"
# Of what is drawn and seen, and of the probes that are fitted to it: others read otherwise.
SIGHTS, PROBES = "probes-4", "probes-5"
# What is read better, or at all, where it is read of one character.
DETAILS = frozenset({*FEATURES, "tail_side", f"{PROBED}upright", f"{PROBED}elevation"})

Through = Callable[[Sequence[Image.Image]], list[Image.Image]]


@record
class Reading:
    """What one picture shows: axis -> label, None where nobody would say."""

    labels: Mapping[str, str | None]


def truths_of(truth: Truth) -> dict[str, str]:
    """Axis -> label of a drawn figure, for the probes."""
    character = truth.figure.character
    told = {
        "hair_colour": character.hair.colour,
        "eye_colour": character.face.eye_colour,
        "hairstyle": character.hair.back,
        "outfit": character.outfits[truth.outfit].kind,
        **{f"{PROBED}{axis}": getattr(truth, axis) for axis in ("framing", "view", "elevation")},
    }
    if truth.framing in BODY:
        told[f"{PROBED}pose"] = truth.pose
        told[f"{PROBED}upright"] = "upright" if truth.pose == "upright" else "not upright"
    for feature in FEATURES:
        pixels = truth.parts.get(feature, 0)
        hair_in_hair = feature == "intakes" and not _face_to_face(truth)
        if not 0 < pixels < ENOUGH and not hair_in_hair:
            told[feature] = SHOWN if pixels else HIDDEN
    tail = truth.features.get("side ponytail")
    if tail is not None and tail.viewer_side in {"left", "right"}:
        told["tail_side"] = tail.viewer_side
    return told


def _face_to_face(truth: Truth) -> bool:
    """Whether locks before the face can be told from other hair at all."""
    return truth.framing in NEAR and truth.view.startswith(("front", "three_quarter"))


class Reader:
    """Reads pictures.

    Attributes:
        id: the classifier's own, that of the probes, and that of the figures they were fitted to.
        fitted_to: the latter two.
        classifier: whose heads and embeddings it uses.
        probes: axis -> probe.
    """

    def __init__(self, classifier: Classifier, probes: Mapping[str, Probe], fitted_to: str) -> None:
        self.classifier = classifier
        self.id = f"{classifier.id} {fitted_to}"
        self.fitted_to = fitted_to
        self.probes = probes

    def beside(self, other: "Reader") -> "Reader":
        """One who reads as this one does, and as the other what this one has no probe of."""
        both = f"{self.fitted_to} {other.fitted_to}"
        return Reader(self.classifier, {**other.probes, **self.probes}, both)

    def skill(self, axis: str, label: str) -> float | None:
        """How well a probe reads a label, .5 is chance; None of what heads of the classifier read.

        Raises:
            UserError: nobody reads such an axis, or no figure of its probe had the label.
        """
        if axis in HEADS:
            return None
        if axis not in self.probes:
            raise UserError(f"nobody reads `{axis}`; known are {', '.join([*HEADS, *self.probes])}")
        skills = self.probes[axis].skills
        if label not in skills:
            raise UserError(f"`{axis}` is never `{label}`; known are {', '.join(skills)}")
        return skills[label].balanced

    def read(self, pictures: Sequence[Image.Image]) -> list[Reading]:
        """What each picture shows."""
        readings: list[Reading] = []
        for start in range(0, len(pictures), BATCH):
            looks = _looked(self.classifier, pictures[start : start + BATCH])
            named: dict[str, Sequence[str | None]] = {}
            for axis in HEADS:
                found = [getattr(seen, axis) for seen in looks.seen]
                named[axis] = [None if e is None or e.abstained else e.label for e in found]
            if looks.embeddings is not None:
                sights = Sights(looks.embeddings, palettes(pictures[start : start + BATCH]))
                named |= {axis: probe.read(sights) for axis, probe in self.probes.items()}
            readings += [
                Reading(labels={axis: labels[i] for axis, labels in named.items()})
                for i in range(len(looks.seen))
            ]
        return readings

    def likenesses(self, pictures: Sequence[Image.Image]) -> Floats:
        """Vectors (n, d) of unit length whose products tell how alike pictures are.

        Half of it is shape, as embeddings tell it, and half colour, as palettes do.

        Raises:
            ValueError: the classifier has no embeddings.
        """
        parts = []
        for start in range(0, len(pictures), BATCH):
            looks = _looked(self.classifier, pictures[start : start + BATCH])
            if looks.embeddings is None:
                raise ValueError(f"{self.id} has no embeddings, so no likeness can be told")
            parts.append(looks.embeddings)
        roots_nd = np.sqrt(palettes(pictures))
        roots_nd /= np.linalg.norm(roots_nd, axis=1, keepdims=True)
        both_nd = np.concatenate([np.concatenate(parts), roots_nd], axis=1)
        return np.asarray(both_nd / np.sqrt(2), np.float32)


def _looked(classifier: Classifier, pictures: Iterable[Image.Image]) -> Looks:
    return classifier.classify([classifier.prepare(picture) for picture in pictures])


class Drawn(NamedTuple):
    """Drawn figures as the probes see them, and what they are."""

    sights: Sights
    told: list[dict[str, str]]


def fit_reader(  # noqa: PLR0913 - all but two by keyword
    classifier: Classifier,
    through: Through,
    *,
    size: tuple[int, int],
    count: int,
    kept: Path,
    stamp: str = "",
    character: str | None = None,
) -> Reader:
    """Fit the probes to drawn figures.

    Args:
        classifier: whose embeddings they read.
        through: the base's VAE, there and back.
        size: width and height of the figures.
        count: how many; a quarter of them test the probes.
        kept: folder of what was drawn and seen, read where it is there.
        stamp: of the VAE.
        character: whose details are told, in place of what any figure shows.
    """
    figures = sample_many(PRIOR, SEED, count)
    if character is not None:
        figures = of_one(figures, as_the_base_draws(sheet(character)))
    # The first figures tell of prior, seed and sheet, and one of them of the renderer.
    first = [to_plain(figure) for figure in figures[:BATCH]]
    drawn_as = renderer_stamp(figures[0])
    key = key_of(stamp, classifier.id, SIGHTS, size, count, first, drawn_as)
    path = kept / f"{key}.safetensors"
    drawn = _read_drawn(path) or _drawn(classifier, through, size, figures)
    fitted_to = f"{PROBES} {key}"
    if drawn is None:
        return Reader(classifier, {}, fitted_to)
    if not path.exists():
        told = {"told": json.dumps(drawn.told)}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, save(drawn.sights._asdict(), told))
    axes = dict.fromkeys(axis for truths in drawn.told for axis in truths)
    if character is None:
        return Reader(classifier, {axis: probe_of(axis, *drawn) for axis in axes}, fitted_to)
    details = {axis: detail_probe(axis, *drawn) for axis in axes if axis in DETAILS}
    return Reader(classifier, details, fitted_to)


def of_one(figures: Sequence[Figure], character: Character) -> list[Figure]:
    """The same with one character in every one's place, with and without her details."""
    hair, worn = character.hair, character.accessories
    variants = [
        replace(
            character,
            hair=replace(hair, intakes=intakes, side=side),
            accessories=replace(worn, ribbon=ribbon),
        )
        for intakes in (hair.intakes, 0.0)
        for ribbon in (worn.ribbon, None)
        for side in ("left", "right")
    ]
    outfits = list(character.outfits)
    return [
        # Every variant in every outfit: else the clothes would tell what she wears on her head.
        replace(
            figure,
            character=variants[i % len(variants)],
            outfit=outfits[i // len(variants) % len(outfits)],
        )
        for i, figure in enumerate(figures)
    ]


def _read_drawn(path: Path) -> Drawn | None:
    if not path.exists():
        return None
    with safe_open(path, "np") as file:
        sights = Sights(*(file.get_tensor(name) for name in Sights._fields))
        return Drawn(sights, json.loads(file.metadata()["told"]))


def _drawn(
    classifier: Classifier, through: Through, size: tuple[int, int], figures: Sequence[Figure]
) -> Drawn | None:
    sights: list[Sights] = []
    told: list[dict[str, str]] = []
    batches = [figures[i : i + BATCH] for i in range(0, len(figures), BATCH)]
    for batch in progress(batches, total=len(batches), doing="fitting probes to figures"):
        drawings = [draw(figure, *size) for figure in batch]
        pictures = through([Image.fromarray(drawing.picture) for drawing in drawings])
        looks = _looked(classifier, pictures)
        if looks.embeddings is None:
            return None
        sights.append(Sights(looks.embeddings, palettes(pictures)))
        told += [truths_of(drawing.truth) for drawing in drawings]
    return Drawn(Sights(*map(np.concatenate, zip(*sights, strict=True))), told)
