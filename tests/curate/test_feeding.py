"""What each trainer profile makes of sidecars, their text, and the folders they lie in."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.captions import SlotTable
from curate.feeding import choose_sidecar, feed_caption, folder_repeats, why_unfed
from rules.finding_profiles import known_trainers, load_base, load_trainer
from rules.model import Caption, Sidecar
from rules.profiles import Trainer
from rules.spec import Spec, Subject, TrainerChoice
from rules.vocabulary import load_vocabulary

SLOTS = SlotTable(
    Spec(subject=Subject(trigger="tk")), load_base("anima-base-v1.0"), load_vocabulary()
)


def trainer(profile: str) -> Trainer:
    return load_trainer(TrainerChoice(profile=profile))


def fed(profile: str, text: str | None, suffix: str = ".txt") -> Caption | None:
    sidecar = Sidecar(path=f"a{suffix}", suffix=suffix, text=text)
    return feed_caption(sidecar, trainer(profile).captions, SLOTS)


def text_fed(profile: str, text: str | None, suffix: str = ".txt") -> str:
    caption = fed(profile, text, suffix)
    assert caption is not None
    return caption.text


@pytest.mark.parametrize("profile", known_trainers())
def test_every_profile_says_where_its_facts_were_found(profile: str) -> None:
    references = trainer(profile).references
    assert references
    assert all(reference.fact and reference.where for reference in references)


@pytest.mark.parametrize(
    ("profile", "suffixes", "winner"),
    [
        ("anima-lora-toolkit", [".caption", ".json", ".txt"], ".json"),
        ("anima-lora-toolkit", [".caption", ".txt"], ".txt"),
        ("anima-lora-toolkit", [".caption"], ".caption"),
        ("builtin", [".caption", ".json", ".txt"], ".txt"),
        ("sd-scripts", [".caption", ".txt"], ".txt"),
        ("sd-scripts", [".caption"], None),
        ("diffusion-pipe", [".caption", ".json"], None),
    ],
)
def test_the_sidecar_wins_that_the_trainer_reads_first(
    profile: str, suffixes: list[str], winner: str | None
) -> None:
    sidecars = tuple(Sidecar(path=f"a{s}", suffix=s, text="tk") for s in suffixes)
    chosen = choose_sidecar(sidecars, trainer(profile).captions)
    assert (chosen.suffix if chosen else None) == winner


@pytest.mark.parametrize("setting", [".caption", "caption", ".CAPTION"])
def test_the_users_caption_suffix_is_read_instead(setting: str) -> None:
    chosen = load_trainer(TrainerChoice(profile="sd-scripts", caption_suffix=setting))
    assert chosen.captions.suffixes == (".caption",)
    assert chosen.captions.suffix_setting == "caption_extension"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("profile", "tags"),
    [
        ("builtin", ("tk", "1girl")),
        ("sd-scripts", ("tk", "1girl")),
        ("diffusion-pipe", ("tk", "1girl", "hat")),
        ("anima-lora-toolkit", ("tk", "1girl", "hat")),
    ],
)
def test_trainers_differ_in_reading_the_second_line(
    profile: str, tags: tuple[str, ...], line_end: str
) -> None:
    caption = fed(profile, f"tk, 1girl,{line_end}hat{line_end}")
    assert caption is not None
    assert caption.tags == tags


@pytest.mark.parametrize("profile", known_trainers())
def test_only_the_own_trainer_takes_a_byte_order_mark_off_the_trigger(profile: str) -> None:
    caption = fed(profile, "\ufefftk, 1girl")
    assert caption is not None
    assert caption.tags[0] == ("tk" if profile == "builtin" else "\ufefftk")


@pytest.mark.parametrize("profile", known_trainers())
def test_tokens_are_found_at_their_place_in_the_file(profile: str) -> None:
    text = (
        "\ufeff  tk ,1girl,  blue hair. She smiles, then waves.\n"
        if profile == "builtin"
        else (" \ttk ,1girl,  blue hair. She smiles, then waves.\n")
    )
    caption = fed(profile, text)
    assert caption is not None
    assert caption.offset is not None
    assert [text[caption.offset + t.start : caption.offset + t.end] for t in caption.tokens] == [
        "tk",
        "1girl",
        "blue hair",
        "She smiles, then waves.",
    ]


@pytest.mark.parametrize("profile", known_trainers())
def test_a_blank_first_line_feeds_nothing_where_one_line_is_read(profile: str) -> None:
    lines = trainer(profile).captions.lines
    assert text_fed(profile, "\ntk, 1girl") == ("" if lines == "first" else "tk, 1girl")


@pytest.mark.parametrize("profile", known_trainers())
def test_a_file_that_is_not_utf_8_feeds_nothing_at_all(profile: str) -> None:
    assert fed(profile, None) is None


def test_prose_without_a_comma_is_cut_into_words_by_the_toolkit_alone() -> None:
    prose = "A girl waves at us."
    assert text_fed("anima-lora-toolkit", prose) == "A, girl, waves, at, us."
    assert text_fed("sd-scripts", prose) == prose
    caption = fed("anima-lora-toolkit", prose)
    assert caption is not None
    assert caption.offset is None


def test_a_single_word_stays_a_slice_of_its_file() -> None:
    caption = fed("anima-lora-toolkit", " tk\n")
    assert caption is not None
    assert (caption.text, caption.offset) == ("tk", 1)


@pytest.mark.parametrize(
    ("written", "rendered"),
    [
        ("tk, (smile:1.2), hat", "tk, smile, hat"),
        ("tk, ((smile)), [hat]", "tk, smile, hat"),
        ("tk, (a:b:+2), (smile: 1.05 )", "tk, a:b, smile"),
        ("(smile:1.2)", "smile"),
        ("tk, (), smile", "tk, smile"),
    ],
)
def test_the_toolkit_takes_weights_off(written: str, rendered: str) -> None:
    assert text_fed("anima-lora-toolkit", written) == rendered
    assert text_fed("sd-scripts", written) == written


@pytest.mark.parametrize("tag", [r"miku \(vocaloid\)", ":)", "(:", "^_^", "(smile", "a (b) c", "("])
def test_what_is_no_weight_is_fed_as_written(tag: str) -> None:
    assert text_fed("anima-lora-toolkit", f"tk, {tag}") == f"tk, {tag}"


def test_deep_brackets_are_taken_off_in_good_time() -> None:
    depth = 16_000
    assert text_fed("anima-lora-toolkit", f"tk, {'(' * depth}a{')' * depth}") == "tk, a"


FLAT = {
    "quality": "newest, safe",
    "count": "1girl",
    "character": "tk",
    "series": "wiki",
    "artist": "@someone",
    "appearance": ["long hair", "Blue hair"],
    "tags": ["waving", "blue hair"],
    "environment": ["park"],
    "nl": "She waves.",
}
FULL = {
    "fixed": {"quality": "newest, safe", "series": "wiki", "artist": "@someone"},
    "character": {"name": "tk", "variant": ""},
    "from_path": {"appearance": ["blue hair"]},
    "ai_output": {
        "count": "1girl",
        "appearance": ["long hair"],
        "tags": ["waving"],
        "environment": ["park"],
        "nl": "She waves.",
    },
}


def test_a_flat_json_file_is_joined_in_the_order_of_its_fields_each_tag_once() -> None:
    assert text_fed("anima-lora-toolkit", json.dumps(FLAT), ".json") == (
        "newest, safe, 1girl, tk, wiki, @someone, long hair, Blue hair, waving, park. She waves."
    )


def test_the_documented_full_json_form_loses_the_characters_name() -> None:
    assert text_fed("anima-lora-toolkit", json.dumps(FULL), ".json") == (
        "newest, safe, 1girl, wiki, @someone, long hair, blue hair, waving, park. She waves."
    )


def test_the_converted_json_form_is_joined_like_the_flat_one() -> None:
    converted = {"meta": {}, "tags": FLAT}
    assert text_fed("anima-lora-toolkit", json.dumps(converted), ".json") == text_fed(
        "anima-lora-toolkit", json.dumps(FLAT), ".json"
    )


@pytest.mark.parametrize(
    "text", [None, "", "{", "[1]", "null", '"tk"', "\ufeff{}", "[" * 100_000, "{}", '{"tags": 3}']
)
def test_broken_or_empty_json_trains_on_empty_text(text: str | None) -> None:
    caption = fed("anima-lora-toolkit", text, ".json")
    assert caption is not None
    assert (caption.text, caption.tokens, caption.offset) == ("", (), None)


def test_json_that_ends_the_run_feeds_nothing() -> None:
    handling = replace(trainer("anima-lora-toolkit").captions, json_broken="crash")
    assert feed_caption(Sidecar(path="a.json", suffix=".json", text=None), handling, SLOTS) is None


def test_sentences_alone_stand_without_a_full_stop_before_them() -> None:
    assert text_fed("anima-lora-toolkit", '{"nl": "She waves."}', ".json") == "She waves."


def test_a_trainer_that_reads_no_json_feeds_such_a_file_as_text() -> None:
    assert text_fed("sd-scripts", '{"a": "b"}', ".json") == '{"a": "b"}'


def unfed(
    profile: str, path: str, *, decodes: bool = True, has_caption: bool = True, empty: bool = False
) -> str | None:
    return why_unfed(path, trainer(profile), decodes=decodes, has_caption=has_caption, empty=empty)


@pytest.mark.parametrize(
    ("profile", "path", "reason"),
    [
        ("builtin", "a.png", None),
        ("builtin", "bust/A.PNG", None),
        ("builtin", "a.gif", "builtin does not read .gif"),
        ("builtin", "a", "builtin does not read files without a suffix"),
        ("builtin", "Rejected/a.png", "builtin leaves out the folder Rejected/"),
        ("builtin", "x/.trash/a.png", "builtin leaves out the folder x/.trash/"),
        ("anima-lora-toolkit", "rejected/a.png", None),
        ("anima-lora-toolkit", ".trash/a.png", None),
        ("anima-lora-toolkit", "a.avif", "anima-lora-toolkit does not read .avif"),
        ("sd-scripts", "bust/a.png", None),
        (
            "sd-scripts",
            "backup/a.png",
            "sd-scripts trains listed folders only, and backup/ is taken for not listed",
        ),
        ("diffusion-pipe", "a.gif", None),
        ("diffusion-pipe", "a.heic", "diffusion-pipe does not read .heic"),
    ],
)
def test_a_picture_is_left_out_for_its_suffix_or_folder(
    profile: str, path: str, reason: str | None
) -> None:
    assert unfed(profile, path) == reason


def test_a_trainer_that_does_not_recurse_leaves_out_sub_folders() -> None:
    own = trainer("builtin")
    flat = replace(own, pictures=replace(own.pictures, recursive=False))
    reason = why_unfed("bust/a.png", flat, decodes=True, has_caption=True, empty=False)
    assert reason == "builtin does not look into sub-folders"


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ("builtin", None),
        ("sd-scripts", None),
        ("anima-lora-toolkit", "anima-lora-toolkit drops pictures without a caption"),
        ("diffusion-pipe", "diffusion-pipe drops pictures without a caption"),
    ],
)
def test_two_trainers_drop_a_picture_without_a_caption(profile: str, reason: str | None) -> None:
    assert unfed(profile, "a.png", has_caption=False) == reason


def test_an_empty_caption_drops_a_picture_only_where_the_profile_says_so() -> None:
    assert [unfed(profile, "a.png", empty=True) for profile in known_trainers()] == [None] * 4
    own = trainer("builtin")
    dropping = replace(own, captions=replace(own.captions, empty="dropped"))
    reason = why_unfed("a.png", dropping, decodes=True, has_caption=True, empty=True)
    assert reason == "builtin drops pictures with an empty caption"


def test_a_picture_that_does_not_decode_is_left_out() -> None:
    assert unfed("builtin", "a.png", decodes=False) == "it does not decode"


@pytest.mark.parametrize(
    ("profile", "path", "repeats"),
    [
        ("sd-scripts", "5_tk girl/a.png", 5),
        ("builtin", "set/12_tk/a.png", 12),
        ("builtin", "5_tk/more/a.png", 1),
        ("builtin", "0_tk/a.png", 1),
        ("builtin", "5_/a.png", 1),
        ("builtin", "5/a.png", 1),
        ("builtin", "tk_5/a.png", 1),
        ("builtin", "a.png", 1),
        ("anima-lora-toolkit", "5_tk/a.png", 1),
        ("diffusion-pipe", "5_tk/a.png", 1),
    ],
)
def test_repeats_are_read_from_the_folder_where_the_trainer_does(
    profile: str, path: str, repeats: int
) -> None:
    assert folder_repeats(path, trainer(profile)) == repeats


@given(st.sampled_from(known_trainers()), st.text(max_size=200))
def test_any_text_is_fed_and_its_tokens_lie_in_it(profile: str, text: str) -> None:
    caption = fed(profile, text)
    assert caption is not None
    if caption.offset is not None:
        assert text[caption.offset :].startswith(caption.text)
    for token in caption.tokens:
        assert caption.text[token.start : token.end] == token.text
