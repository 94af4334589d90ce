"""An experiment from its spec to its verdict: datasets, trainings, pictures, counts.

What was counted stands in `rows.jsonl`, a line for each condition of each training; a line that is
there is not drawn again, so an experiment that was stopped goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from curate.errors import UserError
from evaluate.experiments.arms import cast_of, draw_arm, lora_of, save_every, train_arm
from evaluate.experiments.effects import Found, judge, whole
from evaluate.experiments.outcomes import LEAST_SKILL, Outcome, Row
from evaluate.experiments.reading import LIKENESS, Reader
from evaluate.experiments.spec import BASE, Condition, Effect, Experiment
from evaluate.experiments.studio import SmallStudio, read_strip, write_strip
from evaluate.journal import Journal
from rules.records import to_plain
from train.pretrain.progress import Pace
from train.stamps import key_of, weights_digest

ROWS = "rows.jsonl"
QUICK_TRAININGS, QUICK_SEEDS = 3, 4
# Of an experiment, what decides no LoRA.
APART = frozenset(
    {"name", "claim", "title", "codes", "prediction", "arms", "conditions", "effects"}
    | {"likeness_of", "probed_on", "seeds"}
)


def quickened(experiment: Experiment) -> Experiment:
    """The same with as few trainings and seeds as can say anything at all."""
    training = replace(experiment.training, seeds=min(QUICK_TRAININGS, experiment.training.seeds))
    return replace(experiment, training=training, seeds=min(QUICK_SEEDS, experiment.seeds))


def reseeded(experiment: Experiment, seed: int) -> Experiment:
    """The same on other datasets.

    Raises:
        UserError: some of the datasets would be the old ones.
    """
    count = experiment.training.seeds * experiment.seeds
    if abs(seed - experiment.seed) < count:
        raise UserError(
            f"--seed {seed}: too near to {experiment.seed} of {experiment.name}, whose pictures it "
            f"would draw again; stay away by {count}"
        )
    return replace(experiment, seed=seed)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What every experiment is run with: a folder, the base at work, and who reads pictures.

    Attributes:
        reader: of anybody.
        fit: name of a character -> who reads her details.
    """

    work: Path
    studio: SmallStudio
    reader: Reader
    fit: Callable[[str], Reader]

    def reader_of(self, experiment: Experiment, arm: str) -> Reader:
        """Who reads what an arm draws: a LoRA its character, the base alone strangers."""
        if experiment.probed_on is None or arm == BASE:
            return self.reader
        return self.fit(experiment.probed_on).beside(self.reader)


def run_experiment(experiment: Experiment, bench: Bench, *, quick: bool = False) -> Outcome:
    """Run what is missing of an experiment, and judge it.

    Raises:
        UserError: something cannot be trained, drawn or read.
    """
    asked = quickened(experiment) if quick else experiment
    folder = bench.work / asked.name
    folder.mkdir(parents=True, exist_ok=True)
    skills = dict(_skills(asked, bench))  # before anything is drawn that nobody could read
    rows = list(_rows(asked, bench, folder))
    values: dict[str, dict[int, Sequence[float | None]]] = {}
    for row in rows:
        values.setdefault(row.condition, {})[row.training] = row.values
    found = tuple(_readable(judge(e, values), e, skills) for e in asked.effects)
    return Outcome(
        name=asked.name,
        claim=asked.claim,
        title=asked.title,
        codes=asked.codes,
        prediction=asked.prediction,
        base=weights_digest(Path(bench.studio.base.transformer)),
        readers=tuple(
            dict.fromkeys(bench.reader_of(asked, c.arm).id for c in asked.conditions.values())
        ),
        seed=asked.seed,
        quick=quick,
        word=whole(found),
        found=found,
        skills=skills,
        rows=tuple(rows),
    )


def _skills(experiment: Experiment, bench: Bench) -> Iterator[tuple[str, float]]:
    """How well the probes read what is counted in each condition."""
    for name, condition in experiment.conditions.items():
        reader = bench.reader_of(experiment, condition.arm)
        if condition.label is not None:
            skill = reader.skill(condition.axis, condition.label)
            if skill is not None:
                yield name, round(skill, 3)


def _readable(found: Found, effect: Effect, skills: Mapping[str, float]) -> Found:
    """Nothing follows from what is hardly read better than by chance."""
    least = min(skills.get(name, 1.0) for name in (effect.more, effect.less))
    return found if least >= LEAST_SKILL else replace(found, word="undetermined")


def _rows(experiment: Experiment, bench: Bench, folder: Path) -> Iterator[Row]:
    """All rows, those that are known from the file, the others drawn and appended."""
    journal = Journal(folder / ROWS, Row)
    known = {row.key: row for row in journal.read()}
    trainings = range(experiment.training.seeds)
    pace = Pace(experiment.name, len(trainings) * len(experiment.conditions))
    for training in trainings:
        for name, condition in experiment.conditions.items():
            key = _key(experiment, bench, condition, training)
            row = known.get(key)
            if row is None:
                values = tuple(_values(experiment, bench, condition, folder, training))
                row = Row(key=key, condition=name, training=training, values=values)
                journal.append(row)
            yield replace(row, condition=name, training=training)
            pace.advance()


def _key(experiment: Experiment, bench: Bench, condition: Condition, training: int) -> str:
    """Everything that decides a row."""
    drawing = _drawing_key(experiment, bench, condition, training)
    reader = bench.reader_of(experiment, condition.arm).id
    like = (plain_of(experiment), training) if condition.axis == LIKENESS else None
    return key_of(drawing, condition.axis, condition.label, experiment.likeness_of, like, reader)


def _drawing_key(experiment: Experiment, bench: Bench, condition: Condition, training: int) -> str:
    """Everything that decides pictures."""
    alone = condition.arm == BASE
    lora = None if alone else _lora_key(experiment, bench, condition.arm, training)
    asked = (condition.epoch, condition.strength, condition.prompt)
    seeds = list(_seeds(experiment, training))
    return key_of(to_plain(experiment.drawing), asked, seeds, lora, bench.studio.stamp)


def _seeds(experiment: Experiment, training: int) -> range:
    """Of the pictures of a training: all its conditions are drawn from the same noise.

    Other trainings have other noise. Else the luck of eight draws would be that of all trainings,
    and the base alone would draw the same each time.
    """
    first = experiment.seed + training * experiment.seeds
    return range(first, first + experiment.seeds)


def _lora_key(experiment: Experiment, bench: Bench, arm: str, training: int) -> str:
    """Everything that decides a dataset and what is trained on it."""
    own = experiment.arms[arm]
    saved = save_every(experiment, own.epochs or experiment.training.epochs)
    return key_of(plain_of(experiment), to_plain(own), training, saved, bench.studio.stamp)


def plain_of(experiment: Experiment) -> dict[str, object]:
    """What decides datasets and LoRAs, arms aside."""
    one = replace(experiment, training=replace(experiment.training, seeds=1))
    own = {key: value for key, value in to_plain(one).items() if key not in APART}
    return {**own, "cast": to_plain(cast_of(experiment))}


def _values(
    experiment: Experiment, bench: Bench, condition: Condition, folder: Path, training: int
) -> list[float | None]:
    """Count in the pictures of a condition."""
    drawn = _pictures(experiment, bench, condition, folder, training)
    if condition.axis == LIKENESS:
        return list(_likeness(experiment, bench, drawn, training))
    readings = bench.reader_of(experiment, condition.arm).read(drawn)
    found = [reading.labels.get(condition.axis) for reading in readings]
    return [None if label is None else float(label == condition.label) for label in found]


def _pictures(
    experiment: Experiment, bench: Bench, condition: Condition, folder: Path, training: int
) -> list[Image.Image]:
    """The pictures of a condition; those that another reader read are not drawn again."""
    drawing = _drawing_key(experiment, bench, condition, training)
    path = folder / "pictures" / f"{drawing}.png"
    if path.exists():
        return read_strip(path, experiment.seeds)
    loras: dict[Path, float] = {}
    if condition.arm != BASE:
        arm = experiment.arms[condition.arm]
        lora = _lora_key(experiment, bench, condition.arm, training)
        place = folder / f"{condition.arm}-{training}-{lora[:8]}"
        draw_arm(experiment, arm, place, training=training, studio=bench.studio)
        config = train_arm(experiment, arm, place, training=training, base=bench.studio.base)
        epoch = condition.epoch or arm.epochs or experiment.training.epochs
        loras[lora_of(config, epoch)] = condition.strength
    prompts = [(condition.prompt, seed) for seed in _seeds(experiment, training)]
    drawn = list(bench.studio.draw(prompts, experiment.drawing, loras))
    write_strip(path, drawn)
    return drawn


def _likeness(
    experiment: Experiment, bench: Bench, drawn: Sequence[Image.Image], training: int
) -> Iterator[float]:
    """Cosine between what was drawn and the character herself, as the renderer knows her."""
    from curate.figures.draw import draw
    from curate.figures.spec import FiguresSpec, figures_of

    by_name = {shot.name: shot for shot in experiment.shots}
    spec = FiguresSpec(
        seed=experiment.seed + 1000 + training,
        characters=cast_of(experiment),
        shots=tuple(by_name[name] for name in experiment.likeness_of),
    )
    size = (experiment.drawing.width, experiment.drawing.height)
    true = [Image.fromarray(draw(figure, *size).picture) for _, _, figure in figures_of(spec)]
    wanted_d = bench.reader.likenesses(bench.studio.through_vae(true)).mean(axis=0)
    wanted_d /= np.linalg.norm(wanted_d)
    for value in bench.reader.likenesses(drawn) @ wanted_d:
        yield round(float(value), 4)
