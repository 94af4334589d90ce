"""Every command on a miniature base, as a person runs it: what it prints, writes and ends with."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd  # type: ignore[import-untyped]
import pytest
import yaml
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from pydantic import TypeAdapter
from support.evaluations import (
    Ran,
    answer_file,
    evaluate,
    evaluate_here,
    random_lora,
    write_evaluation,
)
from support.eyes import tiny_open_clip
from support.miniature import named_folder
from support.runs import write_run
from support.vision_stub import serving

from evaluate.outputs.sheets import PIXELS, SIDE, paging
from evaluate.outputs.tables import as_text
from evaluate.spec.cells import Cell
from evaluate.spec.spec import load_spec
from evaluate.vectors import classifiers_in, load_vectors
from evaluate.verdicts.evidence import TRAIN
from evaluate.verdicts.verdict import VerdictFile
from rules.profiles import Base
from rules.records import parse
from train.lock import locked
from train.stamps import weights_digest

pytestmark = pytest.mark.usefixtures("one_thread")

SEEDS = [42, 100, 200, 300, 400]
ATTRIBUTES = {
    "identity": {"asks": "her", "required": True},
    "bow": {"asks": "a bow", "described": "blue ribbon"},
}


def opinion(cell: Cell) -> dict[str, float | str | None]:
    """What an eye says that knows: the LoRA is level from epoch 20 on, the base is nobody."""
    if cell.checkpoint is None:
        return {"identity": 1.0, "bow": 5.0, "broken": 0.0}
    wobble = (SEEDS.index(cell.seed) if cell.seed in SEEDS else 0) % 2
    return {
        "identity": 4.0 + wobble,
        "bow": None if cell.format == "N" else 4.0,
        "broken": float(cell.epoch == 40 and cell.seed == 42 and cell.format == "K"),
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that is drawn, scored, judged and reported; tests copy it before they change it."""
    folder = tmp_path_factory.mktemp("drawn")
    path = settings(folder)
    assert run(path, "matrix").code == 0
    answer_file(folder, opinion)
    for command in ("score", "verdicts", "report"):
        done = run(path, command)
        assert done.code == 0, done.err
    return folder


@pytest.fixture
def copied(drawn: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    shutil.copytree(drawn, tmp_path / "run", dirs_exist_ok=True, symlinks=True)
    return tmp_path / "run"


def settings(folder: Path, **changes: Any) -> Path:  # noqa: ANN401 - any of YAML
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "references").mkdir(exist_ok=True)
    Image.new("RGB", (64, 64), "#224488").save(folder / "references" / "a.png")
    return write_evaluation(
        folder,
        **{
            "matrix": {"formats": ["K", "N"], "scenes": {"portrait": "smile"}, "seeds": SEEDS},
            "attributes": ATTRIBUTES,
            "references": ["references"],
            "judges": [{"kind": "fixed", "answers": "answers.json"}],
            **changes,
        },
    )


def run(spec: Path, command: str, *more: str) -> Ran:
    return evaluate_here(command, "--spec", str(spec), *more)


def verdicts_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "evaluations/tiny/verdicts.json").read_text())
    return found


def test_verdicts_say_what_the_scores_bear(drawn: Path) -> None:
    found = verdicts_of(drawn)
    by_code = {(one["code"], one["subject"]): one for one in found["verdicts"]}
    assert by_code["EVL005", "composite"]["word"] == "confirmed"
    assert by_code["EVL006", "epoch"]["estimate"] == 20
    assert by_code["EVL008", "ep40 K"]["word"] == "fluke"
    assert by_code["EVL009", "ep40 against ep20"]["word"] == "no_difference"
    assert by_code["EVL001", "matrix"]["outcome"] == "complete"
    assert found["judge_stamp"].startswith("uncalibrated")
    skipped = {one["code"]: one["reason"] for one in found["skipped"]}
    assert set(skipped) | {one["code"] for one in found["verdicts"]} == {
        f"EVL{number:03}" for number in range(1, 31)
    }
    assert "approved" in skipped["EVL015"]


def test_the_schema_is_that_of_the_records(drawn: Path) -> None:
    file = Path(__file__).parents[2] / "evaluate" / "verdicts" / "verdicts.schema.json"
    schema = json.loads(file.read_text())
    made = TypeAdapter(VerdictFile).json_schema()
    assert {key: schema[key] for key in ("properties", "$defs", "required")} == {
        key: made[key] for key in ("properties", "$defs", "required")
    }
    jsonschema.validate(verdicts_of(drawn), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**verdicts_of(drawn), "verdicts": [{"code": "EVL001"}]}, schema)


def test_a_second_score_asks_nobody_and_a_second_verdict_is_the_same(copied: Path) -> None:
    before = (copied / "evaluations/tiny/scores.jsonl").read_bytes()
    done = run(copied / "evaluate.yaml", "score")
    assert "0 pictures judged, 38 known" in done.out
    assert (copied / "evaluations/tiny/scores.jsonl").read_bytes() == before
    assert run(copied / "evaluate.yaml", "verdicts").code == 0
    assert not (copied / "evaluations/tiny/history").exists()


def test_another_word_puts_the_old_verdicts_away_and_diff_says_what_was_retracted(
    copied: Path,
) -> None:
    def later(cell: Cell) -> dict[str, float | str | None]:
        said = opinion(cell)
        if cell.epoch == 40:
            said["identity"] = 5.0
        if cell.epoch == 20:
            said["identity"] = 2.0
        return said

    answer_file(copied, later)
    path = copied / "evaluate.yaml"
    assert run(path, "score").code == 0
    assert run(path, "verdicts").code == 0
    folder = copied / "evaluations/tiny"
    (old,) = (folder / "history").glob("*.json")
    done = evaluate_here("diff", str(folder), str(old))
    assert done.code == 0
    assert "retracted EVL030 ep40: recommended ep40 -> recommended ep20" in done.out
    assert "no gain, not broken" in done.out
    told = json.loads(evaluate_here("diff", str(old), str(old), "--json").out)
    assert told == []


def test_the_tables_have_a_row_for_every_answer(drawn: Path) -> None:
    folder = drawn / "evaluations/tiny"
    parquet, csv = pd.read_parquet(folder / "results.parquet"), pd.read_csv(folder / "results.csv")
    assert len(parquet) == len(csv) == 38 * 3
    hers = parquet[(parquet.attribute == "identity") & (parquet.checkpoint == "ep40")]
    assert sorted(hers["value"]) == [4.0] * 6 + [5.0] * 4
    assert set(parquet[parquet.attribute == "bow"]["state"]) == {"scored", "invisible"}


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    assert as_text(text) == f"'{text}"
    assert as_text("smile") == "smile"


def test_sheets_frame_the_target_green_and_the_base_grey(drawn: Path) -> None:
    (path,) = (drawn / "evaluations/tiny/sheets").glob("*.png")
    with Image.open(path) as sheet:
        assert sheet.size == (4 * 70 + 6, 64 + 10 * (64 + 26 + 6) + 6)
        assert sheet.getpixel((6, 64)) == (21, 128, 61)
        assert sheet.getpixel((76, 64)) == (120, 113, 108)


@pytest.mark.parametrize(
    ("columns", "rows", "picture"),
    [(7, 15, (832, 1216)), (200, 500, (832, 1216)), (3, 10_000, (64, 64)), (1, 1, (8192, 64))],
)
def test_pages_stay_within_sixty_million_pixels(
    columns: int, rows: int, picture: tuple[int, int]
) -> None:
    how = paging(columns, rows, picture)
    width = how.columns * (how.cell[0] + 6) + 6
    height = 64 + how.rows * (how.cell[1] + 32) + 6
    assert width * height <= PIXELS
    assert max(width, height) <= SIDE
    assert how.cell[0] <= 416
    assert how.cell[1] <= 608


@pytest.fixture(scope="module")
def page(drawn: Path) -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium")
        shown = browser.new_page(viewport={"width": 1280, "height": 900})
        complaints: list[str] = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on(
            "request", lambda sent: complaints.append(sent.url) if "http" in sent.url else None
        )
        shown.goto((drawn / "evaluations/tiny/report.html").as_uri())
        yield shown
        assert not complaints
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_fits_a_desk_and_a_telephone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("h1").inner_text() == "tiny"
    assert page.locator("svg.curve").count() == 4
    assert page.locator(".matrix tbody tr").count() == 10
    wide = page.locator(".matrix tbody th").first.evaluate("node => node.offsetWidth")
    assert wide >= 60


def test_the_matrix_is_walked_by_keys_and_wiped(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".viewer").focus()
    said = page.locator(".hand output")
    assert said.inner_text() == "portrait K s42: target | ep40 (1 of 10)"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert said.inner_text() == "portrait K s100: target | ep20 (2 of 10)"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert said.inner_text() == "portrait N s400: target | ep20 (10 of 10)"
    page.locator("[name=wipe]").fill("80")
    clip = page.locator(".over").evaluate("img => img.style.clipPath")
    assert "80%" in clip
    # A verdict's picture opens in the viewer.
    page.locator("li:has-text('EVL008') button").first.click()
    assert "s42" in said.inner_text()


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"
    path = settings(
        tmp_path,
        matrix={"formats": ["K"], "scenes": {evil: "smile"}, "seeds": [1]},
        attributes={"identity": {"asks": evil}, "=cmd|' /C calc'!A0": {"asks": "x"}},
    )
    assert run(path, "matrix").code == 0
    answer_file(tmp_path, lambda _: {"identity": 3.0, "=cmd|' /C calc'!A0": 2.0})
    for command in ("score", "verdicts", "report"):
        assert run(path, command).code == 0
    text = (tmp_path / "evaluations/tiny/report.html").read_text()
    assert evil not in text
    assert "&lt;img src=x" in text
    summary = (tmp_path / "evaluations/tiny/summary.md").read_text()
    assert "<img" not in summary.replace("\\<img", "")


def test_a_gate_fails_on_what_is_confirmed_and_on_what_is_not_shown(drawn: Path) -> None:
    folder = str(drawn / "evaluations/tiny")
    passed = evaluate_here("gate", folder)
    assert passed.code == 0
    assert passed.out.startswith("PASS ")
    kept = evaluate_here("gate", folder, "--require", "EVL006:recommended@epoch")
    assert kept.code == 0
    failed = evaluate_here("gate", folder, "--require", "EVL011:controllable")
    assert (failed.code, failed.out) == (
        1,
        "FAIL EVL011:controllable is not decided (not asked)\n",
    )
    failed = evaluate_here(
        "gate", folder, "--fail-on", "EVL014:base_strong", "--fail-on", "EVL006:recommended"
    )
    assert failed.code == 1
    assert evaluate_here("gate", folder, "--fail-on", "EVL999:x").code == 2
    misspelt = evaluate_here("gate", folder, "--fail-on", "EVL027:copied")
    assert misspelt.code == 2
    assert "EVL027 never decides `copied`; write one of copies, apart" in misspelt.err
    assert evaluate_here("gate", str(drawn / "nothing")).code == 2


def test_more_seeds_are_drawn_only_where_they_decide(copied: Path) -> None:
    path = copied / "evaluate.yaml"
    done = run(path, "extend", "--suspect", "--dry-run")
    assert done.code == 0
    before = (copied / "evaluations/tiny/plan.json").read_bytes()

    def breaking(cell: Cell) -> dict[str, float | str | None]:
        bad = cell.epoch == 40 and cell.format == "K" and cell.seed in {42, 100, 200}
        return opinion(cell) | {"broken": float(bad)}

    answer_file(copied, breaking, who="second")
    assert run(path, "score").code == 0
    assert run(path, "verdicts").code == 0
    suspects = [one for one in verdicts_of(copied)["verdicts"] if one["word"] == "suspect"]
    assert [one["subject"] for one in suspects if one["code"] == "EVL008"] == ["ep40 K"]
    done = run(path, "extend", "--suspect", "--dry-run")
    assert "4 seeds more (500, 600, 700, 800) for ep40, ep20" in done.out
    assert (copied / "evaluations/tiny/plan.json").read_bytes() == before
    assert "24 pictures drawn, 62 in" in run(path, "extend", "--suspect").out
    assert "0 pictures drawn, 62 in" in run(path, "matrix").out
    # The seeds stay in the plan, and a report of verdicts without them is refused.
    assert run(path, "report").code == 2


def test_pictures_from_elsewhere_are_judged_in_one_command(tmp_path: Path) -> None:
    grid = tmp_path / "grid"
    grid.mkdir()
    for epoch in (20, 40):
        for seed in (1, 2, 3, 4):
            Image.new("RGB", (16, 16), (epoch, seed, 0)).save(grid / f"{epoch}_K_{seed}.png")
    spec = {
        "name": "tiny",
        "checkpoints": {"unused": {"file": "none", "epoch": 0}},
        "attributes": {"identity": {"asks": "her", "required": True}},
        "judges": [{"kind": "fixed", "answers": "answers.json"}],
    }
    (tmp_path / "evaluate.yaml").write_text(yaml.safe_dump(spec))
    (tmp_path / "answers.json").write_text(json.dumps({"answers": []}))
    spec["sampling"] = {"preset": "anima-base30"}
    path = tmp_path / "evaluate.yaml"
    path.write_text(yaml.safe_dump(spec))
    pattern = ("--from-folder", str(grid), "--pattern", "{epoch}_{format}_{seed}.png")
    assert "8 pictures of" in run(path, "score", *pattern).out
    answer_file(tmp_path, lambda cell: {"identity": 5.0 if cell.epoch == 40 else 1.0})
    assert run(path, "score", *pattern).code == 0
    assert run(path, "verdicts").code == 0
    by_code = {(v["code"], v["subject"]): v for v in verdicts_of(tmp_path)["verdicts"]}
    assert by_code["EVL003", "ep40"]["outcome"] == "usable_from_trigger"
    assert by_code["EVL003", "ep20"]["outcome"] == "not_usable"
    assert run(path, "report").code == 0
    Image.new("RGB", (16, 16), "red").save(grid / "40_K_1.png")
    assert run(path, "score", "--from-folder", str(grid)).code == 2


@pytest.mark.parametrize("loras", ["run", None])
def test_a_base_profile_is_read_by_the_linter(loras: str | None, tmp_path: Path) -> None:
    """A base can be asked before anything was trained on it."""
    path = settings(tmp_path, run=loras, probes={"seeds": list(range(1, 9))})
    done = run(path, "matrix")
    assert done.code == 0, done.err

    def prior(cell: Cell) -> dict[str, float | str | None]:
        return opinion(cell) if cell.part == "matrix" else {"bow": 5.0}

    answer_file(tmp_path, prior)
    assert run(path, "score").code == 0
    out = tmp_path / "tiny-base.yaml"
    done = run(path, "probe-base", "--id", "tiny-base", "--out", str(out))
    assert done.code == 0, done.err
    profile = parse(Base, yaml.safe_load(out.read_text()), "tiny-base")
    (bow,) = profile.strong
    assert (bow.feature, bow.tags, bow.probes, bow.rate) == ("bow", ("blue ribbon",), 8, 1.0)
    assert "95% 0.68 to 1.00" in bow.evidence
    assert run(path, "probe-base", "--id", "tiny-base", "--out", str(out)).code == 2


def test_two_loras_are_compared_in_both_orders(copied: Path) -> None:
    path = copied / "evaluate.yaml"
    for epoch in (20, 40):
        random_lora(copied / f"other/epoch-{epoch:04}/tiny-{epoch:04}.safetensors", epoch + 500)
    told = yaml.safe_load(path.read_text())
    other = copied / "other.yaml"
    other.write_text(yaml.safe_dump({**told, "name": "other", "run": "other"}))
    assert run(other, "matrix").code == 0

    def redder(*_: object) -> str:
        return json.dumps({"fidelity": "first", "mouth": "tie"})

    with serving(redder) as stub:
        told["judges"] = [{"kind": "vision", "model": "eye", "base_url": stub.url}]
        path.write_text(yaml.safe_dump(told))
        axes = ("--axis", "fidelity", "--axis", "mouth")
        done = evaluate_here("compare", str(path), str(other), *axes)
        assert done.code == 0, done.err
        assert len(stub.bodies) == 20  # 10 pairs in 2 orders
        again = evaluate_here("compare", str(path), str(other), *axes, "--out", str(copied / "c"))
        assert len(stub.bodies) == 20
    # Whoever always likes the first picture likes nobody.
    assert (
        "EVL020 open (B): fidelity: LoRA A wins 50% of 10 pairs (5 seeds, 100% flipped" in done.out
    )
    assert again.out == f"{done.out}wrote {copied / 'c'}\n"
    assert "no_difference EVL023 same_base" in done.out
    assert evaluate_here("gate", str(copied / "c"), "--fail-on", "EVL020:A_better").code == 0
    assert evaluate_here("gate", str(copied / "c"), "--require", "EVL023:same_base").code == 0


def test_references_that_are_trained_are_refused(copied: Path) -> None:
    shutil.copy(copied / "set" / "a.png", copied / "references" / "b.png")
    done = run(copied / "evaluate.yaml", "verdicts")
    assert done.code == 2
    assert "DUP006: a reference must not be trained: b.png is a.png" in done.err.replace(
        str(copied / "references") + "/", ""
    )


def approve(folder: Path) -> str:
    """Approve the set as `curate approve` writes it, and train on it."""
    from curate.manifest import (
        VERSION,
        ApprovedPicture,
        Manifest,
        digests,
        real_files,
        spec_digest,
        write_manifest,
    )

    root = folder / "set"
    found = digests(real_files(root))
    pictures = tuple(
        ApprovedPicture(
            path=f"{name}.png",
            sha256=found[f"{name}.png"] or "",
            caption=f"{name}.txt",
            caption_sha256=found[f"{name}.txt"],
        )
        for name in ("a", "b")
    )
    manifest = Manifest(
        version=VERSION, tool="test", dataset="set", trainer="builtin",
        dataset_yaml=spec_digest(root), report="0" * 64, overridden=(), pictures=pictures,
    )  # fmt: skip
    write_manifest(root, manifest)
    return hashlib.sha256((root / "manifest.json").read_bytes()).hexdigest()


def test_only_the_set_that_was_trained_is_compared_with(copied: Path) -> None:
    stamp = approve(copied)
    path = copied / "evaluate.yaml"
    spec = yaml.safe_load(path.read_text())
    eye = {"kind": "classifier", "clip_model": str(tiny_open_clip(copied / "eye"))}
    path.write_text(yaml.safe_dump({**spec, "name": "stamped", "judges": [eye]}))
    for epoch in (20, 40):
        file = copied / f"run/epoch-{epoch:04}/tiny-{epoch:04}.safetensors"
        random_lora(file, epoch, told={"lora_curate.manifest_sha256": stamp})
    weights_digest.cache_clear()
    assert run(path, "matrix").code == 0
    done = run(path, "score")
    assert "nothing is compared" not in done.out
    folder = copied / "evaluations/stamped"
    (judge,) = classifiers_in(folder)
    assert {name for name in load_vectors(folder, judge) if name.startswith(TRAIN)} == {
        TRAIN + hashlib.sha256((copied / "set" / f"{name}.png").read_bytes()).hexdigest()
        for name in ("a", "b")
    }
    (copied / "set" / "a.txt").write_text("safe, keichan, drifted")
    assert "RUN011" in run(path, "verdicts").err
    (copied / "set" / "manifest.json").write_text("{}")
    done = run(path, "verdicts")
    assert done.code == 2
    assert "is not the approved set that ep20, ep40 was trained on" in done.err


def test_init_writes_what_matrix_reads(tmp_path: Path) -> None:
    config = write_run(tmp_path, name="tiny")
    for epoch in range(1, 9):
        random_lora(tmp_path / f"runs/tiny/epoch-{epoch:04}/tiny-{epoch:04}.safetensors", epoch)
    spec = tmp_path / "evaluate.yaml"
    arguments = ("init", str(tmp_path / "runs/tiny"), "--config", str(config), "--spec", str(spec))
    done = evaluate_here(*arguments)
    assert done.code == 0, done.err
    text = spec.read_text()
    assert "epochs:\n- 1\n- 3\n- 5\n- 6\n- 8\n" in text
    random_lora(tmp_path / "models/anima-turbo-lora-v0.2.safetensors", 7)
    done = run(spec, "matrix", "--dry-run")
    assert done.code == 0, done.err
    assert done.out.startswith("5 checkpoints x 2 formats x 2 scenes x 5 seeds")
    assert evaluate_here(*arguments).code == 2
    assert spec.read_text() == text


def test_init_draws_as_the_run_drew_its_own_samples(tmp_path: Path) -> None:
    drawing = {"sampler": "er_sde", "steps": 12, "cfg": 2.5}
    samples = {"every": 0, "width": 112, "height": 160, "drawing": drawing, "negative": "text"}
    config = write_run(tmp_path, name="tiny", samples=samples)
    random_lora(tmp_path / "runs/tiny/epoch-0001/tiny-0001.safetensors", 1)
    spec = tmp_path / "evaluate.yaml"
    done = evaluate_here(
        "init", str(tmp_path / "runs/tiny"), "--config", str(config), "--spec", str(spec)
    )
    assert "name your judges in it" in done.out, done.err
    read = load_spec(spec)
    assert read.turbo is None
    assert (read.sampling.width, read.sampling.height, read.device) == (112, 160, "cpu")
    assert (read.sampling.settings.steps, read.sampling.settings.cfg) == (12, 2.5)
    assert read.sampling.negative == "text"
    assert read.least_head == 21
    assert run(spec, "matrix", "--dry-run").code == 0


def test_a_base_is_named_as_in_train_yaml(tmp_path: Path) -> None:
    path = settings(tmp_path)
    named_folder(tmp_path / "named")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "named"}))
    base = load_spec(path).base
    assert base is not None
    assert Path(base.transformer) == tmp_path / "named" / "transformer.safetensors"
    assert run(path, "matrix", "--dry-run").code == 0


def test_a_second_process_is_turned_away(tmp_path: Path) -> None:
    path = settings(tmp_path)
    (tmp_path / "evaluations/tiny").mkdir(parents=True)
    with locked(tmp_path / "evaluations/tiny"):
        done = evaluate("matrix", "--spec", str(path))
    assert done.returncode == 2
    assert "another run" in done.stderr
    assert not list(tmp_path.rglob("images/*/*.png"))


@pytest.mark.parametrize(
    ("command", "more", "said"),
    [
        (
            "matrix",
            ("--max-images", "3"),
            "stopped: 3 pictures drawn, as many as asked; 35 are left",
        ),
        ("matrix", ("--max-gpu-hours", "0"), "stopped: 0.00 GPU hours are spent; 38 are left"),
    ],
)
def test_a_budget_is_exit_three(
    tmp_path: Path, command: str, more: tuple[str, ...], said: str
) -> None:
    done = run(settings(tmp_path), command, *more)
    assert done.code == 3
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_budget_has_a_twin_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LORA_CURATE_MAX_GPU_HOURS", "0")
    done = run(settings(tmp_path), "matrix")
    assert (done.code, "0.00 GPU hours are spent" in done.err) == (3, True)


def test_mistakes_are_one_line_and_exit_two(tmp_path: Path) -> None:
    path = settings(tmp_path)
    for command, said in (
        ("score", "no plan there"),
        ("verdicts", "no plan there"),
        ("report", "no plan there"),
    ):
        done = run(path, command)
        assert (done.code, said in done.err, "Traceback" in done.err) == (2, True, False), done.err
    done = run(tmp_path / "gone.yaml", "matrix")
    assert "no such file; `evaluate init RUN` writes one" in done.err
    path.write_text("name: x\nmatrixx: {}\n")
    assert "did you mean `matrix`" in run(path, "matrix").err


def test_a_failed_canary_is_exit_two_and_no_verdicts(tmp_path: Path) -> None:
    path = settings(tmp_path)
    random_lora(tmp_path / "turbo.safetensors", 7, scale=0.0)
    done = run(path, "matrix")
    assert done.code == 2
    assert "V3: the speed LoRA did not load" in done.err
    assert not (tmp_path / "evaluations/tiny/verdicts.json").exists()
    (tmp_path / "answers.json").write_text('{"answers": []}')
    done = run(path, "verdicts")
    assert done.code == 2
