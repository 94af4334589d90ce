"""Fixes of tag and trigger rules leave nothing to fix, on captions of every shape."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest
from support.cases import Case, fixed_texts, judge, load_cases

CODES = ("TAG002", "TAG003", "TAG006", "TAG007", "TRG001", "TRG002", "TRG003", "TRG005", "TRG008")
PIECES = (
    "masterpiece|safe|explicit|1girl|solo|kei chan|Kei_Chan|kei-chan|smile|^_^|foo bar|@foo bar|"
    "ribbon|blue hair|light_blue_hair|hair intakes|shirt|white shirt|Smile|low quality"
).split("|")
SENTENCES = ("A girl stands.", "She smiles, waving.", "Kei chan wears a ribbon.", "Her blue hair.")
SLOTS = ["quality", "count", "trigger", "artist", "structure", "general", "prose"]


@pytest.mark.parametrize("code", CODES)
def test_after_its_fix_a_rule_says_nothing_more_of_a_case(code: str) -> None:
    for case in load_cases(code):
        _assert_mended(code, case)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("slots", [[], SLOTS], ids=["no slots", "slots"])
def test_after_its_fix_a_rule_says_nothing_more_of_a_random_caption(
    code: str, slots: list[str]
) -> None:
    dice = random.Random(code)  # noqa: S311 - no secret
    captions = [_caption(dice) for _ in range(100)]
    # Most captions have the trigger in one place, so that there is one to go back to.
    captions += [f"masterpiece, kei chan, smile {n}" for n in range(600)]
    case = Case(
        name="random",
        dataset={
            "subject": {
                "trigger": "kei chan",
                "structure": ["ribbon"],
                "absorb": ["blue hair"],
                "prose_only": ["hair intakes"],
            },
            "caption": {"prefix": ["masterpiece", "safe"], "slots": slots, "artists": ["foo bar"]},
        },
        pictures=tuple({"path": f"{n}.png", "caption": text} for n, text in enumerate(captions)),
    )
    _assert_mended(code, case)


def _assert_mended(code: str, case: Case) -> None:
    case = replace(case, pictures=tuple(_one_by_one(case)))
    report = judge(code, case)
    texts = fixed_texts(case, report) if report.findings else {}
    pictures = tuple(
        {**entry, "caption": texts[path]} if (path := _caption_path(entry)) in texts else entry
        for entry in case.pictures
    )
    again = judge(code, replace(case, pictures=pictures))
    fixable = {fix.path for finding in again.findings for fix in finding.fixes} & set(texts)
    assert not fixable, {path: texts[path] for path in fixable}


def _one_by_one(case: Case) -> Iterator[Mapping[str, Any]]:
    """The pictures of a case with `times` written out."""
    for entry in case.pictures:
        for n in range(1, int(entry.get("times", 1)) + 1):
            yield {
                key: value.replace("{n}", str(n)) if isinstance(value, str) else value
                for key, value in entry.items()
                if key != "times"
            }


def _caption_path(entry: Mapping[str, Any]) -> str:
    return str(PurePosixPath(entry["path"]).with_suffix(".txt"))


def _caption(dice: random.Random) -> str:
    parts = [dice.choice(PIECES) for _ in range(dice.randint(1, 7))]
    text = dice.choice((", ", ",", " , ")).join(parts)
    if dice.random() < 0.5:
        text += dice.choice((". ", ", ")) + " ".join(dice.sample(SENTENCES, dice.randint(1, 2)))
    return text
