"""Fixes of caption rules mend what they were offered for, on captions of every shape."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.cases import Case, build, fixed_texts, judge, load_cases

from rules.model import Caption, Dataset

CODES = ("CAP004", "CAP008", "CAP009", "CAP010", "CAP011", "CAP012", "CAP013", "CAP014", "CAP016")
PIECES = (
    "masterpiece safe best_quality 1girl solo tk Tk Series smile ^_^ :d @artist braid k-on! "
    "looking_at_viewer outdoors Blue_sky score_7"
).split()
SENTENCES = (
    "A girl stands.",
    "She smiles, waving.",
    "girl with blue hair sitting on the bed",
    "Her hair, long and blonde, falls over the back of the chair.",
)
JOINTS = (", ", ",", " , ", ". ", "\n", ",\n", "，", " ")


@pytest.mark.parametrize("code", CODES)
def test_after_its_fix_a_rule_says_nothing_more_of_a_case(code: str) -> None:
    for case in load_cases(code):
        texts = _fixed(code, case)
        pictures = tuple(_with_texts(entry, texts) for entry in case.pictures)
        again = judge(code, replace(case, pictures=pictures))
        assert not set(texts) & {path for finding in again.findings for path in finding.paths}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("trainer", ["builtin", "anima-lora-toolkit", "diffusion-pipe"])
def test_after_its_fix_a_rule_says_nothing_more_of_a_random_caption(
    code: str, trainer: str
) -> None:
    dice = random.Random(code + trainer)  # noqa: S311 - shapes, no secrets
    case = Case(
        name="random",
        dataset={
            "trainer": {"profile": trainer, "shuffle": True},
            "subject": {"trigger": "tk", "structure": ["braid"]},
            "caption": {
                "prefix": ["masterpiece", "safe"],
                "series": ["Series", "k-on!"],
                "slots": ["quality", "count", "trigger", "series", "artist", "general", "prose"],
            },
        },
        pictures=tuple({"path": f"{n}.png", "caption": _caption(dice)} for n in range(300)),
    )
    texts = _fixed(code, case)
    before = build(case)
    pictures = tuple(_with_texts(entry, texts) for entry in case.pictures)
    again = judge(code, replace(case, pictures=pictures))
    assert not {path for finding in again.findings for path in finding.paths} & set(texts)
    if code in {"CAP013", "CAP014"}:
        _keeps_every_part(before, build(replace(case, pictures=pictures)))


def _caption(dice: random.Random) -> str:
    parts = [
        dice.choice(SENTENCES) if dice.random() < 0.2 else dice.choice(PIECES).replace("_", " ")
        for _ in range(dice.randint(1, 9))
    ]
    return "".join(part + dice.choice(JOINTS) for part in parts)


def _keeps_every_part(before: Dataset, after: Dataset) -> None:
    """Nothing but the prefix is added, nothing is lost."""
    for (_, old), (_, new) in zip(before.captioned, after.captioned, strict=True):
        added = {"masterpiece", "safe"} - set(old.tags)
        assert _parts(new) in (_parts(old), _parts(old, *added))


def _parts(caption: Caption, *added: str) -> list[str]:
    return sorted(part.rstrip(".") for part in (*caption.tags, *caption.sentences, *added))


def _fixed(code: str, case: Case) -> dict[str, str]:
    return fixed_texts(case, judge(code, case))


def _with_texts(entry: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    stem = str(entry["path"]).rpartition(".")[0]
    sidecars = dict(entry.get("sidecars", {}))
    if "caption" in entry:
        sidecars[".txt"] = entry["caption"]
    for name, text in texts.items():
        if name.rpartition(".")[0] == stem:
            sidecars[name.removeprefix(stem)] = text
    return {"path": entry["path"], "sidecars": sidecars}
