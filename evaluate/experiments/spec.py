"""An experiment as data: a prediction, the datasets and prompts that test it, and what decides."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from curate.figures.captions import CaptionPlan
from curate.figures.spec import SHEETS, Shot
from evaluate.experiments.studio import Drawing
from rules.plain_yaml import load_yaml
from rules.records import RecordError, parse, record
from train.config import Count, Rate, Share

SPECS = Path(__file__).with_name("specs")
COMMON = "common.yaml"
# The arm that no LoRA is trained for.
BASE = "base"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


@record
class Training:
    """How every LoRA of an experiment is trained.

    Attributes:
        seeds: how many trainings of each arm; each draws a dataset of its own.
        repeats: how often an epoch shows each picture.
    """

    seeds: Count = 5
    epochs: Count = 12
    repeats: Count = 1
    rank: Count = 16
    lr: Rate = 1e-3
    batch: Count = 4


@record
class Arm:
    """A dataset, and what is done with it.

    Attributes:
        shots: names of shots.
        omit: tags that its captions leave out.
        structure: tag -> part that must be in sight for it, in place of the experiment's.
        flip: whether pictures are mirrored by chance.
        drawn_by: the renderer, or the base itself from the captions' descriptions.
        epochs: in place of the training's.
    """

    shots: tuple[Name, ...]
    omit: tuple[str, ...] = ()
    structure: Mapping[str, str] | None = None
    flip: bool = False
    drawn_by: Literal["renderer", "base"] = "renderer"
    epochs: Count | None = None


@record
class Condition:
    """Pictures of one prompt under one arm, and what is counted in them.

    Attributes:
        arm: `base` for the base alone.
        axis: of a reading, or `likeness`.
        label: whose share is counted; of `likeness` there is none.
        epoch: whose LoRA; the last where nothing is said.
        strength: of the LoRA.
    """

    arm: Name
    prompt: str
    axis: str
    label: str | None = None
    epoch: Count | None = None
    strength: Rate = 1.0


@record
class Effect:
    """A difference that was predicted.

    Attributes:
        kind: `more` predicts a difference of at least `least`, `equal` one within it.
        more: the condition that has more of what is counted, or either of two equal ones.
        less: the other.
        decides: whether the prediction names it; what it does not name is told beside it.
    """

    name: str
    more: Name
    less: Name
    kind: Literal["more", "equal"] = "more"
    least: Share = 0.2
    decides: bool = False


@record
class Experiment:
    """All of it.

    Attributes:
        name: of its file.
        claim: number of the claim that it tests.
        codes: of the rules whose reason is tested.
        prediction: written before the first run.
        described: what stands for the trigger where the base draws the material.
        seed: of the first training: of its dataset, of the LoRA, and of the first picture.
        likeness_of: shots whose pictures `likeness` compares with.
        probed_on: the character whose details are told where a LoRA drew; none where those of
            strangers are, as they are of the base alone.
        declared: of dataset.yaml, beside trigger, base and resolution.
        seeds: of the pictures of each condition.
        effects: at least one of them decides.
    """

    name: Name
    claim: Count
    title: str
    codes: tuple[str, ...]
    prediction: str
    trigger: str
    described: str
    seed: int
    caption: CaptionPlan
    shots: tuple[Shot, ...]
    arms: Mapping[Name, Arm]
    conditions: Mapping[Name, Condition]
    effects: tuple[Effect, ...]
    likeness_of: tuple[Name, ...] = ()
    probed_on: Name | None = None
    declared: Mapping[str, Any] = field(default_factory=dict)
    training: Training
    drawing: Drawing
    seeds: Count = 8


def load_experiments(folder: Path = SPECS) -> tuple[Experiment, ...]:
    """All experiments of a folder, by the numbers of their claims.

    Raises:
        RecordError: one cannot be understood.
    """
    common = mapping(folder / COMMON)
    found = [_load(path, common) for path in sorted(folder.glob("*.yaml")) if path.name != COMMON]
    return tuple(sorted(found, key=lambda experiment: experiment.claim))


def mapping(path: Path) -> dict[str, Any]:
    """A YAML file that holds keys; raises RecordError."""
    plain = load_yaml(path, path.name)
    if not isinstance(plain, dict):
        raise RecordError(path.name, ["holds no keys"])
    return plain


def _load(path: Path, common: dict[str, Any]) -> Experiment:
    own = mapping(path)
    plain = {**common, **own, "name": path.stem}
    plain["shots"] = [*common.get("shots", []), *own.get("shots", [])]
    experiment = parse(Experiment, plain, path.name)
    if faults := list(_faults(experiment)):
        raise RecordError(path.name, faults)
    return experiment


def _faults(experiment: Experiment) -> Iterator[str]:
    """Names that nothing stands for."""
    shots = {shot.name for shot in experiment.shots}
    for name, arm in experiment.arms.items():
        for shot in set(arm.shots) - shots:
            yield f"`arms.{name}`: no shot `{shot}`; known are {', '.join(sorted(shots))}"
    for shot in set(experiment.likeness_of) - shots:
        yield f"`likeness_of`: no shot `{shot}`"
    yield from _faulty_conditions(experiment)


def _faulty_conditions(experiment: Experiment) -> Iterator[str]:
    arms = {BASE, *experiment.arms}
    for name, condition in experiment.conditions.items():
        if condition.arm not in arms:
            yield f"`conditions.{name}`: no arm `{condition.arm}`"
        if (condition.label is None) != (condition.axis == "likeness"):
            yield f"`conditions.{name}`: a label is counted of every axis but likeness"
        yield from _unknown_pictures(experiment, name, condition)
    for effect in experiment.effects:
        for side in (effect.more, effect.less):
            if side not in experiment.conditions:
                yield f"`effects`: `{effect.name}`: no condition `{side}`"
    if experiment.probed_on not in {None, *SHEETS}:
        yield f"`probed_on`: no sheet of `{experiment.probed_on}`; there are {', '.join(SHEETS)}"
    if not any(effect.decides for effect in experiment.effects):
        yield "`effects`: none decides, so nothing was predicted"


def _unknown_pictures(experiment: Experiment, name: str, condition: Condition) -> Iterator[str]:
    """Pictures that are named and never made."""
    if condition.axis == "likeness" and not experiment.likeness_of:
        yield f"`conditions.{name}`: name the shots of `likeness_of`"
    arm = experiment.arms.get(condition.arm)
    last = (arm and arm.epochs) or experiment.training.epochs
    if condition.epoch is not None and condition.epoch > last:
        yield f"`conditions.{name}`: epoch {condition.epoch} of {last}"
