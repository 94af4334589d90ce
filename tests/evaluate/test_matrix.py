"""Plans are frozen, canaries stop bad runs, and every picture is drawn once and says what it is."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.evaluations import random_lora, write_evaluation
from support.miniature import write_base

from curate.errors import UserError
from evaluate.budget import BudgetStop
from evaluate.generate.canaries import read as read_canaries
from evaluate.generate.folder import compile_pattern, take_in
from evaluate.generate.png_text import read_told
from evaluate.generate.run import Limits, rows_of
from evaluate.matrix import estimate, estimate_lines, prepare, run_matrix
from evaluate.spec.plan import make_plan, read_plan
from evaluate.spec.prompts import Wording, prompt, weighted
from evaluate.spec.spec import EvalSpec, load_spec
from rules.records import RecordError
from train.lock import locked

pytestmark = pytest.mark.usefixtures("one_thread")

Made = Callable[..., EvalSpec]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def made(tmp_path: Path, base: Path) -> Made:
    (tmp_path / "base").symlink_to(base)

    def make(**settings: Any) -> EvalSpec:  # noqa: ANN401 - any of YAML
        return load_spec(write_evaluation(tmp_path, **settings))

    return make


def run(spec: EvalSpec, **limits: Any) -> list[str]:  # noqa: ANN401 - fields of Limits
    said: list[str] = []
    run_matrix(spec, limits=Limits(**limits), say=said.append)
    return said


def test_a_run_draws_every_cell_once_and_each_says_what_it_is(made: Made) -> None:
    spec = made()
    assert run(spec)[-1].startswith("12 pictures drawn, 12 in")
    assert run(spec)[-1].startswith("0 pictures drawn, 12 in")
    plan = read_plan(spec.folder)
    assert plan is not None
    assert [(p.cell.arm, p.cell.checkpoint) for p in plan.cells[::4]] == [
        ("base", None),
        ("lora", "ep20"),
        ("lora", "ep40"),
    ]
    rows = rows_of(spec.folder)
    assert set(rows) == set(plan.keys)
    for planned in plan.cells:
        path = spec.folder / rows[planned.key].file
        told = read_told(path)
        assert told is not None
        assert told["key"] == planned.key
        assert told["recipe"]["prompt"] == planned.cell.prompt
        with Image.open(path) as picture:
            line = picture.info["parameters"]
        assert line.startswith(f"{planned.cell.prompt} <lora:turbo:1>")
        assert f"Seed: {planned.cell.seed}, Size: 64x64" in line


def test_checkpoints_differ_and_a_base_is_the_base(made: Made) -> None:
    spec = made()
    run(spec)
    plan, rows = read_plan(spec.folder), rows_of(spec.folder)
    assert plan is not None
    pixels = {p.cell: rows[p.key].pixels for p in plan.cells}
    assert len(set(pixels.values())) == 12


def test_a_lora_leaves_no_trace_in_the_weights(made: Made) -> None:
    once = made(name="once", epochs=[40], matrix=MATRIX)
    both = made(name="both", matrix=MATRIX)
    run(once)
    run(both)
    ours, theirs = rows_of(once.folder), rows_of(both.folder)
    assert set(ours) < set(theirs)
    assert all(ours[key].pixels == theirs[key].pixels for key in ours)


MATRIX = {"formats": ["K"], "scenes": {"portrait": "smile"}, "seeds": [1]}
PROBES = {
    "seeds": [1, 2],
    "angles": {"low": {"words": "from below", "axis": "elevation", "label": "below"}},
    "strengths": [0.0, 0.5, 1.0],
    "tokens": ["standing"],
    "neutral": "full body",
    "unrelated": ["simple background"],
}


def test_probes_ask_in_every_arm_and_what_is_one_picture_is_drawn_once(made: Made) -> None:
    attributes = {"identity": {"asks": "her"}, "bow": {"asks": "a bow", "described": "blue ribbon"}}
    spec = made(matrix=MATRIX, probes=PROBES, attributes=attributes)
    plan = prepare(spec).plan
    parts: dict[str, list[Any]] = {}
    for planned in plan.cells:
        parts.setdefault(planned.cell.part, []).append(planned)
    assert {part: len(found) for part, found in parts.items()} == {
        "matrix": 3, "pose": 6, "control": 8, "prior": 2, "leak": 4, "angle": 4, "strength": 6,
        "token": 4,
    }  # fmt: skip
    prompts = {
        (p.cell.part, p.cell.arm, p.cell.weight, p.cell.token): p.cell.prompt for p in plan.cells
    }
    assert prompts["control", "base", 1.0, None] == "safe, 1girl, from below"
    assert prompts["control", "lora_no_trigger", 1.0, None] == "safe, 1girl, from below"
    assert prompts["control", "base_trigger", 1.0, None] == "safe, 1girl, keichan, from below"
    assert prompts["angle", "lora", 1.6, None] == "safe, 1girl, keichan, (from below:1.6)"
    assert prompts["token", "lora", 1.0, "standing"] == "safe, 1girl, keichan, full body, standing"
    assert prompts["prior", "base", 1.0, None].startswith("safe, 1girl, blue ribbon, upper body")
    by_cell = {(p.cell.part, p.cell.arm, p.cell.strength, p.cell.seed): p.key for p in plan.cells}
    assert by_cell["strength", "lora", 1.0, 1] == by_cell["control", "lora", 1.0, 1]
    assert by_cell["strength", "lora", 0.0, 1] == by_cell["control", "base_trigger", 1.0, 1]
    run(spec)
    assert len(rows_of(spec.folder)) == len(plan.keys) < len(plan.cells)
    canaries = read_canaries(spec.folder)
    assert canaries is not None
    assert {one.id: one.verdict for one in canaries.found} == {
        "V1": "passed", "V2": "passed", "V3": "passed", "V4": "passed", "V5": "passed",
        "V6": "warned",
    }  # fmt: skip


def test_a_turbo_lora_that_does_nothing_stops_the_run_before_any_picture(
    made: Made, tmp_path: Path
) -> None:
    spec = made()
    random_lora(tmp_path / "turbo.safetensors", 7, scale=0.0)
    for _ in range(2):  # the second time from what was written down
        with pytest.raises(UserError, match="V3: the speed LoRA did not load"):
            run(spec)
    assert not rows_of(spec.folder)


def test_an_inert_lora_stops_the_run(made: Made, tmp_path: Path) -> None:
    spec = made()
    random_lora(tmp_path / "run/epoch-0040/tiny-0040.safetensors", 1, scale=0.0)
    with pytest.raises(UserError, match=r"V1: inert_lora: ep40 changes 0\.00 of 255 levels"):
        run(spec)


def test_an_early_lora_may_do_little_but_not_nothing(made: Made, tmp_path: Path) -> None:
    spec = made()
    early = tmp_path / "run/epoch-0020/tiny-0020.safetensors"
    random_lora(early, 1, scale=0.0)
    with pytest.raises(UserError, match=r"V1: inert_lora: ep20 changes nothing; it did not load"):
        run(spec)


def test_another_scale_of_positions_is_another_plan(made: Made) -> None:
    spec = made()
    with pytest.raises(BudgetStop):
        run(spec, images=0)
    assert spec.base is not None
    changed = replace(spec, base=replace(spec.base, rope_scale=(1.0, 2.0, 2.0)))
    with pytest.raises(UserError, match=r"frozen with other settings \(base\.rope_scale"):
        prepare(changed)


def test_a_lora_of_another_base_is_told_of(made: Made, tmp_path: Path) -> None:
    spec = made()
    path = tmp_path / "run/epoch-0040/tiny-0040.safetensors"
    random_lora(path, 40, told={"lora_curate.base_sha256": "f" * 64})
    assert any(line.startswith("warning: V6: cross_base: ep40") for line in run(spec))
    random_lora(path, 40, told={"lora_curate.blocks": "28"})
    with pytest.raises(UserError, match="28 blocks"):
        run(replace(spec, name="other"))


def test_a_spec_that_changed_since_is_refused_with_the_difference(made: Made) -> None:
    run(made())
    changed = made(matrix={"formats": ["K", "N"], "scenes": {"portrait": "smile"}, "seeds": [1, 3]})
    with pytest.raises(UserError, match=r"matrix.seeds: \[1, 2\] -> \[1, 3\]"):
        run(changed)
    run(replace(changed, name="other"))


def test_judges_and_margins_may_change(made: Made) -> None:
    run(made())
    assert run(made(margin=0.25, judges=[{"kind": "classifier"}]))[-1].startswith("0 pictures")


def test_a_lora_that_was_written_anew_is_another_plan(made: Made, tmp_path: Path) -> None:
    spec = made()
    run(spec)
    random_lora(tmp_path / "run/epoch-0040/tiny-0040.safetensors", 99)
    from train.stamps import weights_digest

    weights_digest.cache_clear()
    with pytest.raises(UserError, match=r"loras\.ep40"):
        run(spec)


def test_budgets_stop_between_two_pictures_and_go_on(made: Made) -> None:
    spec = made()
    with pytest.raises(BudgetStop, match=r"5 pictures drawn, as many as asked; 7 are left"):
        run(spec, images=5)
    first = {row.key: row for row in rows_of(spec.folder).values()}
    assert len(first) == 5
    with pytest.raises(BudgetStop, match="GPU hours are spent; 7 are left"):
        run(spec, gpu_hours=0.0)
    assert run(spec)[-1].startswith("7 pictures drawn")
    assert all(rows_of(spec.folder)[key] == row for key, row in first.items())


def test_processes_share_what_is_allowed() -> None:
    class Third:
        count, rank = 4, 2

    class Fourth:
        count, rank = 4, 3

    assert [Limits(images=11).share(one).images for one in (Third, Fourth)] == [3, 2]  # type: ignore[arg-type]
    assert Limits(gpu_hours=1.0).share(Third) == Limits(gpu_hours=1.0)  # type: ignore[arg-type]


def test_what_is_worth_knowing_is_said_before_a_budget_stops(made: Made, tmp_path: Path) -> None:
    spec = made()
    random_lora(tmp_path / "run/epoch-0040/tiny-0040.safetensors", 40, told={
        "lora_curate.base_sha256": "f" * 64})  # fmt: skip
    said: list[str] = []
    with pytest.raises(BudgetStop):
        run_matrix(spec, limits=Limits(images=1), say=said.append)
    assert said[0].startswith("warning: V6: cross_base: ep40")


def test_two_runs_in_one_folder_are_refused(made: Made) -> None:
    spec = made()
    with locked(spec.folder), pytest.raises(UserError, match="another run"):
        run(spec)


def test_a_row_that_a_crash_tore_is_made_good_without_drawing(made: Made) -> None:
    spec = made()
    run(spec)
    cells = spec.folder / "cells.jsonl"
    whole = cells.read_bytes()
    cells.write_bytes(whole[:-20])
    pictures = {path: path.stat().st_mtime_ns for path in spec.folder.rglob("*.png")}
    assert run(spec)[-1].startswith("0 pictures drawn")
    assert len(rows_of(spec.folder)) == 12
    assert {path: path.stat().st_mtime_ns for path in spec.folder.rglob("*.png")} == pictures
    assert cells.read_bytes().endswith(b"\n")


def test_a_picture_that_was_deleted_is_drawn_again(made: Made) -> None:
    spec = made()
    run(spec)
    rows = list(rows_of(spec.folder).values())
    (spec.folder / rows[0].file).unlink()
    assert run(spec)[-1].startswith("1 picture drawn")


def test_a_line_that_somebody_damaged_is_named(made: Made) -> None:
    spec = made()
    run(spec)
    cells = spec.folder / "cells.jsonl"
    lines = cells.read_text().splitlines(keepends=True)
    cells.write_text("".join([*lines[:3], '{"key": 1}\n', *lines[3:]]))
    with pytest.raises(UserError, match="line 4 is damaged"):
        run(spec)


def test_what_is_missing_is_named_at_once(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no LoRA of epoch 60; there are 20, 40"):
        prepare(made(epochs=[20, 60]))
    with pytest.raises(UserError, match="no such LoRA: mine"):
        prepare(made(checkpoints={"mine": {"file": "gone.safetensors", "epoch": 1}}))
    (tmp_path / "turbo.safetensors").unlink()
    spec = made()
    (tmp_path / "turbo.safetensors").unlink()
    with pytest.raises(UserError, match=r"turbo.safetensors: No such file"):
        prepare(spec)


def test_a_preset_that_needs_a_turbo_lora_says_so(made: Made) -> None:
    with pytest.raises(UserError, match="needs `turbo`"):
        made(turbo=False, sampling={})


def test_unknown_keys_are_refused_with_the_nearest(made: Made) -> None:
    with pytest.raises(RecordError, match="did you mean `formats`"):
        made(matrix={"format": ["K"]})
    with pytest.raises(RecordError, match="judges"):
        made(judges=[{"kind": "visoin"}])


def test_an_estimate_counts_before_anything_is_loaded(made: Made) -> None:
    spec = made(judges=[{"kind": "vision", "prices": [1.0, 10.0]}], gpu_hour=3600.0)
    lines = list(estimate_lines(spec, prepare(spec)))
    assert lines[0] == "2 checkpoints x 2 formats x 1 scenes x 2 seeds"
    assert "12 pictures, 12 to draw; LoRAs change 2 times" in lines
    assert not spec.folder.exists()
    with pytest.raises(BudgetStop):
        run(spec, images=3)
    told = estimate(spec, prepare(spec).plan)
    assert (told.left, told.calls) == (9, 13)
    assert told.seconds is not None
    assert told.cost == pytest.approx(9 * told.seconds + 13.2 * 0.0065, rel=1e-6)


def test_prompts_of_formats() -> None:
    wording = Wording(
        prefix=("masterpiece",),
        count="1girl",
        trigger="tk",
        captions=(
            (frozenset({"full body"}), "She stands."),
            (frozenset({"upper body", "smile"}), "She smiles."),
        ),
        assist=("hair intakes",),
    )
    scene = "upper body, smile"
    assert prompt(wording, scene) == "masterpiece, 1girl, tk, upper body, smile"
    assert prompt(wording, scene, "N").endswith("upper body, smile. She smiles.")
    assert prompt(wording, scene, "KT").endswith("upper body, smile, hair intakes")
    assert prompt(wording, scene, trigger=False) == "masterpiece, 1girl, upper body, smile"
    assert (weighted("from below", 1.0), weighted("from below", 1.6)) == (
        "from below",
        "(from below:1.6)",
    )


def test_formats_that_ask_for_the_same_are_refused(made: Made, tmp_path: Path) -> None:
    spec = made()
    for caption in (tmp_path / "set").glob("*.txt"):
        caption.write_text("safe, keichan, blonde hair, full body, standing")
    with pytest.raises(UserError, match="N asks for the same as K: N needs captions with"):
        prepare(spec)


def test_more_seeds_leave_every_picture_where_it_was(made: Made) -> None:
    spec = made()
    prepared = prepare(spec)
    more = make_plan(
        spec, prepared.digests, prepared.plan.loras, prepared.wording, [("ep40", 9), ("ep40", 10)]
    )
    assert set(prepared.plan.keys) < set(more.keys)
    added = [p.cell for p in more.cells if p.key not in set(prepared.plan.keys)]
    assert {cell.seed for cell in added} == {9, 10}
    assert {cell.checkpoint for cell in added} == {"ep40", None}
    assert more.hash != prepared.plan.hash
    assert json.dumps(more.settings) == json.dumps(prepared.plan.settings)


def picture(path: Path, colour: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(path)


def test_pictures_from_elsewhere_are_taken_in_by_their_names(tmp_path: Path) -> None:
    picture(tmp_path / "grid/20_K_42.png", "red")
    picture(tmp_path / "grid/40_N_100.png", "blue")
    picture(tmp_path / "grid/notes.png", "white")
    plan, rows, others = take_in(
        tmp_path / "grid", "{epoch}_{format}_{seed}.png", tmp_path / "out/x", "x"
    )
    found = [(p.cell.checkpoint, p.cell.epoch, p.cell.format, p.cell.seed) for p in plan.cells]
    assert found == [("ep20", 20, "K", 42), ("ep40", 40, "N", 100)]
    assert rows[0].file == "../../grid/20_K_42.png"
    assert others == ("notes.png",)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("{epoch}.png", "name the {seed}"),
        ("{sed}_{seed}.png", "sed is unknown"),
        ("{seed}_{seed}.png", "twice"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(pattern: str, fault: str) -> None:
    with pytest.raises(UserError, match=fault):
        compile_pattern(pattern)


def test_a_folder_where_nothing_matches_is_named(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", "red")
    with pytest.raises(UserError, match=r"none of 1 picture is named like .*, such as a.png"):
        take_in(tmp_path, "{epoch}_{seed}.png", tmp_path / "out", "x")
    picture(tmp_path / "sketch_1.png", "red")
    with pytest.raises(UserError, match="`sketch` is no arm"):
        take_in(tmp_path, "{arm}_{seed}.png", tmp_path / "out", "x")
