"""A dataset folder -> the pictures of a run, as the `builtin` trainer profile feeds them."""

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from curate.buckets import place
from curate.errors import UserError
from curate.manifest import MANIFEST, drift, read_manifest, real_files
from curate.session import open_dataset
from rules.model import Caption, Dataset, Picture, Placement
from rules.quoting import counted
from rules.records import record
from train.config import CaptionSettings, TrainConfig
from train.stamps import seed_of

TRAINER = "builtin"
SHOWN = 5


@record
class Item:
    """One picture of a run.

    Attributes:
        path: as the dataset names it.
        real: where to open it.
        texts: its caption, in as many orders as are trained.
        repeats: how often an epoch shows it.
    """

    path: str
    real: str
    sha256: str
    texts: tuple[str, ...]
    placement: Placement
    repeats: int


@record
class Material:
    """What a run learns from.

    Attributes:
        manifest: sha256 of manifest.json; None where the folder is trained as it lints.
        warnings: what is recorded with the run.
        trigger: of the dataset.
        prompts: label -> prompt for samples, where the configuration has none.
    """

    items: tuple[Item, ...]
    resolution: int
    manifest: str | None
    warnings: tuple[str, ...]
    trigger: str | None
    prompts: dict[str, str]


def gather(config: TrainConfig, *, approved_only: bool) -> Material:
    """Read the dataset, refusing what cannot be trained.

    Raises:
        UserError, RecordError: there is no dataset, no approval or a drifted one, or a picture
            without a caption.
    """
    root = Path(config.dataset)
    approved, stamp = _approved(root) if approved_only else (None, None)
    dataset = open_dataset(config.dataset, trainer=TRAINER, look=None).dataset
    warnings = [] if approved_only else ["not approved: the folder is trained as it is"]
    if config.resolution is not None and config.resolution != dataset.resolution:
        told = f"trained at {config.resolution}, linted and previewed at {dataset.resolution}"
        warnings.append(told)
        dataset = _at(dataset, config.resolution)
    warnings += _linted_otherwise(config, dataset)
    pictures = [p for p in dataset.fed if approved is None or p.path in approved]
    _check(config, dataset, pictures)
    if approved is not None and (lost := approved - {p.path for p in pictures}):
        raise UserError(f"{root / MANIFEST}: {_some(sorted(lost))} would not be trained; RUN012")
    places = real_files(root)
    items = tuple(_item(picture, places, config) for picture in pictures)
    if not items:
        raise UserError(f"{config.dataset}: no picture is left to train")
    return Material(
        items=items,
        resolution=config.resolution or dataset.resolution,
        manifest=stamp,
        warnings=tuple(warnings),
        trigger=dataset.spec.subject.trigger,
        prompts=_prompts(dataset, pictures),
    )


def _approved(root: Path) -> tuple[set[str], str]:
    """The pictures of the manifest, which must not have drifted, and its hash."""
    manifest = read_manifest(root)
    if drifted := list(drift(root, manifest)):
        raise UserError(
            f"{root / MANIFEST}: RUN011 {_some(drifted)}; bring the old files back, or run "
            f"`curate approve` again"
        )
    raw = (root / MANIFEST).read_bytes()
    return {picture.path for picture in manifest.pictures}, hashlib.sha256(raw).hexdigest()


def _at(dataset: Dataset, resolution: int) -> Dataset:
    """The same dataset at another resolution: every picture placed anew."""
    pictures = tuple(
        replace(p, placement=place(p.size, dataset.trainer.buckets, resolution)) if p.size else p
        for p in dataset.pictures
    )
    return replace(dataset, pictures=pictures)


def _linted_otherwise(config: TrainConfig, dataset: Dataset) -> list[str]:
    """What dataset.yaml says of the trainer, and train.yaml otherwise."""
    choice = dataset.spec.trainer_choice
    trained = {
        "batch": (choice.batch, config.batch),
        "flip": (choice.flip, config.flip),
        "shuffle": (choice.shuffle, bool(config.captions.shuffle)),
    }
    return [
        f"dataset.yaml was linted with `{key}: {linted}`, and the run has {ours}"
        for key, (linted, ours) in trained.items()
        if linted is not None and linted != ours
    ]


def _check(config: TrainConfig, dataset: Dataset, pictures: Iterable[Picture]) -> None:
    bare = [p.path for p in pictures if p.caption is None or not p.caption.text.strip()]
    if bare:
        raise UserError(
            f"{config.dataset}: {counted(len(bare), 'picture')} without a caption that can be "
            f"read: {_some(bare)}; `curate lint` tells why"
        )
    unread = [p.path for p in pictures if p.placement is None or p.sha256 is None]
    if unread:
        raise UserError(f"{config.dataset}: {_some(unread)} cannot be decoded")
    if config.flip and (handed := dataset.spec.subject.handed):
        raise UserError(
            f"RUN001 `flip` would teach both sides of {_some(list(handed))}, which dataset.yaml "
            f"calls handed; set `flip: false`"
        )


def _item(picture: Picture, places: dict[str, str], config: TrainConfig) -> Item:
    if picture.caption is None or picture.placement is None or picture.sha256 is None:
        raise LookupError(picture.path)  # refused before
    return Item(
        path=picture.path,
        real=places[picture.path],
        sha256=picture.sha256,
        texts=variants(picture.caption, config.captions, config.seed),
        placement=picture.placement,
        repeats=picture.repeats * config.repeats,
    )


def variants(caption: Caption, settings: CaptionSettings, seed: int) -> tuple[str, ...]:
    """A caption in some orders of its tags, the written one first.

    Only neighbours of one declared slot change places, so nothing passes a trigger or a sentence.
    """
    runs: list[list[int]] = []
    for i, token in enumerate(caption.tokens):
        if token.slot not in settings.slots:
            continue
        last = runs[-1] if runs else []
        if last and last[-1] == i - 1 and caption.tokens[i - 1].slot == token.slot:
            last.append(i)
        else:
            runs.append([i])
    texts = [caption.text]
    for number in range(1, settings.variants if any(len(run) > 1 for run in runs) else 1):
        toss = random.Random(seed_of(seed, caption.text, number))  # noqa: S311 - no secret
        order = list(range(len(caption.tokens)))
        for run in runs:
            for here, taken in zip(run, toss.sample(run, len(run)), strict=True):
                order[here] = taken
        texts.append(_reordered(caption, order))
    return tuple(dict.fromkeys(texts))


def _reordered(caption: Caption, order: list[int]) -> str:
    """The text with every token replaced by another, and everything between them as it is."""
    parts, end = [], 0
    for token, other in zip(caption.tokens, order, strict=True):
        parts += [caption.text[end : token.start], caption.tokens[other].text]
        end = token.end
    return "".join([*parts, caption.text[end:]])


def _prompts(dataset: Dataset, pictures: Iterable[Picture]) -> dict[str, str]:
    """K: prefix and trigger; N: the same with the sentences of the first caption that has any."""
    subject, prefix = dataset.spec.subject, dataset.spec.caption.prefix
    alone = ", ".join(word for word in (*prefix, subject.trigger) if word)
    sentences = next(
        (p.caption.sentences for p in pictures if p.caption and p.caption.sentences), ()
    )
    told = " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)
    return {"K": alone, **({"N": f"{alone}, {told}"} if told else {})}


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
