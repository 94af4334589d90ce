"""The preview: what its page says, that nothing breaks out of it, and what its sheet shows."""

import base64
import hashlib
import io
import json
import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from curate.dataset import assemble
from curate.errors import UserError
from curate.index import FoundPicture
from curate.preview import preview, sheet, thumbnails
from curate.preview.markup import element, text
from curate.preview.page import SLOTS
from curate.preview.thumbnails import draw_thumbnail
from curate.preview.totals import totals
from curate.session import open_dataset
from rules.finding_profiles import load_trainer
from rules.profiles import PictureHandling
from rules.records import parse, to_plain
from rules.spec import Spec, TrainerChoice

VOID = {"img", "input", "meta"}
HARMLESS = frozenset(
    "html head meta title style body header main section article div span p h1 h2 h3 b strong bdi "
    "ul li dl dt dd a table thead tbody tr th td fieldset legend label input img svg path rect"
    "".split()
)
INJECTIONS = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></head><body onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<!--",
    "-->",
    "]]><![CDATA[",
    "<iframe src=//example.org>",
    "<a href=javascript:alert(1)>x</a>",
    '<meta http-equiv=refresh content="0;url=//example.org">',
    "&lt;script&gt;",
    "&#60;script&#62;",
    "{{7*7}} ${7*7} <%= 7*7 %> %s {0}",
    "\u202e<script>",
    "<scr\u200bipt>",
    "\x00<script\x00>",
    "\x1b]8;;http://example.org\x07link\x1b]8;;\x07",
    "<base href=//example.org>",
    "<plaintext>",
]


class Page(HTMLParser):
    """A page as a browser takes it apart: elements, attributes and the text of each element."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "no attribute is given twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("class") or tag))
            self.texts.setdefault(self._open[-1][1], []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag, "elements are closed in their order"

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            self.texts[name][-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def attributes(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "5_tk girl"
    made.mkdir()
    return made


def draw(
    folder: Path, name: str, size: tuple[int, int] = (832, 1216), caption: str | None = "tk, 1girl"
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, (200, 60, 40)).save(path)
    if caption is not None:
        path.with_suffix(".txt").write_text(caption, encoding="utf-8", newline="")


def shown(folder: Path, trainer: str = "builtin") -> Page:
    session = open_dataset(str(folder), trainer=trainer)
    page, _ = preview(session.dataset, folder, folder / ".curate")
    return Page(page.read_text(encoding="utf-8"))


def words(texts: list[str]) -> list[str]:
    return [" ".join(said.split()) for said in texts]


def test_a_card_says_bucket_scale_crop_repeats_tokens_and_file(folder: Path) -> None:
    draw(folder, "tall.png", (600, 1800), "tk, 1girl, blue hair. She waves.")
    page = shown(folder)
    assert words(page.texts["h3"]) == ["1 tall.png"]
    facts = (
        "Size600x1800 Bucket704x1408 Scale1.17, enlarged Cut off33.3%, top and bottom Repeats5 "
        "Tokensabout 11 of 512"
    )
    assert page.texts["dl"] == [re.sub(r" (?=[A-Z])", "", facts)]
    assert page.texts["caption"] == ["tk, 1girl, blue hair. She waves."]
    assert page.texts["from"] == ["from tall.txt"]


def test_the_crop_box_lies_on_the_picture(folder: Path) -> None:
    draw(folder, "tall.png", (600, 1800))
    page = shown(folder)
    box = next(a for tag, a in page.elements if tag == "path" and a["class"] == "box")
    assert box["d"] == "M0 300H600V1500H0Z"
    assert "0 0 600 1800" in page.attributes("viewbox")


def test_tokens_are_coloured_by_slot_and_the_legend_names_each_slot_once(folder: Path) -> None:
    spec = (
        "subject: {trigger: tk, structure: [ribbon]}\n"
        "caption: {series: [wikipe], artists: ['@someone']}\n"
    )
    (folder / "dataset.yaml").write_text(spec, encoding="utf-8")
    draw(folder, "a.png", caption="safe, 1girl, tk, wikipe, @someone, ribbon, smile. She waves.")
    page = shown(folder)
    legend = [name for name in page.texts if re.fullmatch(r"token \w+", name)]
    assert legend == [f"token {slot}" for slot in SLOTS]
    said = {slot: page.texts.get(f"token {slot} short") for slot in SLOTS if slot != "prose"}
    assert said | {"prose": page.texts["token prose"][1:]} == {
        "quality": ["safe"],
        "count": ["1girl"],
        "trigger": ["tk"],
        "series": ["wikipe"],
        "artist": ["@someone"],
        "structure": ["ribbon"],
        "general": ["smile"],
        "prose": ["She waves."],
    }
    assert [page.texts[name][0] for name in legend] == list(SLOTS)


def test_the_totals_count_what_is_fed_dropped_and_trained_in_an_epoch(folder: Path) -> None:
    for number in range(3):
        draw(folder, f"{number}.png")
    draw(folder, "bust.png", (1024, 1024))
    draw(folder, "rejected/bad.png")
    page = shown(folder)
    assert page.texts["numbers"] == [
        "pictures fed4 of 5left out1exposures an epoch20buckets2steps an epoch5"
    ]
    assert page.texts["tbody"] == ["832x12163151024x102415"]
    assert page.texts["ul"][0] == "1 picture: builtin leaves out the folder rejected/ (5)"
    assert "#p5" in page.attributes("href")
    assert "p5" in page.attributes("id")
    assert page.texts["reason"] == ["Left out: builtin leaves out the folder rejected/"]


def test_fed_pictures_of_unknown_size_are_said_not_to_be_counted(tmp_path: Path) -> None:
    unmeasured = FoundPicture(path="a.png", sha256=None, file=None, sidecars=())
    dataset = assemble(name="set", spec=Spec(), pictures=[unmeasured])
    written, _ = preview(dataset, tmp_path, tmp_path / ".curate")
    page = Page(written.read_text(encoding="utf-8"))
    assert totals(dataset).unplaced == 1
    assert "1 picture of unknown size not counted." in page.texts["p"]
    assert page.texts["numbers"] == [
        "pictures fed1 of 1left out0exposures an epoch0buckets0steps an epoch0"
    ]


@pytest.mark.parametrize(
    ("trainer", "said"),
    [
        ("builtin", "No caption: builtin stops."),
        (
            "sd-scripts",
            "No caption: sd-scripts trains it on `tk girl`, the class token of its folder.",
        ),
        ("diffusion-pipe", "No caption is fed."),
    ],
)
def test_a_card_without_a_caption_says_what_the_trainer_does(
    folder: Path, trainer: str, said: str
) -> None:
    draw(folder, "a.png")
    draw(folder, "b.png", caption=None)
    assert shown(folder, trainer).texts["silent"] == [said]


def test_a_caption_that_is_empty_or_no_utf_8_is_said_to_be_so(folder: Path) -> None:
    draw(folder, "a.png", caption=" \n")
    draw(folder, "b.png", caption=None)
    (folder / "b.txt").write_bytes("café".encode("cp1252"))
    page = shown(folder, "anima-lora-toolkit")
    assert page.texts["silent"] == [
        "a.txt says nothing: anima-lora-toolkit trains it on empty text.",
        "b.txt is no UTF-8: anima-lora-toolkit stops.",
    ]


def test_the_settings_of_the_trainer_stand_at_the_top(folder: Path) -> None:
    draw(folder, "a.png")
    (settings,) = shown(folder, "anima-lora-toolkit").texts["settings"]
    assert settings == (
        "AnimaLoraToolkit with its template configuration (February 2026): 1024 px; batch 1 x "
        "accumulation 4; tags shuffled, none stays (shown in the order of the file); about half "
        "of the pictures mirrored for good."
    )


def test_filters_are_offered_for_what_there_is(folder: Path) -> None:
    draw(folder, "a.png")
    draw(folder, "small.png", (300, 300))
    page = shown(folder)
    assert words(page.texts["label"]) == ["all (2)", "enlarged (1)"]
    assert page.attributes("checked") == [""]


def test_characters_that_do_not_print_are_shown_by_their_numbers(folder: Path) -> None:
    draw(folder, "a.png", caption="\ufefftk, blue\u200b hair, \u202etxet")
    page = shown(folder, "sd-scripts")
    assert page.texts["caption"] == ["U+FEFFtk, blueU+200B hair, U+202Etxet"]
    assert page.texts["unseen"] == ["U+FEFF", "U+200B", "U+202E"]


def assert_harmless(page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert tags <= HARMLESS, tags - HARMLESS
    assert page.comments == []
    names = {name for _, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert all(re.fullmatch(r"#p\d+", href or "") for href in page.attributes("href"))
    for source in page.attributes("src"):
        assert source is not None
        assert source.startswith("data:image/webp;base64,")


@pytest.mark.parametrize("trainer", ["builtin", "anima-lora-toolkit", "diffusion-pipe"])
def test_nothing_in_a_caption_or_file_name_breaks_out(folder: Path, trainer: str) -> None:
    for number, injection in enumerate(INJECTIONS):
        name = "".join(c for c in injection if c not in "/\x00")
        draw(folder, f"{name}.png", (64, 64), caption=f"tk, {injection}, {injection}.\n{injection}")
        draw(folder, f"{number}.png", (64, 64), caption=None)
        caption = {"character": injection, "tags": [injection], "nl": injection}
        (folder / f"{number}.json").write_text(json.dumps(caption), encoding="utf-8")
    moved = folder.parent / "<script>alert(1)<"
    folder.rename(moved)
    page = shown(moved, trainer)
    assert_harmless(page)
    assert page.texts["h1"] == ["<script>alert(1)<"]
    assert sum(tag == "article" for tag, _ in page.elements) == 2 * len(INJECTIONS)
    assert {"<script>alert(1)</script>", "&lt;script&gt;"} <= set(page.texts["token general short"])


@pytest.mark.parametrize("name", ["a\nb.png", "\u202egnp.png", "🐈.png", "a b'.png"])
def test_odd_file_names_are_shown_and_opened(folder: Path, name: str) -> None:
    draw(folder, name)
    page = shown(folder)
    assert_harmless(page)
    assert len(page.attributes("src")) == 1


def test_a_name_that_is_no_utf_8_is_shown_and_opened(folder: Path) -> None:
    draw(folder, "a.png")
    os.rename(os.fsencode(folder / "a.png"), os.fsencode(folder) + b"/\xff.png")  # noqa: PTH104 - bytes
    page = shown(folder)
    assert words(page.texts["h3"]) == ["1 \\xff.png"]
    assert len(page.attributes("src")) == 1


def test_the_policy_forbids_everything_but_the_pages_own_style_and_pictures(folder: Path) -> None:
    draw(folder, "a.png")
    page = shown(folder)
    policy = next(
        a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(page.texts["style"][0].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import|https?:", page.texts["style"][0])


@given(st.text(), st.text())
def test_any_text_survives_as_text(shown_text: str, attribute: str) -> None:
    page = Page(element("p", shown_text, title=attribute))
    assert [tag for tag, _ in page.elements if tag != "span"] == ["p"]
    expected = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in shown_text)
    assert page.texts["p"] == [expected]
    title = page.elements[0][1]["title"]
    assert title == "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in attribute)


def test_half_a_character_is_shown_by_its_number() -> None:
    shown_text = element("p", "tk\ud800", title="\udfff")
    assert shown_text == '<p title="[U+DFFF]">tk<span class="unseen">U+D800</span></p>'


def test_markup_is_put_in_as_it_is_and_text_is_not() -> None:
    assert element("p", text("<b>"), element("b", "<"), "&") == "<p>&lt;b&gt;<b>&lt;</b>&amp;</p>"


HANDLING = load_trainer(TrainerChoice()).pictures


def drawn(path: Path, handling: PictureHandling) -> Image.Image:
    thumbnail = draw_thumbnail(str(path), handling)
    assert thumbnail is not None
    assert Image.open(io.BytesIO(thumbnail.webp)).size == thumbnail.image.size
    return thumbnail.image


def test_a_picture_is_turned_only_where_the_trainer_turns_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (800, 400)).save(tmp_path / "a.jpg", exif=exif)
    assert drawn(tmp_path / "a.jpg", replace(HANDLING, exif="applied")).size == (128, 256)
    assert drawn(tmp_path / "a.jpg", replace(HANDLING, exif="ignored")).size == (256, 128)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_hidden_colours_show_where_alpha_is_dropped(tmp_path: Path, mode: str) -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0)).convert(mode)
    if mode == "P":
        clear.info["transparency"] = 0
    clear.save(tmp_path / "a.png")
    for alpha, colour in (("composited", (255, 255, 255)), ("dropped", (0, 0, 0))):
        handling = parse(PictureHandling, {**to_plain(HANDLING), "alpha": alpha}, "handling")
        assert drawn(tmp_path / "a.png", handling).getpixel((9, 9)) == colour


def test_what_does_not_decode_or_is_over_the_bound_has_no_thumbnail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert draw_thumbnail(str(tmp_path / "a.png"), HANDLING) is None
    assert draw_thumbnail(str(tmp_path / "none.png"), HANDLING) is None
    Image.new("RGB", (8, 8)).save(tmp_path / "b.png")
    assert draw_thumbnail(str(tmp_path / "b.png"), HANDLING) is not None
    monkeypatch.setattr(thumbnails, "PIXEL_BOUND", 63)
    assert draw_thumbnail(str(tmp_path / "b.png"), HANDLING) is None


def test_a_broken_picture_shows_why_it_is_broken(folder: Path) -> None:
    draw(folder, "a.png")
    (folder / "b.png").write_bytes((folder / "a.png").read_bytes()[:60])
    page = shown(folder)
    assert page.texts["frame empty"] == ["it does not decode: image file is truncated"]
    assert page.texts["reason"] == ["Left out: it does not decode"]


def test_a_picture_that_vanished_or_is_one_too_many_has_a_card_without_a_thumbnail(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        draw(folder, f"{name}.png")
    session = open_dataset(str(folder))
    (folder / "a.png").unlink()
    monkeypatch.setattr(thumbnails, "MOST", 2)
    written, _ = preview(session.dataset, folder, folder / ".curate")
    page = Page(written.read_text(encoding="utf-8"))
    assert page.attributes("alt") == ["b.png"]
    assert page.texts["frame empty"] == ["no thumbnail", "no thumbnail"]


def sheet_of(folder: Path) -> Image.Image:
    session = open_dataset(str(folder))
    _, written = preview(session.dataset, folder, folder / ".curate")
    with Image.open(written) as image:
        image.load()
    return image


def test_the_sheet_shades_what_is_cut_and_crosses_out_what_is_left_out(folder: Path) -> None:
    draw(folder, "a.png", (600, 1800))
    draw(folder, "rejected/b.png", (600, 600))
    image = sheet_of(folder)
    left, top = sheet.MARGIN, sheet.HEAD
    assert image.getpixel((left + 32, top + 96)) == (200, 60, 40)
    assert image.getpixel((left + 32, top + 10)) == (82, 25, 16)
    assert image.getpixel((left + sheet.CELL + 96, top + 96)) == sheet.GONE
    assert image.getpixel((left + sheet.CELL + 96, top + 10)) == (82, 25, 16)


def test_the_sheet_says_how_many_pictures_it_has_no_room_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        draw(folder, f"{number}.png", (64, 64))
    whole = sheet_of(folder)
    monkeypatch.setattr(sheet, "MOST", 4)
    shortened = sheet_of(folder)
    row = sheet.CELL + sheet.LABEL
    assert whole.height == sheet.HEAD + 2 * row + sheet.MARGIN
    assert shortened.height == sheet.HEAD + row + sheet.MARGIN + sheet.LABEL


def test_only_the_two_files_are_written(folder: Path, tmp_path: Path) -> None:
    draw(folder, "a.png")
    session = open_dataset(str(folder), cache_dir=tmp_path / "cache")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    out = tmp_path / "new" / "out"
    assert preview(session.dataset, folder, out) == (out / "preview.html", out / "preview.png")
    assert sorted(path.name for path in out.iterdir()) == ["preview.html", "preview.png"]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_second_preview_replaces_the_first(folder: Path) -> None:
    draw(folder, "a.png")
    first = shown(folder).texts["h3"]
    shutil.move(folder / "a.png", folder / "b.png")
    assert (first, shown(folder).texts["h3"]) == (["1 a.png"], ["1 b.png"])


@pytest.mark.parametrize("inside", [".", "out", "bust/out"])
def test_a_folder_of_the_dataset_is_refused_as_a_place_for_the_sheet(
    folder: Path, inside: str
) -> None:
    draw(folder, "a.png")
    session = open_dataset(str(folder))
    with pytest.raises(UserError, match="lies in the dataset"):
        preview(session.dataset, folder, folder / inside)
    assert not (folder / inside / "preview.png").exists()
