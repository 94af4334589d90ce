"""A vision model over real HTTP: every fault ends in a score or in a reason, and nothing leaks."""

import json
import time
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin
from support.vision_stub import KEY, Fault, Script, Stub, good, serving

from curate.errors import UserError
from evaluate.budget import BudgetStop
from evaluate.judges.endpoint import API_KEY, public_url
from evaluate.judges.judge import Question, Task
from evaluate.judges.spending import Purse, Spending
from evaluate.judges.vision import LOG, Vision
from evaluate.rows import ScoreRow
from evaluate.spec.cells import Attribute
from evaluate.spec.judges import VisionJudge

ATTRIBUTES = {
    "hair": Attribute(asks="blonde hair of keichan, as in the references"),
    "braid": Attribute(asks="a half braid", kind="yes_no"),
}
PRICES = (1.0, 10.0)
A_CALL = (1000 * 1.0 + 100 * 10.0) / 1_000_000


def yes(score: int = 4) -> str:
    told = json.loads(good())
    told["attributes"][0]["score"] = score
    told["attributes"][1]["score"] = 1
    return json.dumps(told)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Question]:
    found = []
    for number in range(8):
        told = PngImagePlugin.PngInfo()
        told.add_text("parameters", "keichan, ep180 <lora:keichan-0180:1>")
        path = tmp_path / f"keichan-ep180-{number}.png"
        Image.new("RGB", (40, 60), (number * 20, 90, 120)).save(path, pnginfo=told)
        found.append(Question(key=f"{number:032x}", path=path))
    Image.new("RGB", (40, 40), "red").save(tmp_path / "reference.png")
    return found


def judged(
    stub: Stub,
    questions: Sequence[Question],
    tmp_path: Path,
    **settings: Any,  # noqa: ANN401 - fields of VisionJudge
) -> tuple[Vision, list[tuple[ScoreRow, ...]]]:
    limit = settings.pop("limit", None)
    attributes = settings.pop("attributes", ATTRIBUTES)
    chosen = VisionJudge(
        kind="vision",
        base_url=stub.url,
        **{"model": "eye", "timeout": 5.0, "prices": PRICES, **settings},
    )
    vision = Vision(
        chosen,
        Task(
            attributes=attributes,
            references=(tmp_path / "reference.png",),
            secret=("keichan", "Keichan v2"),
        ),
        cache=tmp_path / "cache",
        folder=tmp_path / "run",
        purse=Purse(limit),
        backoff=0.01,
    )
    rows: list[tuple[ScoreRow, ...]] = []
    try:
        rows.extend(vision.judge(questions))
    finally:
        vision.close()
    return vision, rows


def scripted(answers: Sequence[str | Fault]) -> Script:
    """These in turn, then good ones."""
    return lambda number, _: answers[number] if number < len(answers) else yes()


def states(rows: Sequence[tuple[ScoreRow, ...]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in rows:
        found[some[0].state] = found.get(some[0].state, 0) + 1
    return found


def test_a_picture_gets_scores_axes_and_breaks(pictures: list[Question], tmp_path: Path) -> None:
    told = json.loads(yes())
    told["attributes"][0] |= {"visible": False, "score": None}
    told["artifacts"] = ["hands", "mouth"]
    with serving(lambda *_: json.dumps(told)) as stub:
        vision, rows = judged(stub, pictures[:1], tmp_path)
    found = {row.attribute: (row.value, row.label, row.state) for row in rows[0]}
    assert found == {
        "hair": (None, None, "invisible"),
        "braid": (1.0, None, "scored"),
        "broken": (1.0, "hands, mouth", "scored"),
        "framing": (None, "bust", "scored"),
        "view": (None, "front", "scored"),
        "elevation": (None, "eye", "scored"),
        "pose": (None, None, "invisible"),
    }
    assert vision.spending.spent == pytest.approx(A_CALL)


def test_no_request_tells_who_it_is_or_which_checkpoint(
    pictures: list[Question], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(API_KEY, KEY)
    with serving(lambda *_: yes()) as stub:
        judged(stub, pictures, tmp_path)
    for body in stub.bodies:
        text = json.dumps(body).lower()
        assert "keichan" not in text
        assert "180" not in json.dumps(body["messages"][0])
        assert "ep180" not in text
        shown = [part for part in body["messages"][1]["content"] if part["type"] == "image_url"]
        assert len(shown) == 2  # one candidate, one reference
        assert body["response_format"]["json_schema"]["strict"] is True
    assert "blonde hair of the character" in stub.bodies[0]["messages"][0]["content"]
    assert {headers["Authorization"] for headers in stub.headers} == {f"Bearer {KEY}"}


def test_the_key_is_in_no_file(
    pictures: list[Question], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(API_KEY, KEY)

    def parrot(number: int, _: dict[str, Any]) -> str | Fault:
        if number == 0:
            return Fault(status=400, raw=f"bad key {KEY}".encode())
        return f"your key is {KEY}" if number < 3 else yes()

    with serving(parrot) as stub:
        _, rows = judged(stub, pictures[:3], tmp_path, connections=1)
    assert states(rows) == {"unscored": 2, "scored": 1}
    for path in (p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".png"):
        assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in json.dumps([row.reason for some in rows for row in some])


def test_a_second_run_asks_nobody(pictures: list[Question], tmp_path: Path) -> None:
    with serving(lambda *_: yes()) as stub:
        _, first = judged(stub, pictures, tmp_path)
        vision, second = judged(stub, pictures, tmp_path)
        assert len(stub.bodies) == len(pictures)
    assert vision.answers.hits == len(pictures)
    assert vision.spending.spent == 0
    assert all(row.cache_hit for some in second for row in some)
    assert sorted((r.key, r.attribute, r.value) for some in first for r in some) == sorted(
        (r.key, r.attribute, r.value) for some in second for r in some
    )


def test_another_rubric_model_or_look_is_another_question(
    pictures: list[Question], tmp_path: Path
) -> None:
    with serving(lambda *_: yes()) as stub:
        one, _ = judged(stub, pictures[:1], tmp_path)
        two, _ = judged(stub, pictures[:1], tmp_path, model="other")
        asks = {"hair": Attribute(asks="red hair"), "braid": ATTRIBUTES["braid"]}
        three, _ = judged(stub, pictures[:1], tmp_path, attributes=asks)
        again = [Question(key=pictures[0].key, path=pictures[0].path, repeat=1)]
        judged(stub, again, tmp_path)
        assert len(stub.bodies) == 4
    assert len({one.id, two.id, three.id}) == 3


def test_an_endpoint_that_asks_to_wait_is_waited_for(
    pictures: list[Question], tmp_path: Path
) -> None:
    asked: list[float] = []

    def busy(number: int, _: dict[str, Any]) -> str | Fault:
        asked.append(time.monotonic())
        return Fault(status=429, headers={"Retry-After": "0.4"}) if number == 0 else yes()

    with serving(busy) as stub:
        _, rows = judged(stub, pictures[:1], tmp_path)
    assert states(rows) == {"scored": 1}
    assert asked[1] - asked[0] >= 0.4


def test_a_date_says_how_long_to_wait_as_well(pictures: list[Question], tmp_path: Path) -> None:
    past = formatdate(time.time() - 60, usegmt=True)
    faults: list[str | Fault] = [
        Fault(status=503, headers={"Retry-After": past}),
        Fault(status=500),
        yes(),
    ]
    with serving(scripted(faults)) as stub:
        _, rows = judged(stub, pictures[:1], tmp_path)
        assert len(stub.bodies) == 3
    assert states(rows) == {"scored": 1}


def test_slowing_down_means_fewer_calls_at_once(pictures: list[Question], tmp_path: Path) -> None:
    def busy(number: int, _: dict[str, Any]) -> str | Fault:
        if number < 4:
            return Fault(status=429, headers={"Retry-After": "0.2"})
        return Fault(content=yes(), sleep=0.05)

    with serving(busy) as stub:
        _, rows = judged(stub, pictures, tmp_path, connections=4)
        assert states(rows) == {"scored": 8}
        assert stub.most_at_once <= 4


def test_five_tries_are_enough(pictures: list[Question], tmp_path: Path) -> None:
    with serving(lambda *_: Fault(status=500)) as stub:
        vision, rows = judged(stub, pictures[:1], tmp_path)
        assert len(stub.bodies) == 5
    assert {row.reason for row in rows[0]} == {"status 500 after 5 tries"}
    assert {row.value for row in rows[0]} == {None}
    assert len(rows[0]) == 7
    assert vision.spending.spent == 0


def test_a_hung_endpoint_is_given_up(pictures: list[Question], tmp_path: Path) -> None:
    with serving(lambda *_: Fault(content=yes(), sleep=1.0)) as stub:
        _, rows = judged(stub, pictures[:1], tmp_path, timeout=0.1)
    assert rows[0][0].reason == "timed out after 5 tries"


def test_half_a_body_is_asked_for_again(pictures: list[Question], tmp_path: Path) -> None:
    answers: list[str | Fault] = [Fault(raw=b'{"choices": [{"mess'), yes()]
    with serving(scripted(answers)) as stub:
        _, rows = judged(stub, pictures[:1], tmp_path)
    assert states(rows) == {"scored": 1}


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("The hair is lovely, I would say four.", "invalid JSON"),
        (yes()[:60], "invalid JSON"),
        (yes().replace('"score": 4', '"score": 8'), "less than or equal to 5"),
        (yes().replace('"score": 4', '"score": 3.5'), "integer"),
        (yes().replace('"view": "front"', '"view": "heroic"'), "`view`"),
        (yes().replace('"a2"', '"a9"'), "`a9` is no attribute of this rubric; `a2` is missing"),
        (
            yes().replace('"visible": true, "score": 4', '"visible": true, "score": null'),
            "no score",
        ),
        (good(4), "`a2` is 1 (yes) or 0 (no), found 4"),
    ],
    ids=(
        "prose half-an-object out-of-range no-integer wrong-enum wrong-id no-score no-yes-or-no"
    ).split(),
)
def test_an_answer_that_cannot_count_is_told_why_and_repaired_once(
    bad: str, fault: str, pictures: list[Question], tmp_path: Path
) -> None:
    with serving(lambda number, _: bad if number == 0 else yes()) as stub:
        vision, rows = judged(stub, pictures[:1], tmp_path)
        repair = stub.bodies[1]["messages"]
    assert repair[-2] == {"role": "assistant", "content": bad}
    assert fault.lower() in repair[-1]["content"].lower()
    assert states(rows) == {"scored": 1}
    assert rows[0][0].cost == pytest.approx(2 * A_CALL)
    assert vision.spending.calls == 2
    with serving(lambda *_: bad) as stub:
        _, rows = judged(stub, pictures[:1], tmp_path, temperature=0.5)
        assert len(stub.bodies) == 2
    assert states(rows) == {"unscored": 1}
    assert fault.lower() in (rows[0][0].reason or "").lower()
    assert rows[0][0].cost == pytest.approx(2 * A_CALL)


def test_a_refusal_is_a_reason(pictures: list[Question], tmp_path: Path) -> None:
    refusals = [Fault(message={"refusal": "I cannot"}), Fault(content="", finish="content_filter")]
    with serving(scripted(refusals)) as stub:
        _, rows = judged(stub, pictures[:2], tmp_path, connections=1)
        assert len(stub.bodies) == 2
    assert [some[0].reason for some in rows] == ["refused", "refused"]
    assert sum(some[0].cost for some in rows) == pytest.approx(2 * A_CALL)


def test_weaker_forms_are_tried_where_a_schema_is_refused(
    pictures: list[Question], tmp_path: Path
) -> None:
    def old(_: int, body: dict[str, Any]) -> str | Fault:
        if "response_format" in body:
            return Fault(status=400, raw=b"unknown field response_format")
        return yes()

    with serving(old) as stub:
        _, rows = judged(stub, pictures, tmp_path, connections=1)
        forms = [body.get("response_format", {}).get("type") for body in stub.bodies]
    assert states(rows) == {"scored": 8}
    assert forms == ["json_schema", "json_object", *[None] * 8]
    log = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert {row["mode"] for row in log} == {"plain"}


def test_a_model_that_reasons_is_asked_as_it_wants_to_be(
    pictures: list[Question], tmp_path: Path
) -> None:
    """Such models refuse `max_tokens` and any temperature but their own, one after the other."""

    def reasoning(_: int, body: dict[str, Any]) -> str | Fault:
        if "max_tokens" in body:
            return Fault(status=400, raw=b"'max_tokens': use 'max_completion_tokens' instead")
        if "temperature" in body:
            return Fault(status=400, raw=b"'temperature' does not support 0.0 with this model")
        return yes()

    with serving(reasoning) as stub:
        _, rows = judged(stub, pictures, tmp_path, connections=1)
        assert len(stub.bodies) == len(pictures) + 2
        assert stub.bodies[-1]["max_completion_tokens"] == 1_200
    assert states(rows) == {"scored": 8}


def test_a_fence_of_markdown_is_taken_off(pictures: list[Question], tmp_path: Path) -> None:
    with serving(lambda *_: f"```json\n{yes()}\n```") as stub:
        _, rows = judged(stub, pictures[:1], tmp_path)
        assert len(stub.bodies) == 1
    assert states(rows) == {"scored": 1}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_is_wrong_for_every_picture_stops_at_once(
    status: int, pictures: list[Question], tmp_path: Path
) -> None:
    with serving(lambda *_: Fault(status=status, raw=b"no")) as stub:
        with pytest.raises(UserError, match=f"{status} for model eye"):
            judged(stub, pictures, tmp_path, connections=1)
        assert len(stub.bodies) < len(pictures)


def test_nobody_there_is_a_reason(pictures: list[Question], tmp_path: Path) -> None:
    _, rows = judged(Stub(url="http://127.0.0.1:9/v1"), pictures[:1], tmp_path)
    assert rows[0][0].reason == "no connection (ConnectError) after 5 tries"


@pytest.mark.parametrize("connections", [1, 4])
def test_a_budget_stops_exactly(connections: int, pictures: list[Question], tmp_path: Path) -> None:
    with serving(lambda *_: Fault(content=yes(), sleep=0.02)) as stub:
        with pytest.raises(BudgetStop, match="5 calls were made"):
            judged(stub, pictures, tmp_path, limit=5 * A_CALL, connections=connections)
        assert len(stub.bodies) == 5
        # What was paid for is kept, so the rest costs the rest.
        _, rows = judged(stub, pictures, tmp_path, limit=3 * A_CALL, connections=connections)
        assert len(stub.bodies) == 8
    assert states(rows) == {"scored": 8}


def test_no_money_is_no_call(pictures: list[Question], tmp_path: Path) -> None:
    with serving(lambda *_: yes()) as stub:
        with pytest.raises(BudgetStop):
            judged(stub, pictures, tmp_path, limit=0.0)
        assert not stub.bodies


@pytest.mark.parametrize("prices", [None, PRICES])
def test_a_budget_that_cannot_be_kept_is_refused(
    prices: tuple[float, float] | None, pictures: list[Question], tmp_path: Path
) -> None:
    """Without prices, or from an endpoint that counts no tokens, nothing would ever stop it."""
    fault = "names no `prices`" if prices is None else "answers without `usage`"
    with serving(lambda *_: yes(), tokens=None) as stub:
        with pytest.raises(UserError, match=fault):
            judged(stub, pictures, tmp_path, limit=1.0, prices=prices, connections=1)
        assert len(stub.bodies) < len(pictures)


def test_judges_of_one_command_spend_one_budget() -> None:
    purse = Purse(3.0)
    first, second = Spending(purse, (1e6, 0.0)), Spending(purse, (1e6, 0.0))
    for judge in (first, second, first):
        judge.begin()
        assert judge.end((1, 0)) == 1.0
    with pytest.raises(BudgetStop, match="3 calls were made"):
        second.begin()
    assert (first.spent, second.spent) == (2.0, 1.0)


def test_all_faults_together_leave_no_picture_out(pictures: list[Question], tmp_path: Path) -> None:
    """Every picture ends scored, or unscored with a reason, and every answer is paid for once."""
    faults: list[str | Fault] = [
        Fault(status=429, headers={"Retry-After": "0.05"}), yes(), Fault(status=500), "prose",
        yes()[:40], Fault(raw=b"{"), Fault(message={"refusal": "no"}), yes(9),
        yes().replace('"view": "front"', '"view": "heroic"'), Fault(content=yes(), sleep=1.5),
        Fault(status=408), Fault(status=400, raw=b"too large"),
    ]  # fmt: skip
    # Whoever waits in vain, or is turned away, has no answer to pay for.
    free = sum(isinstance(fault, Fault) and not fault.message for fault in faults)
    with serving(scripted(faults)) as stub:
        vision, rows = judged(stub, pictures, tmp_path, connections=3, timeout=0.6)
        asked = len(stub.bodies)
        assert asked > len(faults)
        assert vision.spending.calls == asked - free
        assert sum(row.cost for some in rows for row in some) == pytest.approx(
            vision.spending.calls * A_CALL
        )
        assert len(rows) == len(pictures)
        assert {some[0].key for some in rows} == {question.key for question in pictures}
        for some in rows:
            assert {row.attribute for row in some} >= {"hair", "braid", "broken"}
            assert all(row.reason for row in some if row.state == "unscored")
        # What was scored is never asked again, and what was not is asked once more.
        left = states(rows).get("unscored", 0)
        assert left >= 1
        again, _ = judged(stub, pictures, tmp_path, connections=3, timeout=0.6)
        assert again.answers.hits == len(pictures) - left
        assert len(stub.bodies) == asked + left
        last, rows = judged(stub, pictures, tmp_path, connections=3, timeout=0.6)
        assert last.answers.hits == len(pictures)
        assert (states(rows), last.spending.spent) == ({"scored": 8}, 0)
        assert len(stub.bodies) == asked + left


def test_a_picture_that_cannot_be_read_is_a_reason(
    tmp_path: Path, pictures: list[Question]
) -> None:
    del pictures
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    with serving(lambda *_: yes()) as stub:
        _, rows = judged(stub, [Question(key="0" * 32, path=broken)], tmp_path)
        assert not stub.bodies
    assert rows[0][0].reason == "unreadable picture"


def test_an_address_is_told_without_user_and_password() -> None:
    assert public_url("https://me:secret@host:8000/v1?key=1") == "https://host:8000/v1"


def test_a_judge_without_a_model_says_which_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LORA_CURATE_JUDGE_MODEL", raising=False)
    with pytest.raises(UserError, match="LORA_CURATE_JUDGE_MODEL"):
        judged(Stub(url="http://127.0.0.1:9/v1"), [], tmp_path, model=None)
