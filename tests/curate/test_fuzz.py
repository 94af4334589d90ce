"""The seeds of the fuzzers, and what hypothesis makes of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.fuzzing import TARGETS, holds

SEEDS = [(name, seed) for name, (_, seeds) in TARGETS.items() for seed in seeds]


@pytest.mark.parametrize(("target", "seed"), SEEDS)
def test_a_seed_is_read_or_refused_by_name(target: str, seed: bytes) -> None:
    holds(target, seed)


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """A seed with some pieces of itself, of another and of anything in other places."""
    target, seed = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(seed)))
        end = draw(st.integers(start, min(len(seed), start + 20)))
        other = draw(st.sampled_from(TARGETS[target][1]))
        piece = draw(st.one_of(st.binary(max_size=8), st.just(other[: draw(st.integers(0, 60))])))
        seed = seed[:start] + piece + seed[end:]
    return target, seed


@given(spoilt())
@settings(max_examples=200, deadline=None)
def test_a_spoilt_seed_is_read_or_refused_by_name(given_: tuple[str, bytes]) -> None:
    holds(*given_)
