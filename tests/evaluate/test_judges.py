"""Every other judge, the panel of them, and whether they may be believed."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright
from support.eyes import tiny_open_clip
from support.vision_stub import good

from curate.errors import UserError
from evaluate.judges.classifier import ClassifierLooks, load_classifier
from evaluate.judges.colour import Colours, measure
from evaluate.judges.command import Program
from evaluate.judges.fixed import Written, read_given
from evaluate.judges.judge import Question, Task
from evaluate.judges.people import rating_page, shuffled
from evaluate.judges.qualification import (
    Qualification,
    order_test,
    people_test,
    qualify,
    stamp_of,
    weighted_kappa,
)
from evaluate.judges.qualification import read as read_qualifications
from evaluate.panel import disagreements, latest, observe, unscored
from evaluate.rows import PairRow, ScoreRow
from evaluate.scoring import repeated
from evaluate.spec.cells import Attribute, Cell
from evaluate.spec.judges import ClassifierJudge, ColourJudge, CommandJudge, VisionJudge
from evaluate.spec.plan import Plan, Planned
from evaluate.vectors import load_vectors, save_vectors
from rules.records import RecordError

ATTRIBUTES = {
    "hair": Attribute(asks="keichan's hair"),
    "braid": Attribute(asks="braid", kind="yes_no"),
}
TASK = Task(attributes=ATTRIBUTES, secret=("keichan",))


def key(number: int) -> str:
    return f"{number:032x}"


def picture(path: Path, colour: str = "#aa3333") -> Path:
    image = Image.new("RGB", (60, 80), "white")
    ImageDraw.Draw(image).rectangle((10, 10, 40, 60), fill=colour)
    image.save(path)
    return path


def answer(score: int) -> str:
    told = json.loads(good(score))
    told["attributes"][1]["score"] = 1
    return json.dumps(told)


PROGRAM = """
import json, sys
asked = json.load(sys.stdin)
assert sorted(asked) == ["image", "instructions", "references", "schema"]
assert "keichan" not in json.dumps(asked).lower()
from PIL import Image
with Image.open(asked["image"]) as image:
    assert not image.info, image.info
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Program]:
    def make(last: str, **settings: Any) -> Program:  # noqa: ANN401 - fields of CommandJudge
        script = tmp_path / "judge.py"
        script.write_text(PROGRAM + last)
        command = CommandJudge(kind="command", command=(sys.executable, str(script)), **settings)
        return Program(command, TASK, cache=tmp_path / "cache")

    return make


def test_a_program_reads_json_and_writes_json(program: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a fixture
    questions = [Question(key=key(1), path=picture(tmp_path / "keichan-ep20.png"))]
    (rows,) = program(f"print({answer(3)!r})").judge(questions)
    assert {row.attribute: row.value for row in rows if row.value is not None} == {
        "hair": 3.0,
        "braid": 1.0,
        "broken": 0.0,
    }
    (again,) = program(f"print({answer(3)!r})").judge(questions)
    assert again[0].cache_hit


def test_what_nobody_looked_for_is_not_whole(program: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a fixture
    told = {name: value for name, value in json.loads(answer(3)).items() if name != "artifacts"}
    questions = [Question(key=key(1), path=picture(tmp_path / "a.png"))]
    (rows,) = program(f"print({json.dumps(told)!r})").judge(questions)
    assert "broken" not in {row.attribute for row in rows}


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("print('four of five')", "invalid JSON"),
        ("sys.stdout.buffer.write(bytes([0xff, 0xfe]))", "invalid JSON"),
        ("sys.exit('out of luck')", "exit 1: out of luck"),
        ("import time; time.sleep(9)", "no answer within 1 s"),
    ],
)
def test_a_program_that_fails_leaves_a_reason(
    last: str,
    reason: str,
    program: Any,  # noqa: ANN401 - a fixture
    tmp_path: Path,
) -> None:
    (rows,) = program(last, timeout=1.0).judge(
        [Question(key=key(1), path=picture(tmp_path / "a.png"))]
    )
    assert {row.state for row in rows} == {"unscored"}
    assert reason.lower() in (rows[0].reason or "").lower()
    assert rows[0].value is None


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = CommandJudge(kind="command", command=("no-such-judge",))
    judge = Program(settings, TASK, cache=tmp_path)
    with pytest.raises(UserError, match="`no-such-judge` cannot be run"):
        list(judge.judge([Question(key=key(1), path=picture(tmp_path / "a.png"))]))


def test_the_classifier_of_training_pictures_sees_drawn_ones(tmp_path: Path) -> None:
    folder = tiny_open_clip(tmp_path / "eye")
    classifier = load_classifier(
        ClassifierJudge(kind="classifier", clip_model=str(folder)), tmp_path
    )
    judge = ClassifierLooks(classifier, partial(save_vectors, tmp_path, classifier.id))
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    questions = [Question(key=key(n), path=picture(tmp_path / f"{n}.png")) for n in range(3)]
    rows = list(judge.judge([*questions, Question(key=key(9), path=broken)]))
    assert {some[0].key for some in rows} == {key(0), key(1), key(2), key(9)}
    by_key = {some[0].key: some for some in rows}
    assert {row.state for row in by_key[key(9)]} == {"unscored"}
    assert {"framing", "view", "elevation", "pose"} <= {row.attribute for row in by_key[key(0)]}
    assert all(row.label is None or row.state == "scored" for row in by_key[key(0)])
    kept = load_vectors(tmp_path, judge.id)
    assert set(kept) == {key(0), key(1), key(2)}
    assert np.allclose(kept[key(0)], kept[key(1)])
    assert np.linalg.norm(kept[key(0)]) == pytest.approx(1, abs=1e-5)


def test_what_a_classifier_saw_is_kept_before_it_says_so(tmp_path: Path) -> None:
    """A kill between both would leave a picture that is judged and has no embedding, for good."""
    folder = tiny_open_clip(tmp_path / "eye")
    classifier = load_classifier(
        ClassifierJudge(kind="classifier", clip_model=str(folder)), tmp_path
    )
    judge = ClassifierLooks(classifier, partial(save_vectors, tmp_path, classifier.id))
    questions = [Question(key=key(n), path=picture(tmp_path / f"{n}.png")) for n in range(3)]
    next(iter(judge.judge(questions)))
    assert set(load_vectors(tmp_path, judge.id)) == {key(0), key(1), key(2)}


def test_colours_are_measured_in_their_boxes(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", "#ff0000")
    box = (0.3, 0.3, 0.5, 0.5)
    # sRGB red under D65, as every table has it.
    (lab, tones) = measure(path, {"bow": box})["bow"]
    assert lab == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    assert tones == 0
    judge = Colours(ColourJudge(kind="colour", boxes={"bow": box}))
    (rows,) = judge.judge([Question(key=key(1), path=path)])
    assert {row.attribute for row in rows} == {"lab:bow", "two_tone:bow"}
    assert judge.targets([path]) == {"bow": lab}


def test_two_tones_are_told_from_one_with_noise(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    noise = dice.normal(0, 3, (80, 60, 3))
    one = np.full((80, 60, 3), (200, 180, 90.0)) + noise
    two = one.copy()
    two[:, 30:] = np.array((90, 60, 30.0)) + noise[:, 30:]
    found = []
    for name, pixels in (("one", one), ("two", two)):
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
        found.append(measure(tmp_path / f"{name}.png", {"hair": (0, 0, 1, 1)})["hair"][1])
    assert found[0] < 15 < found[1]


def test_a_file_answers_and_what_it_lacks_is_unscored(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    answers = [
        {"key": key(1), "attribute": "hair", "value": 4},
        {"key": key(1), "attribute": "braid", "value": None},
        {"key": key(2), "attribute": "hair", "value": 2},
    ]
    path.write_text(json.dumps({"version": 1, "who": "ann", "answers": answers}))
    judge = Written("people", path)
    rows = list(judge.judge([Question(key=key(n), path=path) for n in (1, 2)]))
    assert judge.id.startswith("people:ann:")
    assert [(r.attribute, r.value, r.state) for r in rows[0]] == [
        ("hair", 4.0, "scored"),
        ("braid", None, "invisible"),
    ]
    assert [(r.attribute, r.state, r.reason) for r in rows[1]][1:] == [
        ("braid", "unscored", "not answered")
    ]
    with pytest.raises(UserError, match="no such file"):
        read_given(tmp_path / "gone.json")
    path.write_text('{"answers": [{"key": "x", "attribute": "hair"}]}')
    with pytest.raises(RecordError, match="key"):
        read_given(path)


def test_a_page_for_people_is_blind_and_writes_their_answers(tmp_path: Path) -> None:
    questions = [
        Question(key=key(n), path=picture(tmp_path / f"keichan-ep{n}.png")) for n in range(20)
    ]
    task = Task(
        attributes=ATTRIBUTES, references=(picture(tmp_path / "ref.png"),), secret=("keichan",)
    )
    page = rating_page(questions, task)
    assert "keichan" not in page
    assert "http" not in page.replace("http-equiv", "")
    order = [question.key for question in shuffled(questions, 0)]
    assert len(order) == 22
    assert order != sorted(order)
    file = tmp_path / "rate.html"
    file.write_text(page, encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium")
        shown = browser.new_page(accept_downloads=True)
        complaints: list[str] = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto(file.as_uri())
        shown.locator("fieldset input").first.focus()
        for pressed in ("4", "1", "x"):
            shown.keyboard.press(pressed)
        assert shown.locator("output").inner_text() == "3 of 44 answered"
        shown.locator("[name=who]").fill("ann")
        with shown.expect_download() as waiting:
            shown.locator("#save").click()
        waiting.value.save_as(tmp_path / "answers.json")
        browser.close()
    assert not complaints
    given = read_given(tmp_path / "answers.json")
    assert given.who == "ann"
    assert [(one.key, one.attribute, one.value) for one in given.answers] == [
        (order[0], "hair", 4.0),
        (order[0], "braid", 1.0),
        (order[1], "hair", None),
    ]


def row(number: int, judge: str, value: float | None, **more: Any) -> ScoreRow:  # noqa: ANN401 - fields
    state = more.pop("state", "scored" if value is not None else "invisible")
    return ScoreRow(
        key=key(number), judge=judge, attribute="hair", value=value, state=state, **more
    )


PLAN = Plan(
    name="x",
    settings={},
    loras=(),
    cells=tuple(Planned(cell=Cell(seed=n), key=key(n)) for n in range(3)),
    hash="",
)


def test_a_panel_takes_the_median_and_names_who_is_far_apart() -> None:
    rows = latest(
        [
            row(0, "a", 5.0), row(0, "b", 2.0), row(0, "c", 4.0),
            row(1, "a", None, state="unscored", reason="refused"), row(1, "b", 3.0),
            row(2, "a", None, state="unscored", reason="refused"),
            row(0, "a", 4.0),  # another word of the same judge
        ]
    )  # fmt: skip
    seen = {one.image: (one.value, one.state) for one in observe(PLAN, rows)}
    assert seen == {
        key(0): (4.0, "scored"),
        key(1): (3.0, "scored"),
        key(2): (None, "unscored"),
    }
    assert [one.key for one in disagreements(rows)] == [key(0)]
    assert unscored(rows) == {"refused": 1}


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([4.0, 2.0, 3.0], (3.0, "scored")),
        ([4.0, None, None], (None, "invisible")),
        ([4.0, 2.0, None], (3.0, "scored")),
        ([4.0, None], (4.0, "scored")),
    ],
)
def test_most_looks_say_whether_it_is_in_sight(
    looks: list[float | None], said: tuple[float | None, str]
) -> None:
    rows = [row(0, "a", value, repeat=turn) for turn, value in enumerate(looks)]
    [one] = observe(PLAN, latest(rows))
    assert (one.value, one.state) == said


def test_some_pictures_are_looked_at_once_more_always_the_same(tmp_path: Path) -> None:
    questions = [Question(key=key(n), path=tmp_path) for n in range(400)]
    twice = repeated(questions, VisionJudge(kind="vision"))
    assert 20 < len(twice) - 400 < 60
    assert twice == repeated(questions, VisionJudge(kind="vision"))
    assert repeated(questions, VisionJudge(kind="vision", double=0.0)) == questions
    assert repeated(questions, CommandJudge(kind="command", command=("eye",))) == questions


def test_every_picture_is_looked_at_as_often_as_was_asked(tmp_path: Path) -> None:
    questions = [Question(key=key(n), path=tmp_path) for n in range(400)]
    thrice = repeated(questions, VisionJudge(kind="vision", repeats=3))
    looks = Counter(question.repeat for question in thrice)
    assert (looks[0], looks[1], looks[2]) == (400, 400, 400)
    assert 20 < looks[3] < 60
    assert len(set(thrice)) == len(thrice)


class Eye:
    """A judge made of a function from a picture to points."""

    id = "fixed:eye:1"

    def __init__(self, see: Callable[[Image.Image, int], dict[str, float | None]]) -> None:
        self._see = see

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        for question in questions:
            with Image.open(question.path) as image:
                points = self._see(image.convert("RGB"), question.repeat)
            yield tuple(
                ScoreRow(
                    key=question.key,
                    judge=self.id,
                    attribute=name,
                    value=value,
                    state="invisible" if value is None else "scored",
                )
                for name, value in points.items()
            )

    def close(self) -> None:
        """Nothing."""


def honest(image: Image.Image, _: int) -> dict[str, float | None]:
    """Sees red on the left."""
    pixels = np.asarray(image, float)
    red = (pixels[..., 0] > 120) & (pixels[..., 1] < 90)
    if not red.any():
        blank = bool(np.ptp(pixels) == 0)
        return {"hair": None if blank else 1.0, "tail": None if blank else 0.0}
    left = red[:, : red.shape[1] // 2].sum() > red[:, red.shape[1] // 2 :].sum()
    return {"hair": 5.0, "tail": float(left)}


def verdicts_of(found: Qualification) -> dict[str, str]:
    return {test.id: test.verdict for test in found.tests}


def test_an_honest_judge_passes_and_one_that_likes_everything_fails(tmp_path: Path) -> None:
    task = Task(
        attributes={"hair": Attribute(asks="red"), "tail": Attribute(asks="left", kind="yes_no")},
        references=(picture(tmp_path / "ref.png", "#cc2222"),),
    )
    others = [picture(tmp_path / "other.png", "#2222cc")]
    asked: dict[str, Any] = {"negatives": others, "handed": ["tail"], "coloured": {"hair": None}}
    assert verdicts_of(qualify(Eye(honest), task, **asked)) == {
        "J1": "passed", "J2": "passed", "J3": "passed", "J4": "passed", "J5": "passed",
    }  # fmt: skip
    flatterer = Eye(lambda *_: {"hair": 5.0, "tail": 1.0})
    assert verdicts_of(qualify(flatterer, task, **asked)) == {
        "J1": "failed", "J2": "passed", "J3": "failed", "J4": "failed", "J5": "passed",
    }  # fmt: skip
    fickle = Eye(lambda _, repeat: {"hair": 5.0 if repeat else 2.0, "tail": None})
    assert verdicts_of(qualify(fickle, task, **asked))["J5"] == "failed"
    assert verdicts_of(qualify(Eye(honest), Task(attributes=task.attributes), negatives=[])) == {
        "J1": "passed", "J2": "not_asked", "J3": "not_asked", "J4": "not_asked", "J5": "not_asked",
    }  # fmt: skip


def two_parts(image: Image.Image, _: int) -> dict[str, float | None]:
    """Sees a red bow on the left half and blue eyes on the right half, each by its own colour."""
    pixels = np.asarray(image, float)
    middle = pixels.shape[1] // 2
    left, right = pixels[:, :middle].mean(axis=(0, 1)), pixels[:, middle:].mean(axis=(0, 1))
    sharp = float(np.abs(np.diff(pixels[:, middle:], axis=0)).max()) > 60
    return {
        "bow": 5.0 if left[0] > left[1] + 80 else 1.0,
        "eyes": 5.0 if right[2] > right[0] + 60 and sharp else 2.0,
    }


def hasty(image: Image.Image, repeat: int) -> dict[str, float | None]:
    """Takes any change for a change of everything."""
    seen = two_parts(image, repeat)
    worst = min(value or 0.0 for value in seen.values())
    return dict.fromkeys(seen, worst)


def test_what_is_spoilt_drops_and_what_is_not_stays(tmp_path: Path) -> None:
    image = Image.new("RGB", (80, 80), "#cc2222")
    for top in range(0, 80, 8):
        image.paste("#2222cc", (40, top, 80, top + 8))
        image.paste("#9999ff", (40, top, 80, top + 2))
    image.save(tmp_path / "reference.png")
    task = Task(
        attributes={"bow": Attribute(asks="a red bow"), "eyes": Attribute(asks="blue eyes")},
        references=(tmp_path / "reference.png",),
    )
    boxes = {"bow": (0.0, 0.0, 0.5, 1.0), "eyes": (0.5, 0.0, 1.0, 1.0)}

    def j4(see: Callable[[Image.Image, int], dict[str, float | None]]) -> Any:  # noqa: ANN401 - a Test
        found = qualify(Eye(see), task, negatives=[], coloured=boxes)
        return next(test for test in found.tests if test.id == "J4")

    # A blurred bow is red all the same: this judge looks at its colour alone.
    assert j4(two_parts).says == "bow survives a blur"
    assert "eyes falls with a hue of something else" in j4(hasty).says


def test_a_judge_that_the_order_of_references_sways_fails(tmp_path: Path) -> None:
    task = Task(
        attributes={"hair": Attribute(asks="red")},
        references=(picture(tmp_path / "a.png"), picture(tmp_path / "b.png")),
    )
    steady, swayed = Eye(lambda *_: {"hair": 4.0}), Eye(lambda *_: {"hair": 5.0})
    for turned, expected in ((steady, "passed"), (swayed, "failed"), (None, "passed")):
        found = qualify(steady, task, negatives=[], turned=turned)
        assert verdicts_of(found)["J5"] == expected


def pair(number: int, shown: Any, winner: Any) -> PairRow:  # noqa: ANN401 - literals
    return PairRow(
        first=key(number), second=key(number + 100), judge="j", axis="face", scene="s", seed=1,
        shown=shown, winner=winner,
    )  # fmt: skip


def test_a_judge_that_the_order_decides_fails() -> None:
    steady = [pair(n, shown, "A") for n in range(10) for shown in ("AB", "BA")]
    assert order_test(steady).verdict == "passed"
    flipping = [pair(n, "AB", "A") for n in range(10)] + [pair(n, "BA", "B") for n in range(10)]
    assert order_test(flipping).verdict == "failed"
    assert order_test([pair(1, "AB", "A")]).verdict == "not_asked"


def test_the_order_test_is_of_the_model_whatever_it_was_asked(tmp_path: Path) -> None:
    pairs = [
        replace(pair(n, shown, "A"), judge="vision:eye:pairs-0123456789ab")
        for n in range(10)
        for shown in ("AB", "BA")
    ]
    rows = [row(n, f"vision:{model}:ba9876543210", 4.0) for n, model in enumerate(("eye", "ear"))]
    tests = {
        found.judge: next(test.verdict for test in found.tests if test.id == "J6")
        for found in read_qualifications(tmp_path, rows, pairs)
    }
    assert tests == {"vision:eye:ba9876543210": "passed", "vision:ear:ba9876543210": "not_asked"}


def test_thirty_people_make_a_judge_calibrated_or_not() -> None:
    people = [row(n, "people:ann:1", float(n % 6)) for n in range(30)]
    same = [row(n, "fixed:eye:1", float(n % 6)) for n in range(30)]
    other = [row(n, "fixed:eye:1", float((n * 7 + 3) % 5)) for n in range(30)]
    assert people_test([*people, *same], "fixed:eye:1").verdict == "passed"
    assert people_test([*people, *other], "fixed:eye:1").verdict == "failed"
    few = people_test([*people[:29], *same], "fixed:eye:1")
    assert (few.verdict, "29 pictures" in few.says) == ("not_asked", True)
    good_ = Qualification(judge="vision:x:1", tests=(people_test([*people, *same], "fixed:eye:1"),))
    assert stamp_of([good_]) == ("calibrated against people", True)
    bare = Qualification(judge="vision:x:1", tests=())
    assert stamp_of([bare]) == ("uncalibrated: not held against people (J7)", False)


def test_kappa_is_that_of_cohens_weighted_example() -> None:
    # Cohen (1968), table 1, by hand: quadratic weights of three classes.
    left = [0] * 53 + [1] * 16 + [2] * 31
    right = (
        [0] * 44 + [1] * 5 + [2] * 4 + [0] * 7 + [1] * 7 + [2] * 2 + [0] * 9 + [1] * 18 + [2] * 4
    )
    observed = sum((a - b) ** 2 for a, b in zip(left, right, strict=True)) / 100
    expected = sum((a - b) ** 2 for a in left for b in right) / 100**2
    assert weighted_kappa(left, right) == pytest.approx(1 - observed / expected)
    assert weighted_kappa([3, 3], [3, 3]) == 1
