"""How a caption is cut into tags and sentences, and what each tag is for."""

import pytest

from curate.captions import SlotTable, parse_caption
from rules.finding_profiles import load_base
from rules.spec import CaptionLayout, Spec, Subject
from rules.vocabulary import load_vocabulary

SPEC = Spec(
    subject=Subject(trigger="keichan", structure=("braid", "blue ribbon")),
    caption=CaptionLayout(series=("kono subarashii sekai ni shukufuku wo!",), artists=("someone",)),
)
SLOTS = SlotTable(SPEC, load_base("anima-base-v1.0"), load_vocabulary())

# caption -> tags, and sentences
CUTS = {
    "tk, 1girl, smile": (["tk", "1girl", "smile"], []),
    " tk ,1girl,,  smile ,": (["tk", "1girl", "smile"], []),
    "": ([], []),
    " , ,\n": ([], []),
    "blue_hair, :d, ^_^, score_7_up, Long Hair": (
        ["blue hair", ":d", "^_^", "score_7_up", "long hair"],
        [],
    ),
    r"saber \(fate\), tk": (["saber (fate)", "tk"], []),
    "tk, standing. She walks to the gate, her coat open. It rains.": (
        ["tk", "standing"],
        ["She walks to the gate, her coat open.", "It rains."],
    ),
    "tk, She smiles": (["tk"], ["She smiles"]),
    "tk, a girl with blonde hair stands there": (
        ["tk"],
        ["a girl with blonde hair stands there"],
    ),
    "tk, sitting on a chair in the classroom, smile": (
        ["tk", "smile"],
        ["sitting on a chair in the classroom"],
    ),
    "tk, smile.": (["tk", "smile"], []),
    "tk, dr. stone, ._., 1.5": (["tk", "dr. stone", "._.", "1.5"], []),
    "tk, kono subarashii sekai ni shukufuku wo!, smile": (
        ["tk", "kono subarashii sekai ni shukufuku wo!", "smile"],
        [],
    ),
    "tk, hair between eyes, hand on own hip, looking at viewer": (
        ["tk", "hair between eyes", "hand on own hip", "looking at viewer"],
        [],
    ),
    "tk, smile. Mt. Fuji is behind her. She waves at Mr. Tanaka.": (
        ["tk", "smile"],
        ["Mt. Fuji is behind her.", "She waves at Mr. Tanaka."],
    ),
    "tk, hair over one eye、depth of field、smile, hat": (
        ["tk", "hair over one eye、depth of field、smile", "hat"],
        [],
    ),
    "tk, smile\nShe stands.\nhat": (["tk", "smile", "hat"], ["She stands."]),
    "keichan, red dress. 1girl": (["keichan", "red dress. 1girl"], []),
    "1girl, Keichan is walking, her coat open.": (
        ["1girl"],
        ["Keichan is walking, her coat open."],
    ),
    "keichan has a hat. She waves": ([], ["keichan has a hat.", "She waves"]),
    "keichan wears": ([], ["keichan wears"]),
    "keichan, is, keichan isle": (["keichan", "is", "keichan isle"], []),
    "A girl stands by the sea.": ([], ["A girl stands by the sea."]),
    "彼女, 長い髪": (["彼女", "長い髪"], []),
}

SLOT_OF = {
    "masterpiece": "quality",
    "Best Quality": "quality",
    "score_9": "quality",
    "safe": "quality",
    "1girl": "count",
    "keichan": "trigger",
    "@someone else": "artist",
    "@_@": "general",
    "someone": "artist",
    "kono subarashii sekai ni shukufuku wo!": "series",
    "braid": "structure",
    "half_braid": "structure",
    "blue ribbon": "structure",
    "ribbon": "general",
    "upbraid": "general",
    "smile": "general",
}


@pytest.mark.parametrize("text", CUTS)
def test_a_caption_is_cut_into(text: str) -> None:
    tags, sentences = CUTS[text]
    caption = parse_caption(text, "a.txt", SLOTS)
    assert (list(caption.tags), list(caption.sentences)) == (tags, sentences)


@pytest.mark.parametrize("text", CUTS)
def test_every_token_is_a_slice_of_the_text_in_its_order(text: str) -> None:
    tokens = parse_caption(text, "a.txt", SLOTS).tokens
    assert [text[token.start : token.end] for token in tokens] == [t.text for t in tokens]
    assert list(tokens) == sorted(tokens, key=lambda token: token.start)


@pytest.mark.parametrize("tag", SLOT_OF)
def test_the_slot_of(tag: str) -> None:
    token = parse_caption(f"hat, {tag}, shoes", "a.txt", SLOTS).tokens[1]
    assert token.slot == SLOT_OF[tag]


@pytest.mark.parametrize(
    ("feature", "named"),
    [("blonde hair", True), ("hair", True), ("air", False), ("red coat", True), ("coat", True)],
)
def test_a_caption_names_a_feature_on_whole_words(feature: str, *, named: bool) -> None:
    text = "tk, red coat. She has long blonde hair, and a coat."
    assert parse_caption(text, "a.txt", SLOTS).names(feature) is named
