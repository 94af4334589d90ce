"""A dataset folder -> the pictures of a run, as the `builtin` trainer profile feeds them."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from curate.buckets import place
from curate.errors import UserError
from curate.manifest import MANIFEST, Manifest, drift, read_manifest, real_files
from curate.session import open_dataset
from rules.model import Caption, Dataset, Picture, Placement
from rules.quoting import counted, some_of
from rules.records import record
from rules.report import Finding
from train.config import CaptionSettings, TrainConfig
from train.judging import Approval, judge, planned_run, refuse_errors
from train.stamps import seed_of

TRAINER = "builtin"


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
        warnings: what is recorded with the run, besides `findings`.
        findings: what the rules about runs say, errors left out: with one there is no material.
        trigger: of the dataset.
        prompts: label -> prompt for samples, where the configuration has none.
    """

    items: tuple[Item, ...]
    resolution: int
    manifest: str | None
    warnings: tuple[str, ...]
    findings: tuple[Finding, ...]
    trigger: str | None
    prompts: dict[str, str]


def gather(
    config: TrainConfig, *, approved_only: bool, read_base: bool = True, processes: int = 1
) -> Material:
    """Read the dataset, refusing what cannot be trained.

    Args:
        config: of the run.
        approved_only: whether a manifest without drift decides what is trained.
        read_base: whether the base's file may be read whole, for its hash.
        processes: that share its steps; `batch` is each one's own.

    Raises:
        UserError, RecordError: there is no dataset, no approval, a picture without a caption, or
            something that a rule about runs calls an error.
    """
    root = Path(config.dataset)
    manifest = read_manifest(root) if approved_only else None
    declared = open_dataset(config.dataset, look=None).dataset
    dataset = declared
    if declared.trainer.id != TRAINER:
        dataset = open_dataset(config.dataset, trainer=TRAINER, look=None).dataset
    config = replace(config, batch=config.batch * processes)
    warnings = _linted_otherwise(config, declared, manifest)
    warnings += _undecodable(dataset)
    if config.resolution not in {None, dataset.resolution}:
        dataset = _at(dataset, config.resolution or dataset.resolution)
    approval = _approval(root, manifest, declared)
    wanted = frozenset(approval.wanted)
    pictures = [p for p in dataset.fed if manifest is None or p.path in wanted]
    prompts = _prompts(dataset, pictures)
    planned = planned_run(
        config,
        pictures=pictures,
        approval=approval,
        prompts=config.samples.prompts or prompts,
        read_base=read_base,
    )
    findings = judge(dataset, planned)
    refuse_errors(config.dataset, findings)
    _check(config, pictures)
    places = real_files(root)
    return Material(
        items=tuple(_item(picture, places, config) for picture in pictures),
        resolution=config.resolution or dataset.resolution,
        manifest=_digest(root) if manifest else None,
        warnings=tuple(warnings),
        findings=findings,
        trigger=dataset.spec.subject.trigger,
        prompts=prompts,
    )


def _approval(root: Path, manifest: Manifest | None, declared: Dataset) -> Approval:
    """What the manifest wants trained, else what dataset.yaml's trainer would use."""
    if manifest is None:
        return Approval(given=False, wanted=tuple(p.path for p in declared.fed))
    wanted = tuple(picture.path for picture in manifest.pictures)
    return Approval(given=True, wanted=wanted, drifted=tuple(drift(root, manifest)))


def _digest(root: Path) -> str:
    return hashlib.sha256((root / MANIFEST).read_bytes()).hexdigest()


def _at(dataset: Dataset, resolution: int) -> Dataset:
    """The same dataset at another resolution: every picture placed anew."""
    pictures = tuple(
        replace(p, placement=place(p.size, dataset.trainer.buckets, resolution)) if p.size else p
        for p in dataset.pictures
    )
    return replace(dataset, pictures=pictures)


def _linted_otherwise(
    config: TrainConfig, declared: Dataset, manifest: Manifest | None
) -> list[str]:
    """What the run does and nobody judged, as warnings.

    Raises:
        UserError: an approval stands for less than the run does with the pictures.
    """
    beyond: list[str] = []
    within: list[str] = []
    linted, ours = declared.resolution, config.resolution or declared.resolution
    if ours != linted:
        said = f"trained at {ours}, linted and previewed at {linted}"
        (beyond if ours > linted else within).append(said)
    if (profile := manifest.trainer if manifest else declared.trainer.id) != TRAINER:
        beyond.append(f"linted as trainer `{profile}` feeds it, trained as `{TRAINER}` does")
    trainer = declared.trainer
    for key, before, after in (
        ("flip", trainer.flip.enabled, config.flip),
        ("shuffle", trainer.shuffle.enabled, bool(config.captions.shuffle)),
    ):
        if before != after:
            said = f"linted with `{key}: {str(before).lower()}`, trained with {str(after).lower()}"
            (beyond if after else within).append(said)
    if trainer.batch != config.batch:
        within.append(f"linted with `batch: {trainer.batch}`, trained with {config.batch}")
    if manifest and beyond:
        raise UserError(
            f"{config.dataset}: the approval does not cover this run: {'; '.join(beyond)}. Write "
            f"into dataset.yaml what is trained, and run `curate approve` again"
        )
    bare = [] if manifest else ["not approved: the folder is trained as it is"]
    return [*bare, *beyond, *within]


def _undecodable(dataset: Dataset) -> list[str]:
    broken = [p.path for p in dataset.pictures if p.file is not None and p.file.error is not None]
    if not broken:
        return []
    named = f"{counted(len(broken), 'picture')} cannot be decoded: {some_of(broken)}"
    return [f"{named}; nobody trains it, get the file again"]


def _check(config: TrainConfig, pictures: Sequence[Picture]) -> None:
    bare = [p.path for p in pictures if p.caption is None or not p.caption.text.strip()]
    if bare:
        raise UserError(
            f"{config.dataset}: {counted(len(bare), 'picture')} without a caption that can be "
            f"read: {some_of(bare)}; `curate lint` tells why"
        )
    unread = [p.path for p in pictures if p.placement is None or p.sha256 is None]
    if unread:
        raise UserError(f"{config.dataset}: {some_of(unread)} cannot be read; get the file again")
    if not pictures:
        raise UserError(f"{config.dataset}: no picture is left to train")


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


def prompts_of(config: TrainConfig) -> dict[str, str]:
    """The prompts of samples as the dataset gives them; raises like `open_dataset`."""
    dataset = open_dataset(config.dataset, look=None).dataset
    return _prompts(dataset, dataset.fed)


def _prompts(dataset: Dataset, pictures: Iterable[Picture]) -> dict[str, str]:
    """K: prefix and trigger; N: the same with the sentences of the first caption that has any."""
    subject, prefix = dataset.spec.subject, dataset.spec.caption.prefix
    alone = ", ".join(word for word in (*prefix, subject.trigger) if word)
    sentences = next(
        (p.caption.sentences for p in pictures if p.caption and p.caption.sentences), ()
    )
    prose = " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)
    return {"K": alone, **({"N": f"{alone}. {prose}"} if prose else {})}
