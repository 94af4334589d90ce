"""Conditions of `evaluate gate`: one that could never fail is refused."""

import re

import pytest

from curate.errors import UserError
from evaluate.gate import FAILING, failures
from evaluate.verdicts.registry import all_verdicts
from evaluate.verdicts.verdict import DECIDED, UNDECIDED, Verdict, VerdictFile, Word


def _found(*outcomes: tuple[str, str], word: Word = "confirmed") -> VerdictFile:
    """Outcomes by their codes."""
    return VerdictFile(
        tool="test", name="keichan", plan="plan", judges=("eyes",), judge_stamp="calibrated",
        verdicts=tuple(
            Verdict(
                code=code, name="it", rule=f"{code}/1", subject="ep80", word=word,
                outcome=outcome, says=f"says {outcome}", n=8, grade="A",
            )
            for code, outcome in outcomes
        ),
    )  # fmt: skip


@pytest.mark.parametrize("condition", FAILING)
def test_what_fails_by_default_fails(condition: str) -> None:
    code, _, outcome = condition.partition(":")
    found = _found((code, outcome))
    assert list(failures(found, FAILING, ())) == [f"{condition}: says {outcome}"]


def test_every_outcome_that_can_be_decided_is_a_condition_that_fails() -> None:
    for rule in all_verdicts():
        for outcome in set(rule.outcomes) - UNDECIDED:
            named = outcome.replace("*", "my-own format")
            stands = list(failures(_found((rule.code, named)), [f"{rule.code}:{named}@ep80"], ()))
            assert stands == [f"{rule.code}:{named}@ep80: says {named}"]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("EVL027:copied", "EVL027 never decides `copied`; write one of copies, apart"),
        ("EVL027:copied@ep80", "never decides `copied`; write one of copies, apart"),
        ("EVL027: copies", "never decides ` copies`; write one of copies, apart"),
        ("EVL010:bestKT", "write one of best_*, level"),
        ("EVL010:best_", "write one of best_*, level"),
        ("EVL010:best_*", "write CODE:outcome, such as EVL008:broken"),
        ("EVL030:retracted", "EVL030 never decides `retracted`; it decides nothing"),
        ("EVL028:open", "EVL028 never decides `open`; write one of collapsed, diverse"),
        ("EVL019:unscored", "EVL019 never decides `unscored`"),
        ("EVL999:copies", "write CODE:outcome"),
        ("EVL027:", "write CODE:outcome"),
        ("EVL027", "write CODE:outcome"),
    ],
)
@pytest.mark.parametrize("how", ["fail_on", "require"])
def test_a_condition_that_no_verdict_could_meet_is_refused(
    condition: str, told: str, how: str
) -> None:
    conditions: dict[str, tuple[str, ...]] = {"fail_on": (), "require": (), how: (condition,)}
    with pytest.raises(UserError, match=re.escape(f"`{condition}`: ") + ".*" + re.escape(told)):
        list(failures(_found(("EVL027", "copies")), **conditions))


def test_a_format_is_named_in_place_of_the_star() -> None:
    found = _found(("EVL010", "best_KT"))
    assert list(failures(found, ["EVL010:best_KT"], ["EVL010:best_KT@ep80"])) == [
        "EVL010:best_KT: says best_KT"
    ]
    assert not list(failures(found, ["EVL010:best_K"], ()))


@pytest.mark.parametrize("word", ["confirmed", "suspect", "fluke", "no_difference", "undetermined"])
def test_only_what_is_decided_counts(word: Word) -> None:
    found = _found(("EVL008", "fluke"), word=word)
    decided = word in DECIDED
    assert bool(list(failures(found, ["EVL008:fluke"], ()))) == decided
    assert bool(list(failures(found, (), ["EVL008:fluke"]))) != decided
