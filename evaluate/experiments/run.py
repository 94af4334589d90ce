"""An experiment from its spec to its verdict: datasets, trainings, pictures, counts.

What was counted stands in `rows.jsonl`, a line for each condition of each training; a line that is
there is not drawn again, so an experiment that was stopped goes on.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from evaluate.experiments.arms import cast_of, draw_arm, lora_of, save_every, train_arm
from evaluate.experiments.effects import Found, judge
from evaluate.experiments.reading import LIKENESS, Reader
from evaluate.experiments.spec import BASE, Condition, Effect, Experiment
from evaluate.experiments.studio import SmallStudio, read_strip, write_strip
from rules.records import parse_json, record, to_plain, write_atomically
from train.pretrain.progress import Pace
from train.stamps import key_of

ROWS = "rows.jsonl"
# Balanced: chance is .5.
LEAST_SKILL = 0.75
QUICK_TRAININGS, QUICK_SEEDS = 3, 4
# Of an experiment, what decides no LoRA.
APART = frozenset(
    {"name", "claim", "title", "codes", "prediction", "arms", "conditions", "effects"}
    | {"likeness_of", "probed_on", "seeds"}
)


@record
class Row:
    """What was counted in the pictures of one condition of one training.

    Attributes:
        key: of everything that decided it.
        values: one a picture: 1 where it shows the label, 0 where not, None where nobody would say.
    """

    key: str
    condition: str
    training: int
    values: tuple[float | None, ...]


@record
class Outcome:
    """An experiment that was run.

    Attributes:
        base: sha256 of the transformer.
        readers: ids of those who read its pictures, each of a classifier and its probes.
        quick: whether it was run with fewer trainings and seeds than its spec says.
        word: of the first effect; `undetermined` where what decides cannot be read.
        skills: condition -> how well a probe reads its label; what heads of the classifier read is
            not listed.
    """

    name: str
    claim: int
    title: str
    codes: tuple[str, ...]
    prediction: str
    base: str
    readers: tuple[str, ...]
    quick: bool
    word: str
    found: tuple[Found, ...]
    skills: Mapping[str, float]
    rows: tuple[Row, ...]


def quickened(experiment: Experiment) -> Experiment:
    """The same with as few trainings and seeds as can say anything at all."""
    training = replace(experiment.training, seeds=min(QUICK_TRAININGS, experiment.training.seeds))
    return replace(experiment, training=training, seeds=min(QUICK_SEEDS, experiment.seeds))


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
        UserError: something cannot be trained or drawn.
    """
    asked = quickened(experiment) if quick else experiment
    folder = bench.work / asked.name
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(_rows(asked, bench, folder))
    values: dict[str, dict[int, Sequence[float | None]]] = {}
    for row in rows:
        values.setdefault(row.condition, {})[row.training] = row.values
    skills = dict(_skills(asked, bench))
    found = tuple(_readable(judge(e, values), e, skills) for e in asked.effects)
    return Outcome(
        name=asked.name,
        claim=asked.claim,
        title=asked.title,
        codes=asked.codes,
        prediction=asked.prediction,
        base=bench.studio.base.sha256 or "",
        readers=tuple(
            dict.fromkeys(bench.reader_of(asked, c.arm).id for c in asked.conditions.values())
        ),
        quick=quick,
        word=found[0].word,
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
    path = folder / ROWS
    known = {row.key: row for row in _read_rows(path)}
    trainings = range(experiment.training.seeds)
    pace = Pace(experiment.name, len(trainings) * len(experiment.conditions))
    for training in trainings:
        for name, condition in experiment.conditions.items():
            key = _key(experiment, bench, condition, training)
            row = known.get(key)
            if row is None:
                values = tuple(_values(experiment, bench, condition, folder, training))
                row = Row(key=key, condition=name, training=training, values=values)
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(to_plain(row)) + "\n")
            yield replace(row, condition=name, training=training)
            pace.advance()


def _read_rows(path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):  # else it was cut short by a crash
            yield parse_json(Row, line, str(path))


def _key(experiment: Experiment, bench: Bench, condition: Condition, training: int) -> str:
    """Everything that decides a row."""
    drawing = _drawing_key(experiment, bench, condition, training)
    reader = bench.reader_of(experiment, condition.arm).id
    like = (plain_of(experiment), training) if condition.axis == LIKENESS else None
    return key_of(drawing, condition.axis, condition.label, experiment.likeness_of, like, reader)


def _drawing_key(experiment: Experiment, bench: Bench, condition: Condition, training: int) -> str:
    """Everything that decides pictures."""
    drawn_by: object
    if condition.arm == BASE:
        drawn_by = list(_seeds(experiment, condition, training))
    else:
        drawn_by = _lora_key(experiment, bench, condition.arm, training)
    asked = (condition.epoch, condition.strength, condition.prompt, experiment.seeds)
    return key_of(to_plain(experiment.drawing), asked, drawn_by, bench.studio.base.sha256)


def _seeds(experiment: Experiment, condition: Condition, training: int) -> range:
    """Of the pictures of a condition; the base alone, which is not trained, has others each time.

    Else one draw of it would count as often as there are trainings, and its spread as nothing.
    """
    first = 1 + (training * experiment.seeds if condition.arm == BASE else 0)
    return range(first, first + experiment.seeds)


def _lora_key(experiment: Experiment, bench: Bench, arm: str, training: int) -> str:
    """Everything that decides a dataset and what is trained on it."""
    own = experiment.arms[arm]
    saved = save_every(experiment, own.epochs or experiment.training.epochs)
    base = bench.studio.base.sha256
    return key_of(plain_of(experiment), to_plain(own), training, saved, base)


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
    prompts = [(condition.prompt, seed) for seed in _seeds(experiment, condition, training)]
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


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Keep an outcome as JSON; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    plain: Mapping[str, object] = to_plain(outcome)
    write_atomically(folder / f"{outcome.name}.json", (json.dumps(plain, indent=1) + "\n").encode())
