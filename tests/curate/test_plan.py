"""`curate plan`: what it proposes for the shipped set, and whether its prediction comes true."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.command import curate
from support.folders import dataset
from support.truth import label_by_truth

from curate.figures.draw import draw
from curate.figures.spec import FiguresSpec, figures_of
from curate.figures.spec import Shot as FigureShot
from curate.labels import PictureLabels, load_labels, save_labels
from curate.plan.shots import PlannedPicture, Shot
from rules.records import parse, to_plain

Told = dict[str, Any]  # JSON
SET = Path(__file__).parents[2] / "datasets" / "keichan-v2"
AZIMUTHS = {
    "front": 0,
    "three_quarter_left": 42,
    "side_left": 90,
    "back_left": 135,
    "back": 180,
    "back_right": -135,
    "side_right": -90,
    "three_quarter_right": -42,
}
ELEVATIONS = {"eye": 0, "below": -28, "above": 28}
POSES = {
    "upright": "upright/attention",
    "posed": "posed/hand on hip",
    "walk": "walk/stroll",
    "run": "run/jog",
    "sit": "sit/on a chair",
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Path]:
    """The plan of the shipped set, labelled by a person who is never wrong, and its folder."""
    folder = tmp_path_factory.mktemp("plan") / "keichan-v2"
    shutil.copytree(SET, folder, ignore=shutil.ignore_patterns("index.jsonl", "report.json"))
    label_by_truth(folder)
    ran = curate("plan", str(folder), "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out), folder


def planned(plan: Told) -> list[PlannedPicture]:
    return [
        parse(PlannedPicture, picture, "plan")
        for addition in plan["additions"]
        for picture in addition["pictures"]
    ]


def test_it_proposes_upright_views_a_low_angle_and_fewer_posed_bodies(
    plan: tuple[Told, Path],
) -> None:
    told, _ = plan
    shots = [picture.shot for picture in planned(told)]
    upright = [shot for shot in shots if (shot.framing, shot.pose) == ("full", "upright")]
    assert len({shot.view for shot in upright}) >= 3
    assert any(shot.elevation == "below" for shot in shots)
    assert all(prune["sort"].startswith("full body, ") for prune in told["prunes"])
    assert not any("upright" in prune["sort"] for prune in told["prunes"])
    assert len(shots) <= 20
    assert 0 < sum(len(prune["paths"]) for prune in told["prunes"]) <= 23


def test_the_prediction_is_rid_of_the_faults_and_says_what_stays(
    plan: tuple[Told, Path],
) -> None:
    told, _ = plan
    today = {finding["code"] for finding in told["today"]["findings"]}
    predicted = {finding["code"] for finding in told["predicted"]["findings"]}
    assert {"COV001", "COV002", "COV004", "CON002"} <= today
    assert not predicted & {"COV001", "COV002", "COV004", "CON002"}
    assert "RES003" in told["staying"]
    # Dropping pictures makes no other rule complain, such as one about the share of a tag.
    assert all(code.startswith(("BAL", "CON", "COV")) for code in told["coming"])
    assert "RES003" in predicted


def carry_out(told: Told, folder: Path) -> None:
    """Drop what the plan drops and draw what it adds, labelled by what was really drawn."""
    for path in (p for prune in told["prunes"] for p in prune["paths"]):
        (folder / path).unlink()
        (folder / path).with_suffix(".txt").unlink()
    labels = dict(load_labels(folder))
    for number, picture in enumerate(planned(told)):
        shot = picture.shot
        figure_shot = FigureShot(
            name=picture.path,
            count=1,
            size=picture.size,
            character="keichan",
            outfits=(shot.outfit,) if shot.outfit else (),
            framing=(shot.framing,),
            azimuth=((AZIMUTHS[shot.view], 0),),
            elevation=((ELEVATIONS[shot.elevation], 0),),
            poses=(POSES[shot.pose],),
            expressions=(shot.expression or "neutral",),
            backdrops=("plain",),
            margin=0.05,
        )
        ((_, _, figure),) = figures_of(FiguresSpec(seed=100 + number, shots=(figure_shot,)))
        drawing = draw(figure, *picture.size)
        truth = drawing.truth
        Image.fromarray(drawing.picture).save(folder / picture.path)
        (folder / picture.path).with_suffix(".txt").write_text(picture.caption)
        seen = {axis: getattr(truth, axis) for axis in ("framing", "view", "elevation", "pose")}
        assert seen == {axis: getattr(shot, axis) for axis in seen}
        expression = truth.expression if shot.expression else None
        labels[picture.path] = PictureLabels(**seen, expression=expression)
    save_labels(folder, {path: said for path, said in labels.items() if (folder / path).exists()})


def test_drawing_exactly_that_makes_the_real_report_equal_the_predicted_one(
    plan: tuple[Told, Path],
) -> None:
    told, folder = plan
    carry_out(told, folder)
    ran = curate("lint", str(folder), "--format", "json", "--fail-on", "never")
    assert ran.code == 0, ran.err
    real, predicted = (
        Counter((finding["code"], finding["severity"]) for finding in report["findings"])
        for report in (json.loads(ran.out), told["predicted"])
    )
    assert real == predicted


def test_with_the_embedded_model_the_real_report_has_the_predicted_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CURATE_CLASSIFIER")
    folder = tmp_path / "keichan-v2"
    shutil.copytree(SET, folder, ignore=shutil.ignore_patterns("index.jsonl", "report.json"))
    ran = curate("plan", str(folder), "--format", "json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert any(picture.shot.elevation == "below" for picture in planned(told))
    assert told["prunes"]
    assert all(code.startswith(("BAL", "CON", "COV")) for code in told["coming"])
    carry_out(told, folder)
    (folder / "labels.json").unlink()
    ran = curate("lint", str(folder), "--format", "json", "--fail-on", "never")
    assert ran.code == 0, ran.err
    real, predicted = (
        {finding["code"] for finding in report["findings"]}
        for report in (json.loads(ran.out), told["predicted"])
    )
    assert real == predicted
    assert not real & {"COV001", "COV002", "COV004", "CON002"}


def test_limits_are_kept(tmp_path: Path) -> None:
    captions = {
        f"{n:02}": f"tk, 1girl, full body, {'walking' if n % 2 else 'hand on hip'}, tag {n}"
        for n in range(16)
    }
    folder = dataset(tmp_path / "set", captions, (256, 256))
    (folder / "dataset.yaml").write_text("subject: {trigger: tk}\n")
    for added, dropped in ((0, 0), (2, 0), (0, 3), (3, 2)):
        limits = ("--max-add", str(added), "--max-drop", str(dropped))
        told = json.loads(curate("plan", str(folder), *limits, "--format", "json").out)
        assert len(planned(told)) <= added
        assert sum(len(prune["paths"]) for prune in told["prunes"]) <= dropped
    assert curate("plan", str(folder), "--max-add", "-1").code == 2


def test_a_gap_that_nobody_is_sure_of_is_filled_and_not_hidden(tmp_path: Path) -> None:
    # With one picture less there are too few to miss it.
    captions = {f"{n}": f"tk, full body, standing, tag {n}" for n in range(8)}
    folder = dataset(tmp_path / "set", captions, (256, 256))
    (folder / "dataset.yaml").write_text(
        "subject: {trigger: tk}\nwanted: {elevation: [eye, below]}\nlint: {select: [COV005]}\n"
    )
    told = json.loads(curate("plan", str(folder), "--format", "json").out)
    assert [finding["severity"] for finding in told["today"]["findings"]] == ["info"]
    assert [picture.shot.elevation for picture in planned(told)] == ["below"]
    assert told["cleared"] == ["COV005"]


def test_a_plan_changes_nothing_but_the_cache(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {f"{n}": f"tk, full body, number {n}" for n in range(4)})
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for form in ("text", "markdown", "html"):
        assert curate("plan", str(folder), "--format", form).code == 0
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_set_of_which_nothing_is_known_gets_no_plan_and_no_crash(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"<b>|x": "", "b": "`y` | <script>"})
    ran = curate("plan", str(folder), "--format", "markdown")
    assert ran.code == 0
    assert "<script>" not in ran.out


def test_a_shot_survives_being_written_and_read() -> None:
    shot = Shot(framing="full", view="back", pose="upright", outfit="a", expression=None)
    assert parse(Shot, to_plain(shot), "plan") == shot
    assert shot.sort == "full body, upright"
    assert shot.detail == "from straight behind, a"
