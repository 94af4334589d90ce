"""Near words are found by their slips, as a plain search over all pairs finds them."""

import random

from rules.spelling import NearWords, edits, is_slip


def test_changes_gaps_and_swaps_count_one_each() -> None:
    assert edits("keichan", "keichan", 2) == 0
    assert edits("keichan", "kechan", 2) == 1
    assert edits("keichan", "kiechan", 2) == 1
    assert edits("keichan", "keican", 2) == 1
    assert edits("keichan", "kaichon", 2) == 2
    assert edits("keichan", "miku", 2) == 3


def test_numbers_and_inflections_are_no_slips() -> None:
    assert not is_slip("2girls", "3girls", 2)
    assert not is_slip("ribbon", "ribbons", 2)
    assert not is_slip("frill", "frilled", 2)
    assert is_slip("ribon", "ribbon", 1)


def test_the_index_finds_what_a_search_over_all_pairs_finds() -> None:
    dice = random.Random(1)  # noqa: S311 - no secret
    words = ["".join(dice.choices("abc", k=dice.randint(3, 10))) for _ in range(400)]
    index = NearWords(words, long_word=8)
    for word in words:
        plain = {
            other
            for other in words
            if is_slip(word, other, 2 if min(len(word), len(other)) >= 8 else 1)
        }
        assert set(index.near(word)) == plain
