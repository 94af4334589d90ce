"""Base profiles: what they claim, and on what ground."""

import re

import pytest

from rules.finding_profiles import known_bases, load_base
from rules.profiles import Base, Claim

BASES = {base_id: load_base(base_id) for base_id in known_bases()}
CLAIMS = [
    pytest.param(claim, id=f"{base.id}: {claim.feature}")
    for base in BASES.values()
    for claim in (*base.strong, *base.weak, *base.attractors)
]


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_a_base_bears_the_name_of_its_file_and_descends_from_a_known_one(base: Base) -> None:
    assert BASES[base.id] is base
    if base.derived_from:
        assert BASES[base.derived_from].family == base.family


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_no_name_stands_for_two_claims(base: Base) -> None:
    names = [name for claim in (*base.strong, *base.weak, *base.attractors) for name in claim.names]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_says_who_saw_it_on_which_file_and_when(claim: Claim) -> None:
    assert len(claim.evidence.split()) >= 5
    assert claim.checkpoint.endswith(".safetensors")
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", claim.date)
    assert (claim.probes is None) == (claim.rate is None)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_names_its_feature_as_captions_are_compared(claim: Claim) -> None:
    assert all(name == " ".join(name.lower().replace("_", " ").split()) for name in claim.names)


def test_the_first_base_says_what_it_draws_by_itself_and_what_not() -> None:
    base = BASES["anima-base-v1.0"]
    strong = ("braid", "ribbon", "side ponytail", "ahoge", "high angle", "sitting", "running")
    assert [claim.feature for claim in base.strong] == list(strong)
    assert [claim.feature for claim in base.weak] == ["hair intakes", "low angle"]
    assert base.prior("from below") == ("weak", base.weak[1])
    assert base.prior("umbrella") is None


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_every_custom_of_captions_says_who_says_so(base: Base) -> None:
    customs = {"tag_style", "prefix", "slots"}
    if base.captions.artist_prefix:
        customs.add("artist_prefix")
    assert set(base.captions.sources) == customs
    assert all(len(source.split()) >= 5 for source in base.captions.sources.values())


def test_a_derivative_speaks_of_everything_that_its_base_speaks_of() -> None:
    """What it does not repeat nobody would warn of, though the two draw nearly alike."""
    for base in BASES.values():
        if base.derived_from:
            parent = BASES[base.derived_from]
            for mine, theirs in ((base.strong, parent.strong), (base.weak, parent.weak)):
                assert {c.feature for c in theirs} <= {c.feature for c in mine}
                assert all(
                    "taken over" in c.evidence for c in mine if c.checkpoint.startswith(parent.id)
                )
