"""Does a finding foretell what goes wrong? Random faulty datasets, linted before they are trained.

A space of faults says of which parts a dataset is put together, and which variants each part has.
Every dataset takes one variant of each part by chance; it is linted, trained, and its LoRA draws
the prompts of the failures. Half of the datasets is held out: thresholds that were chosen after
looking at the first half are counted on the other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image

from curate.library import lint
from evaluate.experiments.arms import draw_arm, lora_of, train_arm
from evaluate.experiments.outcomes import LEAST_SKILL
from evaluate.experiments.reading import Reader
from evaluate.experiments.run import Bench, plain_of
from evaluate.experiments.spec import (
    COMMON,
    SPECS,
    Arm,
    Condition,
    Experiment,
    Name,
    mapping,
)
from evaluate.experiments.studio import read_strip, write_strip
from evaluate.journal import Journal
from rules.records import RecordError, parse, record, to_plain, write_atomically
from train.config import Count, Rate, Share
from train.pretrain.progress import Pace
from train.stamps import key_of

SPACE = Path(__file__).with_name("faults.yaml")
ROWS = "calibration.jsonl"
# The arm of every dataset.
TRIED = "tried"


@record
class Variant:
    """One way in which a part of a dataset can be: what it adds to an arm.

    Attributes:
        odds: against the other variants of its part.
    """

    odds: Rate = 1.0
    shots: tuple[Name, ...] = ()
    omit: tuple[str, ...] = ()
    structure: Mapping[str, str] | None = None
    flip: bool = False


@record
class Failure:
    """What goes wrong where a rule was right.

    Attributes:
        what: what is missing then, as a reader is told.
        codes: of the rules that foretell it.
        wanted: least share of pictures that show the label, if nothing went wrong.
    """

    what: str
    codes: tuple[str, ...]
    prompt: str
    axis: str
    label: str
    wanted: Share = 0.5


@record
class Space:
    """The declared space of faults.

    Attributes:
        experiment: gives shots, captions, training and drawing.
        held_out: how many of the datasets, the last ones, are counted apart: rules and `wanted`
            were fixed before any of these was drawn.
        parts: part -> variant -> what it is.
    """

    experiment: Experiment
    datasets: Count
    held_out: Count
    parts: Mapping[Name, Mapping[Name, Variant]]
    failures: Mapping[Name, Failure]


@record
class Tried:
    """One dataset: its variants, the codes that were found, the share of each failure's label.

    Attributes:
        key: of everything that decided its shares.
    """

    key: str
    number: int
    variants: Mapping[str, str]
    codes: tuple[str, ...]
    skipped: tuple[str, ...]
    shares: Mapping[str, float | None]


def load_space(path: Path = SPACE) -> Space:
    """Read a space; raises RecordError."""
    plain, common = mapping(path), mapping(SPECS / COMMON)
    own = plain.get("experiment", {})
    shots = [*common.get("shots", []), *own.get("shots", [])]
    whole = {**plain, "experiment": {**common, **own, "shots": shots}}
    space = parse(Space, whole, path.name)
    known = {shot.name for shot in space.experiment.shots}
    named = {
        shot for part in space.parts.values() for variant in part.values() for shot in variant.shots
    }
    if strangers := sorted(named - known):
        raise RecordError(path.name, [f"no shot `{shot}`" for shot in strangers])
    return space


def chosen(space: Space, number: int) -> dict[str, str]:
    """Part -> variant of one dataset; the first of many are the first of few."""
    dice = np.random.default_rng([space.experiment.seed, number])
    taken = {}
    for part, variants in space.parts.items():
        odds = np.array([variant.odds for variant in variants.values()])
        taken[part] = list(variants)[int(dice.choice(len(odds), p=odds / odds.sum()))]
    return taken


def arm_of(space: Space, variants: Mapping[str, str]) -> Arm:
    """The arm that some variants make together."""
    parts = [space.parts[part][variant] for part, variant in variants.items()]
    structures = [part.structure for part in parts if part.structure is not None]
    return Arm(
        shots=tuple(shot for part in parts for shot in part.shots),
        omit=tuple(tag for part in parts for tag in part.omit),
        structure={tag: place for found in structures for tag, place in found.items()}
        if structures
        else None,
        flip=any(part.flip for part in parts),
    )


def run_calibration(
    space: Space, bench: Bench, *, datasets: int | None = None
) -> tuple[Tried, ...]:
    """Try the datasets that were not tried yet.

    Raises:
        UserError: one cannot be linted, trained or drawn.
    """
    folder = bench.work / "calibration"
    folder.mkdir(parents=True, exist_ok=True)
    number = datasets or space.datasets
    journal = Journal(folder / ROWS, Tried)
    known = {one.key: one for one in journal.read()}
    pace = Pace("calibration", number)
    tried = []
    for i in range(number):
        place = folder / f"{i:03d}-{_drawing_key(space, bench, i)[:8]}"
        arm = arm_of(space, chosen(space, i))
        root = draw_arm(space.experiment, arm, place, training=i, studio=bench.studio)
        one = known.get(_key(space, bench, i))
        if one is None:
            one = _try(space, bench, place, i)
            journal.append(one)
        # Rules may have changed since it was drawn.
        tried.append(_linted(one, root))
        pace.advance()
    return tuple(tried)


def _key(space: Space, bench: Bench, number: int) -> str:
    """Everything that decides the shares of a dataset; findings are made anew each time."""
    asked = {name: (f.axis, f.label) for name, f in space.failures.items()}
    reader = _reader(space, bench).id
    return key_of(_drawing_key(space, bench, number), asked, LEAST_SKILL, reader)


def _drawing_key(space: Space, bench: Bench, number: int) -> str:
    """Everything that decides its pictures."""
    prompts = {name: failure.prompt for name, failure in space.failures.items()}
    arm = to_plain(arm_of(space, chosen(space, number)))
    plain = (plain_of(space.experiment), space.experiment.seeds)
    return key_of(plain, arm, prompts, number, bench.studio.stamp)


def _reader(space: Space, bench: Bench) -> Reader:
    return bench.reader_of(space.experiment, TRIED)


def write_tried(tried: Sequence[Tried], path: Path) -> None:
    """Keep all datasets of a calibration in place of others; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(to_plain(one)) + "\n" for one in tried)
    write_atomically(path, "".join(lines).encode())


def _try(space: Space, bench: Bench, place: Path, number: int) -> Tried:
    """Train on a dataset, and count what its LoRA draws; nothing is linted yet."""
    experiment = replace(
        space.experiment,
        conditions={
            name: Condition(arm=TRIED, prompt=f.prompt, axis=f.axis, label=f.label)
            for name, f in space.failures.items()
        },
    )
    variants = chosen(space, number)
    arm = arm_of(space, variants)
    reader = _reader(space, bench)
    config = train_arm(experiment, arm, place, training=number, base=bench.studio.base)
    lora = lora_of(config, experiment.training.epochs)
    shares = {}
    for name, failure in space.failures.items():
        prompts = [(failure.prompt, seed) for seed in range(1, experiment.seeds + 1)]
        path = place / "pictures" / f"{name}.png"
        if not path.exists():
            write_strip(path, list(bench.studio.draw(prompts, experiment.drawing, {lora: 1.0})))
        drawn = read_strip(path, experiment.seeds)
        shares[name] = _share(failure, reader, drawn)
    return Tried(
        key=_key(space, bench, number),
        number=number,
        variants=variants,
        codes=(),
        skipped=(),
        shares=shares,
    )


def _share(failure: Failure, reader: Reader, drawn: Sequence[Image.Image]) -> float | None:
    """Of the pictures that show the label; None where hardly anybody could say."""
    skill = reader.skill(failure.axis, failure.label)
    if skill is not None and skill < LEAST_SKILL:
        return None
    labels = [reading.labels.get(failure.axis) for reading in reader.read(drawn)]
    known = [float(label == failure.label) for label in labels if label is not None]
    return fmean(known) if known else None


def _linted(one: Tried, root: Path) -> Tried:
    report = lint(root)
    return replace(
        one,
        codes=tuple(sorted({finding.code for finding in report.findings})),
        skipped=tuple(sorted({skipped.code for skipped in report.skipped})),
    )
