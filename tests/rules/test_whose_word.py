"""Whose word counts, and what is left without a tag's own."""

from dataclasses import replace

import pytest

from rules.evidence import (
    Sources,
    declared_evidence,
    evidence_of,
    graded,
    preferred,
    sources_of,
    unjudged,
    upright_of,
    view_group,
)
from rules.finding_profiles import load_base, load_trainer
from rules.model import Dataset, Declared, Evidence, Picture, Seen
from rules.smallest_change import fewest
from rules.spec import Spec, TrainerChoice
from rules.violation import Severity
from rules.vocabulary import load_vocabulary

DATASET = Dataset(
    name="x",
    spec=Spec(),
    trainer=load_trainer(TrainerChoice()),
    base=load_base("anima-base-v1.0"),
    vocabulary=load_vocabulary(),
    pictures=(),
)


def seen(label: str, *, abstained: bool = False) -> Evidence:
    return Evidence(label=label, source="seen", p=0.9, abstained=abstained)


LABELLED = Evidence(label="walk", source="labelled")
DECLARED = Evidence(label="run", source="declared")


@pytest.mark.parametrize(
    ("labelled", "sight", "declared", "best"),
    [
        (LABELLED, seen("sit"), DECLARED, LABELLED),
        (None, seen("sit"), DECLARED, seen("sit")),
        (None, seen("sit", abstained=True), DECLARED, DECLARED),
        (None, seen("sit", abstained=True), None, seen("sit", abstained=True)),
        (None, None, DECLARED, DECLARED),
        (None, None, None, None),
    ],
)
def test_a_label_counts_before_a_sight_and_that_before_a_word(
    labelled: Evidence | None,
    sight: Evidence | None,
    declared: Evidence | None,
    best: Evidence | None,
) -> None:
    assert preferred(labelled, sight, declared) == best


def test_a_tag_is_no_evidence_for_what_it_is_tested_against() -> None:
    told = (Declared("side", "from side"), Declared("side_left", "seen from her left", prose=True))
    picture = Picture(
        path="a.png",
        suffix=".png",
        declared={"view": told},
        view=declared_evidence("view", told),
    )
    assert evidence_of(picture, "view") == Evidence(label="side_left", source="declared")
    left = evidence_of(picture, "view", {"from side"})
    assert left == Evidence(label="side_left", source="declared")
    bare = replace(picture, declared={"view": told[:1]})
    assert evidence_of(bare, "view", {"from side"}) is None
    guess = replace(bare, seen=Seen(classifier="x", view=seen("front", abstained=True)))
    assert evidence_of(guess, "view", {"from side"}) == seen("front", abstained=True)
    labelled = replace(bare, view=LABELLED)
    assert evidence_of(labelled, "view", {"from side"}) == LABELLED


@pytest.mark.parametrize(
    ("axis", "labels", "best"),
    [
        ("pose", ["posed", "walk"], "walk"),
        ("pose", ["upright", "posed"], "posed"),
        ("view", ["side", "back"], "side"),
        ("view", ["back", "back_left"], "back_left"),
        ("view", ["front", "three_quarter", "three_quarter_right"], "three_quarter_right"),
        ("framing", ["full", "bust"], "full"),
    ],
)
def test_words_declare_together_what_the_first_or_the_most_particular_says(
    axis: str, labels: list[str], best: str
) -> None:
    found = declared_evidence(axis, [Declared(label, label) for label in labels])
    assert found == Evidence(label=best, source="declared")


@pytest.mark.parametrize(
    ("pose", "upright", "expected"),
    [
        (LABELLED, seen("upright"), ("not upright", "labelled", False)),
        (seen("upright"), seen("upright"), ("upright", "seen", False)),
        (seen("walk"), seen("upright"), ("upright", "seen", True)),
        (seen("walk", abstained=True), seen("upright"), ("upright", "seen", False)),
        (DECLARED, seen("upright"), ("upright", "seen", False)),
        (DECLARED, seen("upright", abstained=True), ("not upright", "declared", False)),
        (seen("walk", abstained=True), None, ("not upright", "seen", True)),
    ],
)
def test_the_head_for_upright_counts_before_the_one_for_poses_unless_they_quarrel(
    pose: Evidence, upright: Evidence | None, expected: tuple[str, str, bool]
) -> None:
    picture = Picture(
        path="a.png",
        suffix=".png",
        pose=pose,
        seen=Seen(
            classifier="x",
            pose=pose if pose.source == "seen" else None,
            upright=upright,
        ),
    )
    found = upright_of(picture)
    assert found is not None
    assert (found.label, found.source, found.abstained) == expected


def test_sources_are_counted_and_named() -> None:
    counts = sources_of([LABELLED, seen("a"), seen("b"), DECLARED, seen("c", abstained=True), None])
    assert counts == Sources(1, 2, 1, 1, 1)
    assert str(counts) == "1 labelled, 2 seen, 1 declared"
    assert (counts.known, counts.unclear, counts.total) == (4, 2, 6)
    assert counts.counts() == {
        "labelled": 1,
        "seen": 2,
        "declared": 1,
        "abstained": 1,
        "unknown": 1,
    }
    (abstention,) = unjudged(counts, "pose")
    assert (abstention.count, abstention.total) == (2, 6)
    assert list(unjudged(Sources(labelled=3), "pose")) == []


@pytest.mark.parametrize(
    ("sources", "tested_on", "worst", "expected"),
    [
        (Sources(labelled=20), 0, "error", "error"),
        (Sources(seen=20), 0, "error", "warning"),
        (Sources(seen=20), 29, "error", "warning"),
        (Sources(seen=20), 30, "error", "error"),
        (Sources(declared=20), 30, "error", "warning"),
        (Sources(labelled=17, declared=3), 0, "error", "error"),
        (Sources(labelled=16, declared=4), 0, "error", "warning"),
        (Sources(labelled=17, unknown=3), 0, "error", "error"),
        (Sources(labelled=16, unknown=4), 0, "error", "warning"),
        (Sources(labelled=16, abstained=4), 0, "warning", "info"),
        (Sources(labelled=17, abstained=3), 0, "warning", "warning"),
        (Sources(labelled=16, unknown=4), 0, "info", "info"),
    ],
)
def test_an_error_needs_labels_or_a_tested_classifier_and_clear_pictures(
    sources: Sources, tested_on: int, worst: str, expected: str
) -> None:
    dataset = replace(DATASET, tested_on=tested_on)
    assert graded(dataset, sources, Severity(worst)) == expected


def test_sides_of_one_view_are_one_group() -> None:
    labels = ("side_left", "side_right", "side", "back_left", "back", "three_quarter_right")
    assert [view_group(label) for label in labels] == [
        "side",
        "side",
        "side",
        "three_quarter_back",
        "back",
        "three_quarter",
    ]


def test_the_smallest_change_is_the_first_that_clears() -> None:
    assert fewest(lambda k: k * k >= 10) == 4
    assert fewest(lambda _: False) is None
