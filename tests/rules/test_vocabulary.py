"""The data files of the vocabulary hold together."""

from itertools import combinations

import pytest

from rules.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


@pytest.mark.parametrize("name", VOCABULARY.exclusive)
def test_a_group_excludes_something_and_allows_only_its_own_tags(name: str) -> None:
    group = VOCABULARY.exclusive[name]
    assert len(set(group.tags)) == len(group.tags)
    assert not set(group.unless) & set(group.tags)
    allowed = {frozenset(pair) for line in group.allowed for pair in combinations(line, 2)}
    assert {tag for line in group.allowed for tag in line} <= set(group.tags)
    assert {frozenset(pair) for pair in combinations(group.tags, 2)} - allowed


def test_no_tag_implies_one_that_it_excludes() -> None:
    for tag, implied in VOCABULARY.implies.items():
        for parent in implied:
            for group in VOCABULARY.exclusive.values():
                pair = {tag, parent}
                assert not pair <= set(group.tags) or any(pair <= {*a} for a in group.allowed)


def test_no_tag_implies_itself_in_a_circle() -> None:
    for tag in VOCABULARY.implies:
        seen, ahead = {tag}, list(VOCABULARY.implies[tag])
        while ahead:
            parent = ahead.pop()
            assert parent != tag
            if parent not in seen:
                seen.add(parent)
                ahead += VOCABULARY.implies.get(parent, ())
