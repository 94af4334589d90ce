"""The data files of the vocabulary hold together."""

from itertools import combinations
from typing import get_args

import pytest

from curate.prose import ProseReader
from rules.spec import Elevation, Framing, Pose, View
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


def test_a_phrase_of_prose_is_written_as_sentences_are_read() -> None:
    """Without articles, hyphens and capitals, or it is never found."""
    prose = VOCABULARY.prose
    reader = ProseReader(prose)
    said = [
        (label, phrase)
        for axis in (prose.view, prose.elevation, prose.framing, prose.does, prose.holds)
        for label, phrases in axis.items()
        for phrase in phrases
    ]
    for _, phrase in said:
        assert not set(phrase.split()) & set(prose.skipped), phrase
        assert phrase == phrase.lower().replace("-", " "), phrase
        whole = phrase.replace("*", "then")
        assert [*reader.words_of(whole)] == whole.split()
    assert len({phrase for _, phrase in said}) == len(said), "a phrase declares one label"


def test_labels_of_every_axis_are_known() -> None:
    prose, axes = VOCABULARY.prose, VOCABULARY.axes
    known = {
        "framing": set(get_args(Framing)),
        "view": set(get_args(View)),
        "elevation": set(get_args(Elevation)),
        "pose": set(get_args(Pose)),
    }
    assert set(prose.framing) | set(axes.framing.values()) <= known["framing"]
    assert set(prose.view) | set(axes.view.values()) <= known["view"]
    assert set(prose.elevation) | set(axes.elevation.values()) <= known["elevation"]
    assert {*prose.does, *prose.holds, *axes.pose.values()} <= known["pose"]


def test_a_tag_that_leaves_an_axis_open_allows_several_labels() -> None:
    for tags in VOCABULARY.entails.leaves_open.values():
        assert all(len(allowed) > 1 for allowed in tags.values())


def test_what_goes_together_by_nature_is_told_by_name_and_by_word() -> None:
    entails = VOCABULARY.entails
    assert entails.names("looking back", "view")
    assert entails.names("blue hair ribbon", "view")
    assert entails.names("holding sword", "pose")
    assert not entails.names("outdoors", "view")
    assert not entails.names("outdoors", "framing")
