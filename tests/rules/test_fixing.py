"""Fixes of captions: what goes is gone, what stays is untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.captions import SlotTable, parse_caption
from rules.finding_profiles import load_base
from rules.fixing import insert_text, remove_tokens, replace_tokens, span_in_file
from rules.spec import Spec
from rules.vocabulary import load_vocabulary

SLOTS = SlotTable(Spec(), load_base("anima-base-v1.0"), load_vocabulary())
TAGS = st.lists(st.sampled_from("smile hat coat red_hair :d 1girl tk".split()), min_size=1)
COMMAS = st.sampled_from([", ", ",", " , "])
ENDS = st.sampled_from(["", "\n", ". She stands by the sea.", "\r\nlost line"])

REMOVED = {
    ("a, b, c", "b"): "a, c",
    ("a, b, c", "c"): "a, b",
    ("a, b, c", "bc"): "a",
    ("a, b, c", "a"): "b, c",
    ("a, b, c\n", "abc"): "\n",
    ("a, b. She walks here.", "b"): "a. She walks here.",
    ("a, b. She walks here.", "ab"): "She walks here.",
    ("a,b , c, d", "bc"): "a,d",
}


@pytest.mark.parametrize(("text", "letters"), REMOVED)
def test_removing_takes_one_separator_along(text: str, letters: str) -> None:
    caption = parse_caption(text, "a.txt", SLOTS)
    fix = remove_tokens(caption, [t for t in caption.tokens if t.text in letters], safe=True)
    assert fix is not None
    assert fix.apply(text) == REMOVED[text, letters]


@given(TAGS, COMMAS, ENDS, st.data())
def test_removing_leaves_every_other_token(
    tags: list[str], comma: str, end: str, data: st.DataObject
) -> None:
    text = comma.join(tags) + end
    caption = parse_caption(text, "a.txt", SLOTS)
    gone = data.draw(st.lists(st.sampled_from(caption.tokens), unique=True))
    fix = remove_tokens(caption, gone, safe=True)
    assert fix is not None
    kept = parse_caption(fix.apply(text), "a.txt", SLOTS)
    assert [t.text for t in kept.tokens] == [t.text for t in caption.tokens if t not in gone]


@given(TAGS, COMMAS, ENDS)
def test_replacing_changes_nothing_else(tags: list[str], comma: str, end: str) -> None:
    text = comma.join(tags) + end
    caption = parse_caption(text, "a.txt", SLOTS)
    texts = {t: t.text.replace("_", " ") for t in caption.tokens if t.slot != "prose"}
    fix = replace_tokens(caption, texts, safe=True)
    assert fix is not None
    assert fix.apply(text) == comma.join(tag.replace("_", " ") for tag in tags) + end


def test_places_are_those_of_the_file() -> None:
    text = "\ufeffa, b\nrest"
    caption = parse_caption("a, b", "a.txt", SLOTS, offset=1)
    assert span_in_file(caption, caption.tokens[1]) == (4, 5)
    fix = insert_text(caption, 3, "x, ", safe=False)
    assert fix is not None
    assert (fix.apply(text), fix.safe) == ("\ufeffa, x, b\nrest", False)


def test_what_is_no_slice_of_the_file_cannot_be_mended_in_place() -> None:
    caption = parse_caption("a, b", "a.json", SLOTS, offset=None)
    assert span_in_file(caption, caption.tokens[0]) is None
    assert remove_tokens(caption, caption.tokens, safe=True) is None
    assert replace_tokens(caption, {}, safe=True) is None
    assert insert_text(caption, 0, "x", safe=True) is None
