"""Agreement raises trust, disagreement abstains."""

import pytest

from curate.classify.combining import combine, combined
from rules.model import Evidence, Seen


def view(label: str, p: float, *, abstained: bool = False) -> Seen:
    return Seen(
        classifier=f"x:{label}",
        view=Evidence(label=label, source="seen", p=p, abstained=abstained),
    )


@pytest.mark.parametrize(
    ("one", "other", "label", "p", "abstained"),
    [
        (view("front", 0.8), view("front", 0.7), "front", 0.94, False),
        (view("front", 1.0), view("front", 1.0), "front", 0.9999, False),
        (view("front", 0.8), view("back", 0.7), "front", 0.5333, True),
        (view("front", 0.6, abstained=True), view("back", 0.5), "back", 0.5, False),
        (view("front", 0.6, abstained=True), view("front", 0.5), "front", 0.5, False),
        (
            view("front", 0.3, abstained=True),
            view("back", 0.4, abstained=True),
            "back",
            0.5714,
            True,
        ),
        (
            view("front", 0.3, abstained=True),
            view("front", 0.4, abstained=True),
            "front",
            0.4,
            True,
        ),
        (view("side", 0.8), view("side_left", 0.5), "side_left", 0.9, False),
        (view("back_left", 0.5), view("diagonal", 0.8), "back_left", 0.9, False),
        (view("side", 0.8), view("three_quarter_left", 0.8), "side", 0.5, True),
    ],
)
def test_two_that_look_at_one_picture(
    one: Seen,
    other: Seen,
    label: str,
    p: float,
    abstained: bool,  # noqa: FBT001
) -> None:
    for seen in (combined(one, other), combined(other, one)):
        assert seen.view is not None
        assert seen.view.abstained is abstained
        assert seen.view.p == pytest.approx(p)
    said = combined(one, other).view
    assert said is not None
    assert said.label == label


def test_a_head_of_one_alone_is_that_one_s_and_so_is_what_was_measured() -> None:
    pose = Evidence(label="sit", source="seen", p=0.9)
    one, other = Seen(classifier="a", pose=pose), Seen(classifier="b", figures=2.0)
    assert combined(one, other) == Seen(classifier="a + b", pose=pose, figures=2.0)


def test_a_picture_that_only_one_saw_is_as_that_one_saw_it() -> None:
    a, b = view("front", 0.9), view("back", 0.9)
    assert combine({"1": a}, {"2": b}) == {"1": a, "2": b}
    assert combine() == {}
