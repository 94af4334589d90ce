"""A planned run before the rules: what it is going to do, and what RUN001 to RUN013 say of it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from curate import __version__
from curate.errors import UserError
from rules.engine import lint
from rules.model import Dataset, Picture
from rules.planned_run import Factor, PlannedRun
from rules.records import record
from rules.report import Finding
from rules.violation import Severity
from train.anima import names
from train.comparison import differences, factors
from train.config import TrainConfig, load_config
from train.draws import Shape, epoch_steps
from train.safetensors_files import read_header
from train.stamps import weights_digest

TOOL = f"lora-curate {__version__}"
FAMILY = "RUN"


@record
class Approval:
    """What an approval wants trained, and which files changed since; without one what is fed."""

    given: bool
    wanted: tuple[str, ...]
    drifted: tuple[str, ...] = ()


def planned_run(
    config: TrainConfig,
    *,
    pictures: Sequence[Picture],
    approval: Approval,
    prompts: dict[str, str],
    read_base: bool,
) -> PlannedRun:
    """The facts of a run.

    Args:
        config: its settings.
        pictures: that it trains.
        approval: what it should train.
        prompts: of its samples.
        read_base: whether the base's file may be read whole.

    Raises:
        UserError: the base's file is damaged, or the run to compare with cannot be read.
    """
    base = Path(config.base.transformer)
    placed = [(p.placement.bucket, p.repeats * config.repeats) for p in pictures if p.placement]
    steps = epoch_steps(
        shapes=[Shape(bucket, 0) for bucket, _ in placed],
        repeats=[repeats for _, repeats in placed],
        batch=config.batch,
        accumulation=config.accumulation,
        remainder=config.remainder,
        seed=config.seed,
        epoch=0,
    )
    sampled = config.samples.every > 0
    return PlannedRun(
        name=config.name,
        rank=config.adapter.rank,
        alpha=config.adapter.alpha,
        lr=config.optimizer.lr,
        epochs=config.epochs,
        exposures=max((repeats for _, repeats in placed), default=0) * config.epochs,
        shown=sum(repeats for _, repeats in placed),
        per_step=config.batch * config.accumulation,
        steps=len(steps),
        stepped=sum(len(batch) for step in steps for batch in step),
        stated_steps=config.steps,
        save_every=config.save_every,
        flip=config.flip,
        shuffled=config.captions.shuffle,
        base_file=base.name,
        base_sha256=weights_digest(base) if read_base else None,
        base_blocks=_blocks(base),
        stated_sha256=config.base.sha256,
        prompts=prompts if sampled else {},
        seeds=config.samples.seeds if sampled else (),
        approved=approval.given,
        wanted=approval.wanted,
        trained=tuple(picture.path for picture in pictures),
        drifted=approval.drifted,
        compared_with=Path(config.compared_with).name if config.compared_with else None,
        factors=_factors(config),
    )


def _blocks(base: Path) -> int:
    keys = read_header(base).tensors
    prefix = names.find_prefix(keys) or ""
    return names.count_blocks(dict.fromkeys(key.removeprefix(prefix) for key in keys))


def _factors(config: TrainConfig) -> tuple[Factor, ...]:
    if config.compared_with is None:
        return ()
    return factors(differences(load_config(Path(config.compared_with)), config))


def judge(dataset: Dataset, planned: PlannedRun) -> tuple[Finding, ...]:
    """What the rules about runs say, by the settings of dataset.yaml."""
    settings = replace(dataset.spec.lint, select=(FAMILY,))
    today = dt.datetime.now(dt.UTC).date()
    return lint(replace(dataset, planned=planned), settings, tool=TOOL, today=today).findings


def told(finding: Finding) -> str:
    """A finding in one line."""
    return f"{finding.code} {finding.message}; {finding.advice}"


def warnings_of(findings: Iterable[Finding]) -> list[str]:
    """Those that people should read before they wait."""
    return [told(finding) for finding in findings if finding.severity is Severity.WARNING]


def refuse_errors(place: str, findings: Iterable[Finding]) -> None:
    """Refuse a run that a rule calls wrong.

    Raises:
        UserError: naming every error.
    """
    errors = [told(finding) for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise UserError(f"{place}: {'; '.join(errors)}")
