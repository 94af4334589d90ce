"""The account that this project grew from, replayed: what statistics would have said of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from support.verdicts import ask, check, load_cases


@pytest.mark.parametrize("case", load_cases("article"))
def test_the_account_is_judged(case: Mapping[str, Any]) -> None:
    check(case, ask(case, *case["codes"]).verdicts)


@pytest.mark.parametrize("case", load_cases("article"))
def test_no_verdict_of_grade_d_says_anything(case: Mapping[str, Any]) -> None:
    facts = {"EVL001", "EVL019", "EVL023"}
    for verdict in ask(case).verdicts:
        if verdict.grade == "D" and verdict.code not in facts:
            assert verdict.word == "undetermined", verdict
