"""Sightings that may well be errors are no ground to call a set complete."""

from typing import Literal

import pytest

from rules.coverage.shown import shown, turnaround_views
from rules.model import Declared, Evidence, Picture

Source = Literal["labelled", "seen", "declared"]


def pictures(label: str, number: int, source: Source = "seen", said: str = "") -> list[Picture]:
    evidence = Evidence(label=label, source=source)
    told = {"view": (Declared(said, said),)} if said else {}
    return [
        Picture(path=f"{label}{source}{n}.png", suffix=".png", view=evidence, declared=told)
        for n in range(number)
    ]


@pytest.mark.parametrize(
    ("rare", "expected"),
    [
        (pictures("back", 1), 0),
        (pictures("back", 3), 3),
        (pictures("back", 1, "labelled"), 1),
        (pictures("back", 1, "declared"), 1),
        (pictures("back_left", 1, "seen", "back"), 1),
        (pictures("back", 1, "seen", "side"), 0),
        ([*pictures("back", 1), *pictures("back", 1, "labelled")], 2),
    ],
)
def test_a_lone_sighting_counts_only_where_somebody_confirms_it(
    rare: list[Picture], expected: int
) -> None:
    found = shown([*pictures("front", 39), *rare], "view")
    assert len(found.pictures) == 39 + expected
    assert found.sources.total == 39 + len(rare)
    assert found.doubted == len(rare) - expected
    assert sum(a.count for a in found.doubts()) == found.doubted


def test_in_a_small_set_every_sighting_counts() -> None:
    assert len(shown([*pictures("front", 18), *pictures("back", 1)], "view").pictures) == 19


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["front", "back", "side_left", "side_right", "three_quarter_left"], 5),
        (["side"], 1),
        (["side", "side_left"], 1),
        (["back_left", "three_quarter_right", "diagonal"], 1),
        ([], 0),
    ],
)
def test_a_turnaround_has_five_views(labels: list[str], expected: int) -> None:
    assert len(turnaround_views(labels)) == expected
