"""A training run before its first step: the facts about it that rules judge."""

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from rules.records import record


class Factor(NamedTuple):
    """A setting that differs from the run that this one is compared with."""

    key: str
    before: str
    after: str


@record
class PlannedRun:
    """What a run is going to do, and with what.

    Attributes:
        name: of the run.
        rank: of the LoRA.
        alpha: its product is multiplied by alpha / rank.
        lr: learning rate behind the warm-up.
        adapter_lr: the same of the base's own adapter; 0 where it is frozen.
        epochs: that are planned.
        exposures: how often all epochs show the picture that is shown most.
        shown: pictures that an epoch shows, each as often as it is repeated.
        per_step: pictures a step.
        steps: of an epoch.
        stepped: pictures that those steps show.
        stated_steps: of the whole run, as people expect them.
        save_every: epochs between two LoRA files.
        flip: whether pictures are mirrored.
        shuffled: slots whose tags change places.
        base_file: the file's name.
        base_sha256: None where the file was not read.
        base_blocks: number of its transformer blocks.
        stated_sha256: of the base that is meant, where it is not the one of dataset.yaml.
        prompts: label -> prompt of the samples; empty where none are drawn.
        seeds: of the samples.
        approved: whether a manifest says what is trained.
        wanted: pictures that are meant to be trained.
        trained: pictures that are.
        drifted: what changed since the approval, file by file.
        compared_with: the run that this one is compared with.
        factors: what differs from it.
    """

    name: str
    rank: int
    alpha: float
    lr: float
    adapter_lr: float = 0.0
    epochs: int
    exposures: int
    shown: int
    per_step: int
    steps: int
    stepped: int
    stated_steps: int | None = None
    save_every: int = 1
    flip: bool = False
    shuffled: tuple[str, ...] = ()
    base_file: str
    base_sha256: str | None = None
    base_blocks: int
    stated_sha256: str | None = None
    prompts: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    approved: bool = False
    wanted: tuple[str, ...] = ()
    trained: tuple[str, ...] = ()
    drifted: tuple[str, ...] = ()
    compared_with: str | None = None
    factors: tuple[Factor, ...] = ()
