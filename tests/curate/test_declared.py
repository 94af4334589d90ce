"""What captions declare: tags, sentences, and what neither says."""

import time

import pytest

from curate.captions import SlotTable, parse_caption
from curate.declared import Declarations
from rules.evidence import declared_evidence
from rules.finding_profiles import load_base
from rules.spec import Spec, Subject
from rules.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
SPEC = Spec(subject=Subject(trigger="keichan"))
SLOTS = SlotTable(SPEC, load_base("anima-base-v1.0"), VOCABULARY)
DECLARATIONS = Declarations(VOCABULARY, "keichan")


def declared(caption: str) -> dict[str, str]:
    told = DECLARATIONS.read(parse_caption(caption, "a.txt", SLOTS))
    best = {axis: declared_evidence(axis, said) for axis, said in told.items()}
    return {axis: evidence.label for axis, evidence in best.items() if evidence}


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("tk, standing, full body", {"framing": "full"}),
        ("tk, from behind. She is seen from behind and a little from her left.", "back_left"),
        ("tk, from side. She is walking, in a three-quarter view of her left side.", "side walk"),
        ("She stands with her weight on one leg, turned three quarters.", "posed three_quarter"),
        ("She stands upright with her feet together, facing the viewer.", "upright front"),
        ("She stands upright with one hand on her hip.", "posed"),
        ("A young woman with blonde hair sits on a wooden bench, holding a book.", "sit"),
        ("A girl with long hair and blue eyes is slowly walking along the beach.", "walk"),
        ("Keichan is running along a quiet road in the rain, from a low angle.", "run below"),
        ("A full body shot of her, walking toward the viewer.", "full walk"),
        ("The image is a drawing of a young woman, sitting on a chair.", "sit"),
        ("A girl standing in a field with her back to the viewer, looking back.", "back"),
        ("The character is shown from the waist up, in profile.", "bust side"),
        ("She lies on her stomach, propped on her elbows.", "lie"),
        ("A boy kneels on one knee and offers a ring.", "kneel"),
        ("Her hat sits at an angle while she stands straight.", "upright"),
        ("She leans forward, with the viewer looking down at her.", "posed above"),
        ("A close-up of her face.", "face"),
    ],
)
def test_a_caption_declares_what_it_says(caption: str, expected: dict[str, str] | str) -> None:
    found = declared(caption)
    wanted = expected.split() if isinstance(expected, str) else expected.values()
    assert sorted(found.values()) == sorted(wanted)


@pytest.mark.parametrize(
    "caption",
    [
        "A cat sits beside her while she reads a book.",
        "In the background, two boys are running.",
        "A red ribbon runs through her hair.",
        "She runs her fingers through her hair.",
        "She watches a robot walking down the street.",
        "She stands before a tower seen from below.",
        "Sunlight falls on her from above.",
        "She is not walking, and she isn't seen from behind.",
        "She doesn't face the viewer.",
        "She is about to sit down.",
        "She holds a sword at a low angle.",
        "The girl's dog is running next to her.",
        "Next to the girl a tall machine is walking.",
        "A girl and her dog are walking in the park.",
        "tk, 2girls. She is sitting, seen from behind.",
        "tk, 1girl. A man is kneeling before her.",
        "She wears a hat that sits at an angle.",
        "A girl with a lantern walking by.",
        "She is seen from behind. She is facing the viewer.",
        "She is dressed in black from head to toe.",
        "tk, standing",
    ],
)
def test_a_caption_declares_nothing_where_others_act_or_words_deny(caption: str) -> None:
    assert declared(caption) == {}


def test_tags_outweigh_sentences_that_say_something_else() -> None:
    assert declared("tk, from side. She is facing the viewer.") == {"view": "side"}


def test_two_views_in_one_sentence_declare_the_pose_all_the_same() -> None:
    assert declared("She is walking, from above, seen from below.") == {"pose": "walk"}


def test_reading_prose_takes_time_in_proportion_to_its_length() -> None:
    def seconds(number: int) -> float:
        text = "She " + "stands three quarter seen from behind in profile turned three " * number
        start = time.perf_counter()
        Declarations(VOCABULARY).read(parse_caption(f"{text}.", "a.txt", SLOTS))
        return time.perf_counter() - start

    assert seconds(2_000) < 40 * max(seconds(200), 0.002)
