"""The account that this project grew from, replayed: what statistics would have said of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from support.verdicts import ask, check, load_cases

from evaluate.diff import changes
from evaluate.verdicts.verdict import VerdictFile


@pytest.mark.parametrize("case", load_cases("article"))
def test_the_account_is_judged(case: Mapping[str, Any]) -> None:
    check(case, ask(case, *case["codes"]).verdicts)


@pytest.mark.parametrize("case", load_cases("article"))
def test_no_verdict_of_grade_d_says_anything(case: Mapping[str, Any]) -> None:
    facts = {"EVL001", "EVL019", "EVL023"}
    for verdict in ask(case).verdicts:
        if verdict.grade == "D" and verdict.code not in facts:
            assert verdict.word == "undetermined", verdict


def _run(codes: tuple[str, ...], *rows: Mapping[str, Any]) -> VerdictFile:
    """Verdicts of some rows on epochs 120, 150 and 180."""
    criteria = {"attributes": {"face": {"asks": "her face", "required": True}}}
    return VerdictFile(
        tool="test", name="keichan", plan="plan", judges=("eyes",), judge_stamp="calibrated",
        verdicts=ask({"criteria": criteria, "rows": rows}, *codes).verdicts,
    )  # fmt: skip


def _faces(epochs: list[int], seeds: int, value: float) -> dict[str, Any]:
    return {
        "epoch": epochs, "format": ["K", "N"], "attribute": "face", "seeds": seeds, "value": value,
    }  # fmt: skip


def _breaks(epochs: list[int], seeds: int, value: int) -> dict[str, Any]:
    return {"epoch": epochs, "attribute": "broken", "seeds": seeds, "value": value}


CODES = ("EVL006", "EVL008", "EVL009")
DEEPEST = _run(CODES, _faces([120, 150], 5, 3), _faces([180], 5, 4))
LEVEL = _run(CODES, _faces([120, 150, 180], 8, 4), _breaks([120, 150, 180], 8, 0))


def test_a_second_look_retracts_epoch_180_for_it_gains_nothing_and_is_not_broken() -> None:
    first = changes(DEEPEST, LEVEL)[0]
    assert (first.kind, first.code, first.subject) == ("retracted", "EVL030", "ep180")
    assert (first.before, first.after) == ("recommended ep180", "recommended ep120")
    assert first.why == "no gain, not broken"


def test_an_epoch_that_breaks_is_retracted_for_that() -> None:
    broken = _run(
        CODES, _faces([120, 150, 180], 8, 4), _breaks([120, 150], 8, 0), _breaks([180], 8, 1)
    )
    assert changes(DEEPEST, broken)[0].why == "it is broken"


def test_a_recommendation_that_moves_deeper_is_not_retracted() -> None:
    first = changes(LEVEL, DEEPEST)[0]
    assert (first.kind, first.subject) == ("changed", "ep120")
    assert (first.before, first.after) == ("recommended ep120", "recommended ep180")
