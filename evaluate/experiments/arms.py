"""An arm of an experiment: its dataset, drawn from a seed, and the LoRA that learns from it."""

from dataclasses import replace
from pathlib import Path

import yaml
from PIL import Image

from curate.errors import UserError
from curate.figures.captions import CaptionPlan
from curate.figures.character import Character
from curate.figures.dataset import draw_set
from curate.figures.spec import FiguresSpec, sheet
from evaluate.experiments.spec import Arm, Experiment
from evaluate.experiments.studio import PRIOR, SmallStudio, as_the_base_draws
from rules.records import to_plain, write_atomically
from train.config import BaseFiles, TrainConfig, load_config
from train.run import run

RESOLUTION = 128
DATASET, CONFIG = "dataset", "train.yaml"


def draw_arm(
    experiment: Experiment, arm: Arm, folder: Path, *, training: int, studio: SmallStudio
) -> Path:
    """Draw the dataset of one training of an arm; what is there stays.

    Args:
        experiment: has its shots and captions.
        arm: see there.
        folder: of this training.
        training: number of it, which decides the pictures.
        studio: draws where the arm's material is the base's own.
    """
    root = folder / DATASET
    if (root / "dataset.yaml").exists():
        return root
    spec = figures_spec(experiment, arm, training)
    for _ in draw_set(spec, root):
        pass
    if arm.drawn_by == "base":
        _redraw(root, experiment, studio, training)
    declared = dict(experiment.declared)
    told = {
        **declared,
        "subject": {**declared.get("subject", {}), "trigger": experiment.trigger},
        "base": "mini",
        "resolution": RESOLUTION,
        "caption": {"prefix": list(experiment.caption.prefix)},
    }
    write_atomically(root / "dataset.yaml", yaml.safe_dump(told, sort_keys=False).encode())
    return root


def figures_spec(experiment: Experiment, arm: Arm, training: int) -> FiguresSpec:
    """What `curate figures` draws for one training of an arm."""
    caption: CaptionPlan = experiment.caption
    caption = replace(
        caption,
        trigger=experiment.trigger,
        omit=(*caption.omit, *arm.omit),
        structure=dict(caption.structure if arm.structure is None else arm.structure),
    )
    by_name = {shot.name: shot for shot in experiment.shots}
    return FiguresSpec(
        seed=experiment.seed + training,
        prior=PRIOR,
        caption=caption,
        characters=cast_of(experiment),
        shots=tuple(by_name[name] for name in arm.shots),
    )


def cast_of(experiment: Experiment) -> dict[str, Character]:
    """Name -> character of everyone in its shots."""
    names = {shot.character for shot in experiment.shots if shot.character is not None}
    return {name: as_the_base_draws(sheet(name)) for name in sorted(names)}


def _redraw(root: Path, experiment: Experiment, studio: SmallStudio, training: int) -> None:
    """Replace every picture by what the base draws of its caption, without the trigger."""
    files = sorted(root.rglob("*.png"))
    prompts = []
    for number, file in enumerate(files):
        caption = file.with_suffix(".txt").read_text(encoding="utf-8").strip()
        described = caption.replace(experiment.trigger, experiment.described)
        prompts.append((described, 1000 * training + number))
    drawn = studio.draw(prompts, experiment.drawing)
    for file, picture in zip(files, drawn, strict=True):
        with Image.open(file) as old:
            size = old.size
        picture.resize(size, Image.Resampling.LANCZOS).save(file)


def train_arm(
    experiment: Experiment, arm: Arm, folder: Path, *, training: int, base: BaseFiles
) -> TrainConfig:
    """Train the LoRA of one training of an arm, or go on with it.

    Raises:
        UserError: it cannot be trained, or was interrupted.
    """
    plan = experiment.training
    epochs = arm.epochs or plan.epochs
    told = {
        "name": "lora",
        "dataset": DATASET,
        "base": {key: _plain(value) for key, value in to_plain(base).items() if value is not None},
        "cache": "../../cache",
        "adapter": {"rank": plan.rank, "alpha": float(plan.rank)},
        "optimizer": {"lr": plan.lr},
        "epochs": epochs,
        "repeats": plan.repeats,
        "batch": plan.batch,
        "accumulation": 1,
        "remainder": "kept",
        "seed": experiment.seed + training,
        "dtype": "bf16",
        "device": "cpu",
        "flip": arm.flip,
        "keep_states": 1,
        "save_every": save_every(experiment, epochs),
        "samples": {"every": 0},
    }
    path = folder / CONFIG
    write_atomically(path, yaml.safe_dump(told, sort_keys=False).encode())
    config = load_config(path)
    if not lora_of(config, epochs).exists():
        done = run(config, approved_only=False, force=False, say=lambda _: None)
        if not done:
            raise UserError(f"{config.run_folder}: interrupted; the same command goes on")
    return config


def save_every(experiment: Experiment, epochs: int) -> int:
    """Every epoch that a condition names is saved, and no run writes more than a few dozen."""
    named = [c.epoch for c in experiment.conditions.values() if c.epoch is not None]
    return 1 if any(epoch < epochs for epoch in named) else epochs


def lora_of(config: TrainConfig, epoch: int) -> Path:
    """The LoRA of an epoch."""
    return config.run_folder / f"epoch-{epoch:04d}" / f"{config.name}-{epoch:04d}.safetensors"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
