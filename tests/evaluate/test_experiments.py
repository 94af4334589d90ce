"""Predictions are specs, verdicts follow from trainings, and an experiment goes on where it was."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest
import scipy.stats  # type: ignore[import-untyped]
import torch
from PIL import Image
from support.eyes import tiny_embedded
from support.pretraining import make_tiny

from curate.classify.embedded import Embedded
from curate.errors import UserError
from curate.figures.draw import draw
from curate.figures.prior import sample_many
from curate.figures.spec import sheet
from evaluate.experiments import calibration
from evaluate.experiments import run as runs
from evaluate.experiments.calibration import (
    Tried,
    arm_of,
    chosen,
    load_space,
    run_calibration,
    write_tried,
)
from evaluate.experiments.control import AxisControl, count_up, measure
from evaluate.experiments.control import table as control_table
from evaluate.experiments.effects import judge, whole
from evaluate.experiments.foretelling import Power, powers, table
from evaluate.experiments.outcomes import read_outcomes, write_outcome
from evaluate.experiments.palettes import palettes
from evaluate.experiments.probes import Skill
from evaluate.experiments.reading import (
    HEADS,
    Reader,
    Reading,
    fit_reader,
    of_one,
    truths_of,
)
from evaluate.experiments.report import lines_of, plot
from evaluate.experiments.run import Bench, reseeded, run_experiment
from evaluate.experiments.spec import SPECS, Effect, Experiment, Training, load_experiments
from evaluate.experiments.studio import Drawing, SmallStudio, base_files
from evaluate.experiments.told import evidence_page, told_by_code
from evaluate.journal import Journal
from rules.records import RecordError
from rules.registry import all_rules

pytestmark = pytest.mark.usefixtures("one_thread")

CODES = {rule.code for rule in all_rules()}
Prompts = Sequence[tuple[str, int]]
SMALL = Drawing(width=48, height=80, cfg=2.0, steps=2)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A base that learned for eight steps, and a classifier of random weights."""
    folder = tmp_path_factory.mktemp("bench")
    assert make_tiny(folder)
    studio = SmallStudio(base_files(str(folder / "base")), folder / "cache", torch.device("cpu"))
    eyes = Embedded(tiny_embedded(folder / "eyes"))
    kept = folder / "probes"
    reader = fit_reader(eyes, studio.through_vae, size=(48, 80), count=64, kept=kept)
    again = fit_reader(eyes, refuse, size=(48, 80), count=64, kept=kept)
    assert all(reader.probes[axis].skills == again.probes[axis].skills for axis in reader.probes)
    return Bench(work=folder / "evidence", studio=studio, reader=reader, fit=lambda _: reader)


def refuse(*_: object) -> NoReturn:
    """What must not be asked again."""
    raise AssertionError


def shortened(name: str) -> Experiment:
    """An experiment that ships, with as few pictures and steps as a test has time for."""
    found = next(e for e in load_experiments() if e.name == name)
    shots = tuple(replace(shot, count=1, size=(64, 64)) for shot in found.shots)
    epochs = {name: replace(arm, epochs=1) for name, arm in found.arms.items()}
    conditions = {n: replace(c, epoch=None) for n, c in found.conditions.items()}
    training = Training(seeds=1, epochs=1, rank=2, batch=2)
    return replace(
        found, shots=shots, arms=epochs, conditions=conditions, training=training,
        drawing=SMALL, seeds=2,
    )  # fmt: skip


def test_ten_claims_are_specs_of_rules_that_exist() -> None:
    experiments = load_experiments()
    assert [experiment.claim for experiment in experiments] == list(range(1, 11))
    for experiment in experiments:
        assert set(experiment.codes) <= CODES, experiment.name
        assert (experiment.training.seeds, experiment.seeds) >= (5, 8)
        assert len(experiment.prediction) > 80
    # Else two claims would rest on the same datasets and pictures.
    seeds = sorted(experiment.seed for experiment in experiments)
    assert min(b - a for a, b in pairwise(seeds)) > 5 * 8


def test_a_spec_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for file in SPECS.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    path = tmp_path / "small_busts.yaml"
    path.write_text(path.read_text().replace("less: small", "less: smal"))
    with pytest.raises(RecordError, match="no condition `smal`"):
        load_experiments(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("deeper_baking", "epoch: 48", "epoch: 49", "`conditions.colour_48`: epoch 49 of 48"),
        ("small_busts", "likeness_of: [busts]", "", "name the shots of `likeness_of`"),
        ("small_busts", ", decides: true", "", "none decides, so nothing was predicted"),
        ("small_busts", "shots: [tiny_busts,", "shots: [tiny,", "no shot `tiny`"),
        ("core_in_tags", "{arm: tagged,", "{arm: tag,", "no arm `tag`"),
    ],
)
def test_what_a_spec_cannot_mean_is_named(
    name: str, old: str, new: str, fault: str, tmp_path: Path
) -> None:
    for file in SPECS.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    path = tmp_path / f"{name}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RecordError, match=re.escape(fault)):
        load_experiments(tmp_path)


def test_another_seed_is_one_that_draws_nothing_again() -> None:
    experiment = load_experiments()[0]
    assert reseeded(experiment, experiment.seed + 40).seed == experiment.seed + 40
    with pytest.raises(UserError, match="too near to 22000"):
        reseeded(experiment, experiment.seed - 39)


def values(*trainings: Sequence[float | None]) -> Mapping[int, Sequence[float | None]]:
    return dict(enumerate(trainings))


@pytest.mark.parametrize(
    ("kind", "more", "less", "word"),
    [
        ("more", [1, 1, 1, 0.9], [0, 0.1, 0, 0], "holds"),
        ("more", [0.5, 0.5, 0.4, 0.5], [0.5, 0.4, 0.5, 0.5], "does not hold"),
        ("more", [1, 0, 1, 0], [0, 1, 0, 0.5], "undetermined"),
        ("more", [1, 1], [0, 0], "undetermined"),
        ("equal", [0.5, 0.5, 0.4, 0.5], [0.5, 0.4, 0.5, 0.5], "holds"),
        ("equal", [1, 1, 1, 0.9], [0, 0.1, 0, 0], "does not hold"),
        ("equal", [1, 0, 1, 0], [0, 1, 0, 0.5], "undetermined"),
        # No spread at all is not more than nearly none: two pictures a training bound it loosely.
        ("equal", [1, 1, 1, 1], [1, 1, 1, 1], "undetermined"),
        ("more", [1, 1, 1, 1], [1, 1, 1, 1], "undetermined"),
        ("more", [1, 1, 1, 1], [0, 0, 0, 0], "holds"),
    ],
)
def test_verdicts_follow_from_trainings(
    kind: str, more: list[float], less: list[float], word: str
) -> None:
    effect = Effect(name="e", more="a", less="b", kind=kind, least=0.2)  # type: ignore[arg-type]
    found = judge(
        effect, {"a": values(*([v, v] for v in more)), "b": values(*([v, v] for v in less))}
    )
    assert (found.word, found.n) == (word, len(more))


def test_where_trainings_agree_one_other_picture_is_the_spread() -> None:
    effect = Effect(name="e", more="a", less="b", kind="equal", least=0.2)
    same = values(*([1.0] * 8 for _ in range(5)))
    found = judge(effect, {"a": same, "b": same})
    nearly = scipy.stats.ttest_1samp([0.125, 0, 0, 0, 0], 0).confidence_interval(0.9)
    reach = (nearly.high - nearly.low) / 2
    assert (found.low, found.high) == pytest.approx((-reach, reach))
    assert (found.word, found.otherwise) == ("holds", 0)


def test_a_prediction_holds_where_all_that_it_names_does() -> None:
    found = judge(Effect(name="e", more="a", less="b", decides=True), {})
    holds, fails = (replace(found, word=word) for word in ("holds", "does not hold"))
    assert whole([holds, replace(fails, decides=False)]) == "holds"
    assert whole([holds, found]) == "undetermined"
    assert whole([holds, found, fails]) == "does not hold"


def test_unread_pictures_are_counted_and_no_zeros() -> None:
    effect = Effect(name="e", more="a", less="b", least=0.2)
    one: list[list[float | None]] = [
        [1.0, None, 1.0],
        [None, None, None],
        [1.0, 1.0, 1.0],
        [1.0, 1.0, 0.0],
    ]
    other: list[list[float | None]] = [[0.0, 0.0, 0.0]] * 4
    found = judge(effect, {"a": values(*one), "b": values(*other)})
    assert found.n == 3
    assert found.unread == 4
    assert found.estimate == pytest.approx((1 + 1 + 2 / 3) / 3)
    assert found.otherwise == pytest.approx(1 / 8)


def test_an_experiment_runs_is_kept_and_is_not_drawn_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = shortened("self_generated")
    outcome = run_experiment(experiment, bench)
    assert outcome.word == "undetermined"
    assert len(outcome.rows) == 4
    assert all(len(row.values) == 2 for row in outcome.rows)
    assert all(v is not None and -1 <= v <= 1 for row in outcome.rows for v in row.values)

    monkeypatch.setattr(runs, "_values", refuse)
    assert run_experiment(experiment, bench) == outcome
    with pytest.raises(AssertionError):
        run_experiment(replace(experiment, seeds=3), bench)
    write_outcome(outcome, tmp_path)
    assert read_outcomes(tmp_path) == (outcome,)
    plot(outcome, tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.width > 600
    lines = list(lines_of([outcome]))
    assert len(lines) == 2 + 1 + len(experiment.effects)
    assert lines[2].startswith("| 8. a set that the base drew itself")
    assert [("*beside it:*" in line) for line in lines[3:]] == [False, False, True]


def test_every_training_has_noise_of_its_own_which_all_its_conditions_share(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, int]] = []
    draw_all = SmallStudio.draw

    def noted(
        self: SmallStudio, prompts: Prompts, drawing: Drawing, loras: Mapping[Path, float]
    ) -> Iterator[Image.Image]:
        drawn.extend(prompts)
        return draw_all(self, prompts, drawing, loras)

    monkeypatch.setattr(SmallStudio, "draw", noted)
    experiment = shortened("flipped_side")
    two = replace(experiment, training=replace(experiment.training, seeds=2))
    outcome = run_experiment(two, bench)
    alone = [row for row in outcome.rows if row.condition == "base"]
    assert len({row.key for row in alone}) == len(alone) == 2
    asked = two.conditions["base"].prompt
    first = [two.seed + i for i in range(4)]
    assert [seed for prompt, seed in drawn if prompt == asked] == first
    assert {seed for prompt, seed in drawn if prompt != asked} == set(first)
    [config] = (bench.work / "flipped_side").glob("flipped-0-*/train.yaml")
    assert "flip: true" in config.read_text()


def test_the_reader_says_what_it_was_fitted_to_and_how_well(bench: Bench) -> None:
    assert {"hair_colour", "hairstyle", "outfit", "intakes", "ribbon"} <= set(bench.reader.probes)
    drawing = draw(sample_many("default", 5, 1)[0], 48, 80)
    [reading] = bench.reader.read([Image.fromarray(drawing.picture)])
    assert set(HEADS) <= set(reading.labels)
    assert reading.labels["hair_colour"] in bench.reader.probes["hair_colour"].labels
    told = [truths_of(draw(figure, 48, 80).truth) for figure in sample_many("default", 5, 12)]
    # Locks before the face are told only of who is near and faces us.
    near = [
        t["probed_framing"] in {"face", "bust"} and "back" not in t["probed_view"] for t in told
    ]
    assert any(near)
    assert all("intakes" not in t or is_near for t, is_near in zip(told, near, strict=True))
    skills = bench.reader.probes["hair_colour"].skills
    assert set(skills) == set(bench.reader.probes["hair_colour"].labels)
    assert len({skill.shown + skill.others for skill in skills.values()}) == 1


def test_a_palette_counts_colours_part_by_part() -> None:
    picture = Image.new("RGB", (16, 10), (255, 0, 0))
    picture.paste((0, 0, 255), (4, 8, 10, 10))  # in the lowest row a part, and half of the next
    [palette] = palettes([picture])
    red, blue = 3 * 16, 3
    shares = palette.reshape(5, 4, 64)
    assert shares.sum(axis=2) == pytest.approx(1.0)
    assert shares[:4, :, red] == pytest.approx(1.0)
    assert shares[4, :, blue].tolist() == [0, 1, 0.5, 0]
    assert shares[4, :, red].tolist() == [1, 0, 0.5, 1]


def test_details_are_read_of_one_character_who_was_seen_without_them(tmp_path: Path) -> None:
    eyes = Embedded(tiny_embedded(tmp_path / "eyes"))
    fitted = partial(fit_reader, eyes, list, size=(56, 80), count=240)
    keichan = fitted(kept=tmp_path / "keichan", character="keichan")
    assert keichan.probes["ribbon"].skills["shown"].balanced > 0.85
    assert {"probed_upright", "probed_elevation"} <= set(keichan.probes)
    assert "hair_colour" not in keichan.probes
    kanachan = fitted(kept=tmp_path / "kanachan", character="kanachan")
    assert set(kanachan.probes["tail_side"].labels) == {"left", "right"}
    assert kanachan.probes["tail_side"].skills["left"].balanced > 0.65
    assert keichan.id != kanachan.id


def test_one_reader_tells_details_and_another_all_else(bench: Bench) -> None:
    other = bench.reader
    own = Reader(other.classifier, {"ribbon": other.probes["intakes"]}, "own")
    both = own.beside(other)
    assert both.probes["ribbon"] is own.probes["ribbon"]
    assert both.probes["hair_colour"] is other.probes["hair_colour"]
    assert both.id == f"{other.classifier.id} own {other.fitted_to}"
    shown = own.probes["ribbon"].skills["shown"].balanced
    assert both.skill("ribbon", "shown") == shown
    assert both.skill("upright", "upright") is None
    with pytest.raises(UserError, match="`ribbon` is never `blue`; known are not shown, shown"):
        both.skill("ribbon", "blue")
    with pytest.raises(UserError, match="nobody reads `ribon`"):
        both.skill("ribon", "shown")


def test_the_base_alone_draws_strangers_and_a_lora_its_character(bench: Bench) -> None:
    own = Reader(bench.reader.classifier, {"ribbon": bench.reader.probes["intakes"]}, "own")
    bench = replace(bench, fit={"keichan": own}.__getitem__)
    experiment = replace(shortened("core_in_tags"), probed_on="keichan")
    assert bench.reader_of(experiment, "tagged").probes["ribbon"] is own.probes["ribbon"]
    assert bench.reader_of(experiment, "base") is bench.reader
    assert bench.reader_of(replace(experiment, probed_on=None), "tagged") is bench.reader


def test_colours_are_read_of_palettes_where_embeddings_know_nothing(tmp_path: Path) -> None:
    eyes = Embedded(tiny_embedded(tmp_path / "eyes"))
    reader = fit_reader(eyes, list, size=(56, 80), count=240, kept=tmp_path / "kept")
    told = [skill.balanced for skill in reader.probes["hair_colour"].skills.values()]
    assert min(told) > 0.75
    red, blue, redder = (
        Image.new("RGB", (56, 80), c) for c in ((200, 0, 0), (0, 0, 200), (210, 9, 0))
    )
    one, other, like = reader.likenesses([red, blue, redder])
    assert one @ one == pytest.approx(1.0)
    assert one @ like > one @ other


def test_a_character_wears_everything_with_and_without_her_details() -> None:
    figures = of_one(sample_many("probes", 3, 64), sheet("keichan"))
    worn = {(f.character.accessories.ribbon, f.character.hair.intakes, f.outfit) for f in figures}
    outfits = set(sheet("keichan").outfits)
    assert {outfit for _, _, outfit in worn} == outfits
    assert len(worn) == 4 * len(outfits)


def test_pictures_are_read_anew_by_another_reader_and_drawn_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = shortened("core_in_tags")
    first = run_experiment(experiment, bench)
    monkeypatch.setattr(SmallStudio, "draw", refuse)
    other = replace(bench, reader=Reader(bench.reader.classifier, bench.reader.probes, "another"))
    again = run_experiment(experiment, other)
    assert set(again.readers).isdisjoint(first.readers)
    assert {row.key for row in again.rows}.isdisjoint(row.key for row in first.rows)
    assert [row.values for row in again.rows] == [row.values for row in first.rows]


def test_quick_runs_tell_nothing_of_a_rule(bench: Bench) -> None:
    outcome = run_experiment(shortened("core_in_tags"), bench)
    told = told_by_code([outcome], [])
    assert set(told) == set(outcome.codes)
    assert told[outcome.codes[0]][0].startswith(f"Experiment {outcome.claim}, {outcome.title}: ")
    assert told_by_code([replace(outcome, quick=True)], []) == {}
    page = "\n".join(evidence_page([outcome], [], "plots"))
    assert outcome.prediction in page
    assert f"plots/{outcome.name}.png" in page


def test_skill_is_balanced_and_what_is_hardly_read_decides_nothing(bench: Bench) -> None:
    assert Skill(hits=9, shown=10, false=9, others=90).balanced == pytest.approx(0.9)
    assert Skill(hits=0, shown=10, false=0, others=90).balanced == pytest.approx(0.5)
    assert Skill(hits=0, shown=0, false=0, others=90).balanced == 0
    outcome = run_experiment(shortened("core_in_tags"), bench)
    assert set(outcome.skills) == set(shortened("core_in_tags").conditions)
    assert outcome.word == "undetermined"
    lines = list(lines_of([replace(outcome, skills={"tagged_alone": 0.5})]))
    assert lines[-1].endswith("anything: tagged alone of claim 6 (0.500).")


def test_control_is_counted_beside_what_can_be_read(bench: Bench, tmp_path: Path) -> None:
    rows = measure(bench.studio, bench.reader, SMALL, count=4, out=tmp_path)
    assert [row.axis for row in rows] == [
        "hair_colour", "hairstyle", "outfit", "framing", "view", "elevation", "pose",
        "probed_framing", "probed_view", "probed_elevation", "probed_pose",
    ]  # fmt: skip
    assert all(row.asked + row.silent == 4 for row in rows if "pose" not in row.axis)
    with Image.open(tmp_path / "control.png") as sheet:
        assert sheet.size == (480, 160)


def test_silence_is_no_answer_and_the_goal_is_named() -> None:
    asked = [{"view": "back"}, {"view": "front"}, {"view": "front"}]
    drawn = [Reading(labels={"view": v}) for v in ("back", None, "back")]
    true = [Reading(labels={"view": v}) for v in ("back", "front", None)]
    [row] = [row for row in count_up(asked, drawn, true) if row.axis == "view"]
    assert row == AxisControl(axis="view", asked=2, right=1, silent=1, read_right=2, read=2)
    lines = list(control_table([row]))
    assert lines[2] == "| view | 50% of 2 | 9% to 91% | 100% | 1 | missed by 35% |"


def test_the_space_of_faults_is_declared_and_walked_through_by_chance() -> None:
    space = load_space()
    assert (space.datasets, space.held_out) == (60, 30)
    taken = [chosen(space, number) for number in range(60)]
    assert taken[:5] == [chosen(space, number) for number in range(5)]
    for part, variants in space.parts.items():
        assert {one[part] for one in taken} == set(variants)
    arm = arm_of(space, {"bodies": "mixed", "captions": "tagged"})
    assert arm.shots == ("posed", "turnarounds")
    assert arm.structure is not None
    assert arm.structure["blonde hair"] == "hair"
    assert {code for f in space.failures.values() for code in f.codes} <= CODES


def test_a_dataset_of_the_space_is_linted_trained_and_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = load_space()
    tiny = replace(shortened("core_in_tags"), name="calibration")
    known = {shot.name: replace(shot, count=1, size=(64, 64)) for shot in space.experiment.shots}
    tiny = replace(tiny, shots=tuple(known.values()), arms={}, conditions={}, effects=())
    space = replace(space, experiment=tiny)
    [tried] = run_calibration(space, bench, datasets=1)
    [kept] = Journal(bench.work / "calibration" / "calibration.jsonl", Tried).read()
    # What is kept is what was drawn; findings are of today's rules.
    assert kept == replace(tried, codes=(), skipped=())
    write_tried([tried], bench.work / "kept" / "calibration.jsonl")
    assert list(Journal(bench.work / "kept" / "calibration.jsonl", Tried).read()) == [tried]
    assert tried.variants == chosen(space, 0)
    assert set(tried.shares) == set(space.failures)
    assert "COV015" in tried.codes
    found = powers(space, [tried])
    assert sum(p.hits + p.false + p.missed + p.quiet for p in found if p.half == "held out") == 0

    monkeypatch.setattr(calibration, "_try", refuse)
    assert run_calibration(space, bench, datasets=1) == (tried,)
    with pytest.raises(AssertionError):  # another space is tried anew
        run_calibration(replace(space, experiment=replace(tiny, seeds=3)), bench, datasets=1)


def sixty(low_angle: Callable[[int], float]) -> list[Tried]:
    """Sets of which every second one lacks low angles, and is told so."""
    return [
        Tried(
            key=f"{number}",
            number=number,
            variants={},
            codes=("COV005",) if number % 2 else (),
            skipped=("COV007",),
            shares={"low_angle": low_angle(number), "stands": None},
        )
        for number in range(60)
    ]


def test_findings_are_held_against_failures_on_each_half() -> None:
    tried = sixty(lambda number: 0.1 if number % 2 else 0.9)
    found = {(p.code, p.half): p for p in powers(load_space(), tried)}
    low = found["COV005", "held out"]
    assert (low.hits, low.false, low.missed, low.quiet) == (15, 0, 0, 15)
    assert low.word == "foretells"
    assert found["COV007", "open"].word == "undetermined: always or never found"
    assert found["COV001", "open"].hits == 0
    weak = Power(code="X", failure="f", half="open", hits=5, false=5, missed=5, quiet=5, p=0.67)
    assert weak.word == "not shown to foretell"
    assert "15 of 15 (80% to 100%)" in "".join(table([low]))
    said = (
        "Of 30 random sets that were held out, a low angle when asked for was missing in 15 of "
        "15 (80% to 100%) with this finding and in 0 of 15 (0% to 20%) without; false alarms 0 of "
        "15 (0% to 20%): a finding foretells it."
    )
    assert told_by_code([], [low, weak]) == {"COV005": (said,)}


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_where_all_sets_fail_or_none_does_nothing_is_said_of_a_finding(share: float) -> None:
    low = next(p for p in powers(load_space(), sixty(lambda _: share)) if p.code == "COV005")
    assert (low.hits + low.false, low.missed + low.quiet) == (15, 15)
    assert low.p is None
    assert low.word == "undetermined: it always failed or never did"
