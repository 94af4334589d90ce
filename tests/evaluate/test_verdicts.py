"""Every verdict asked of evidence written by hand, and what the engine allows them to say."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from support.verdicts import ask, check, load_cases

from evaluate.spec.cells import Angle, Attribute, Cell, Criteria
from evaluate.verdicts import engine
from evaluate.verdicts.engine import VerdictCrash, held, judge
from evaluate.verdicts.evidence import Evidence, Observation, grouped
from evaluate.verdicts.manual import manual
from evaluate.verdicts.registry import Judge, VerdictRule, all_verdicts, verdict
from evaluate.verdicts.verdict import WORDS, Said, grade


@pytest.mark.parametrize("case", load_cases("verdicts"))
def test_a_verdict_says(case: Mapping[str, Any]) -> None:
    check(case, ask(case, *case["codes"]).verdicts)


def test_there_are_thirty_and_each_asks_a_question() -> None:
    rules = all_verdicts()
    assert [rule.code for rule in rules] == [f"EVL{number:03}" for number in range(1, 31)]
    for rule in rules:
        assert rule.manual.split("\n")[0].endswith("?"), rule.code
    with pytest.raises(ValueError, match="taken"):
        verdict("EVL005", outcomes=("plateau",))(lambda _: iter(()))


def test_only_a_verdict_about_two_runs_has_no_outcome_and_none_is_declared_twice() -> None:
    for rule in all_verdicts():
        assert len(set(rule.outcomes)) == len(rule.outcomes), rule.code
        assert bool(rule.outcomes) == (rule.code != "EVL030"), rule.code


def test_every_outcome_is_on_the_page_of_its_verdict() -> None:
    page = manual()
    assert "Outcomes: `copies`, `apart`." in page
    assert "Outcomes: `best_*`, `level`, `open`." in page
    assert "Outcomes: none." in page
    assert page.count("Outcomes: ") == 30


def rule_of(ask: Judge, *outcomes: str) -> VerdictRule:
    return VerdictRule(
        code="EVL999", name="broken", outcomes=outcomes, version=1, predicted_by=(), ask=ask,
        manual="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "given"),
    [
        ("level", True),
        ("best_KT", True),
        ("best_my own", True),
        ("best_", False),
        ("levels", False),
        ("Level", False),
        ("worst_KT", False),
    ],
)
def test_a_star_in_an_outcome_stands_for_a_name(outcome: str, *, given: bool) -> None:
    assert rule_of(lambda _: iter(()), "best_*", "level").gives(outcome) is given


def test_what_cannot_be_asked_is_listed_with_its_reason() -> None:
    judged = judge(Evidence())
    assert not judged.verdicts
    assert len(judged.skipped) == 30
    assert all(skipped.reason for skipped in judged.skipped)


def test_a_verdict_that_fails_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_: Evidence) -> Iterator[Said]:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "all_verdicts", lambda: (rule_of(ask),))
    with pytest.raises(VerdictCrash, match="EVL999 broken: ZeroDivisionError"):
        judge(Evidence())


def test_an_outcome_that_is_not_declared_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_: Evidence) -> Iterator[Said]:
        yield Said(subject="it", word="confirmed", outcome="copies", says="", n=8)

    monkeypatch.setattr(engine, "all_verdicts", lambda: (rule_of(ask, "copies"),))
    assert judge(Evidence()).verdicts[0].outcome == "copies"
    monkeypatch.setattr(engine, "all_verdicts", lambda: (rule_of(ask, "copied"),))
    with pytest.raises(VerdictCrash, match="EVL999 broken: outcome `copies` is not declared"):
        judge(Evidence())


@pytest.mark.parametrize(
    ("n", "formats", "expected"),
    [
        (2, 3, "D"),
        (3, 3, "C"),
        (4, None, "C"),
        (5, 2, "B"),
        (8, 2, "A"),
        (8, None, "A"),
        (8, 1, "D"),
    ],
)
def test_the_grade_counts_seeds_and_formats(n: int, formats: int | None, expected: str) -> None:
    assert grade(n, formats) == expected


def test_so_many_seeds_allow_so_much() -> None:
    assert {held(word, 2, "D") for word in WORDS} == {"undetermined"}
    assert held("confirmed", 3, "C") == "suspect"
    assert held("no_difference", 3, "C") == "no_difference"
    assert held("confirmed", 4, "C") == "confirmed"


CRITERIA = Criteria(
    attributes={
        "face": Attribute(asks="hers", required=True),
        "braid": Attribute(asks="a braid", kind="yes_no", required=True),
        "identity": Attribute(asks="her"),
    },
    angles={"low": Angle(words="from below", axis="elevation", label="below")},
    handed={"braid": "left"},
)
PARTS = ("matrix", "angle", "control", "strength", "token", "pose", "prior", "leak", "caption",
         "sample")  # fmt: skip
cells = some.builds(
    Cell,
    part=some.sampled_from(PARTS),
    arm=some.sampled_from(("base", "base_trigger", "lora_no_trigger", "lora")),
    epoch=some.sampled_from((None, 20, 40, 80)),
    checkpoint=some.sampled_from((None, "a", "b")),
    format=some.sampled_from(("K", "N", "KT")),
    scene=some.sampled_from(("near", "far")),
    seed=some.integers(1, 3),
    strength=some.sampled_from((0.0, 0.5, 1.0)),
    weight=some.sampled_from((1.0, 1.6)),
    angle=some.sampled_from((None, "low")),
    token=some.sampled_from((None, "standing")),
    feature=some.sampled_from((None, "face", "braid")),
)
observations = some.builds(
    Observation,
    cell=cells,
    image=some.text("abc", max_size=2),
    attribute=some.sampled_from(
        ("face", "braid", "identity", "broken", "pose", "view", "elevation", "head_px", "outfit",
         "rating", "recall", "area:head", "area:bow", "two_tone:hair")
    ),
    value=some.sampled_from((None, 0.0, 1.0, 3.0, 5.0)),
    label=some.sampled_from((None, "below", "eye", "posed", "upright")),
    state=some.sampled_from(("scored", "invisible", "unscored")),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(some.lists(observations, max_size=60))
@example(
    [
        Observation(
            cell=Cell(checkpoint="a", epoch=20, seed=1), image="", attribute="face", value=None
        )
    ]
)
def test_whatever_was_seen_no_verdict_fails_and_three_seeds_confirm_nothing(
    seen: list[Observation],
) -> None:
    judged = judge(Evidence(observations=seen, criteria=CRITERIA))
    for found in judged.verdicts:
        if found.code not in {"EVL001", "EVL019", "EVL023"}:
            assert found.word != "confirmed", found


def vectors(*names: str, spread: float, centre: int, seed: int = 0) -> dict[str, Any]:
    dice = np.random.default_rng(seed)
    found = {}
    for name in names:
        point = np.eye(16)[centre] + dice.normal(0, spread, 16)
        found[name] = point / np.linalg.norm(point)
    return found


def drawn(arm: str, images: list[str], part: str = "matrix") -> list[Observation]:
    epoch = 80 if arm == "lora" else None
    label = "ep80" if arm == "lora" else None
    return [
        Observation(
            cell=Cell(part=part, arm=arm, epoch=epoch, checkpoint=label, seed=seed),  # type: ignore[arg-type]
            image=image,
            attribute="embedded",
        )
        for seed, image in enumerate(images)
    ]


TRAIN = [f"train:{i}" for i in range(30)]
OURS, BASE = [f"ours-{i}" for i in range(12)], [f"base-{i}" for i in range(12)]


def test_pictures_that_the_base_could_have_drawn_are_poison() -> None:
    alike = vectors(*TRAIN, *BASE, spread=0.3, centre=0)
    apart = vectors(*TRAIN, spread=0.1, centre=0) | vectors(*BASE, spread=0.1, centre=1)
    seen = drawn("base", BASE, "caption")
    # Twelve against thirty leave a wide interval; a hundred do not.
    many = [f"train:{i}" for i in range(150)]
    more = [f"base-{i}" for i in range(150)]
    poisoned = vectors(*many, *more, spread=0.3, centre=0)
    for found, expected in (
        (Evidence(observations=seen, vectors=alike), ("undetermined", "open")),
        (Evidence(observations=seen, vectors=apart), ("confirmed", "off_distribution")),
        (
            Evidence(observations=drawn("base", more, "caption"), vectors=poisoned),
            ("suspect", "self_poisoned"),
        ),
    ):
        (said,) = judge(found, codes=frozenset({"EVL022"})).verdicts
        assert (said.word, said.outcome) == expected, said.says


def test_one_neutral_prompt_is_not_what_the_base_makes_of_the_captions() -> None:
    apart = vectors(*TRAIN, spread=0.1, centre=0) | vectors(*BASE, spread=0.1, centre=1)
    judged = judge(
        Evidence(observations=drawn("base", BASE, "pose"), vectors=apart),
        codes=frozenset({"EVL022"}),
    )
    assert not judged.verdicts
    assert "no caption" in judged.skipped[0].reason


@pytest.mark.parametrize(
    ("formats", "scores", "word"),
    [
        (("K", "N"), (3, 3, 3, 3, 2), "confirmed"),
        (("K",), (3, 3, 3, 3, 2), "suspect"),
        (("K", "N"), (4, 4, 4, 3.5, 4), "suspect"),
        (("K", "N"), (3, 3, 2), "suspect"),
    ],
)
def test_poison_is_confirmed_by_a_stranger_who_is_surely_one(
    formats: tuple[str, ...], scores: tuple[float, ...], word: str
) -> None:
    train, base = [f"train:{i}" for i in range(150)], [f"base-{i}" for i in range(150)]
    faces = [
        Observation(
            cell=Cell(epoch=80, checkpoint="ep80", format=form, seed=seed),
            image=f"{form}{seed}",
            attribute="identity",
            value=float(score),
        )
        for form in formats
        for seed, score in enumerate(scores)
    ]
    found = Evidence(
        observations=[*drawn("base", base, "caption"), *faces],
        vectors=vectors(*train, *base, spread=0.3, centre=0),
    )
    (said,) = judge(found, codes=frozenset({"EVL022"})).verdicts
    assert (said.word, said.outcome) == (word, "self_poisoned")


def test_groups_come_numbers_by_size_words_by_theirs_and_nothing_last() -> None:
    def order(*keys: object) -> list[object]:
        seen = [Observation(cell=Cell(seed=1), image="", attribute="") for _ in keys]
        given = iter(keys)
        return list(grouped(seen, lambda _: next(given)))

    assert order(1.5, 1.25, 10, 1) == [1, 1.25, 1.5, 10]
    assert order("ep100", None, "ep20") == ["ep20", "ep100", None]
    assert order(None, 100, 20) == [20, 100, None]


def test_outputs_that_lie_on_training_pictures_are_copies() -> None:
    train = vectors(*TRAIN, spread=0.3, centre=0)
    copied = dict(zip(OURS, train.values(), strict=False))
    apart = vectors(*OURS, spread=0.3, centre=0, seed=9)
    for ours, expected in ((copied, "copies"), (apart, "apart")):
        found = Evidence(observations=drawn("lora", OURS), vectors=train | ours)
        (said,) = judge(found, codes=frozenset({"EVL027"})).verdicts
        assert said.outcome == expected, said.says


def test_where_all_pictures_are_alike_likeness_is_no_copy() -> None:
    train = vectors(*TRAIN, spread=0.02, centre=0)
    apart = vectors(*OURS, spread=0.04, centre=0, seed=9)
    found = Evidence(observations=drawn("lora", OURS), vectors=train | apart)
    (said,) = judge(found, codes=frozenset({"EVL027"})).verdicts
    assert float(said.numbers["usual"]) < 0.01
    assert (said.outcome, said.numbers["twins"]) == ("apart", 0)


def test_seeds_that_draw_one_picture_have_collapsed() -> None:
    base = vectors(*BASE, spread=0.3, centre=0)
    for spread, expected in ((0.02, "collapsed"), (0.3, "diverse")):
        ours = vectors(*OURS, spread=spread, centre=1, seed=4)
        seen = [*drawn("lora", OURS), *drawn("base", BASE)]
        (said,) = judge(
            Evidence(observations=seen, vectors=base | ours), codes=frozenset({"EVL028"})
        ).verdicts
        assert said.outcome == expected, said.says
