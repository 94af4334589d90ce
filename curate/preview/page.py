"""The page: totals at the top, then a card per picture, all in one file that loads nothing."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from curate.preview.card import kinds, size_text
from curate.preview.markup import Markup, element, join
from curate.preview.totals import Bucket, Totals
from rules.model import Dataset
from rules.profiles import Shuffle
from rules.quoting import counted

SLOTS = {
    "quality": "praise and rating",
    "count": "how many figures",
    "trigger": "the word that calls the character up",
    "series": "the work she is from",
    "artist": "whose style it is",
    "structure": "declared features that stay tags",
    "general": "every other tag",
    "prose": "sentences",
}
# What the style sheet can show alone, and what that is called.
KINDS = {
    "every": "all",
    "out": "left out",
    "large": "enlarged",
    "cut": "cropped",
    "mute": "without words",
}
BAR = 100


def page(dataset: Dataset, totals: Totals, cards: Sequence[Markup]) -> str:
    """The whole document."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"{dataset.name}: what {dataset.trainer.id} is fed"
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style)),
    )
    body = element(
        "body",
        element("header", element("h1", element("bdi", dataset.name)), _introduction(dataset)),
        join(_numbers(totals), _left_out(totals), _buckets(totals), _legend(dataset)),
        _filters(dataset),
        element("main", element("h2", "Pictures", class_="spoken"), join(*cards)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def _introduction(dataset: Dataset) -> Markup:
    trainer = dataset.trainer
    batching = trainer.batching
    settings = (
        f"{dataset.resolution} px",
        f"batch {trainer.batch} x accumulation {batching.accumulation}",
        _shuffling(trainer.shuffle),
        _flipping(dataset),
    )
    return join(
        element("p", "What ", element("b", trainer.id), " is fed in one epoch."),
        element("p", f"{trainer.title}: {'; '.join(settings)}.", class_="settings"),
    )


def _shuffling(shuffle: Shuffle) -> str:
    if not shuffle.enabled:
        return "captions in their order"
    kept = f", the first {shuffle.keep_tokens} stay" if shuffle.keep_tokens else ", none stays"
    return f"tags shuffled{kept} (shown in the order of the file)"


def _flipping(dataset: Dataset) -> str:
    flip = dataset.trainer.flip
    if not flip.enabled:
        return "no flips"
    return (
        "about half of the pictures mirrored for good"
        if flip.cached
        else "pictures mirrored by lot"
    )


def _numbers(totals: Totals) -> Markup:
    entries = (
        ("pictures fed", f"{totals.fed:,} of {totals.pictures:,}"),
        ("left out", f"{totals.pictures - totals.fed:,}"),
        ("exposures an epoch", f"{totals.exposures:,}"),
        ("buckets", f"{len(totals.buckets):,}"),
        ("steps an epoch", f"{totals.steps:,}"),
    )
    unknown = (
        [element("p", f"{counted(totals.unplaced, 'picture')} of unknown size not counted.")]
        if totals.unplaced
        else []
    )
    pairs = (element("div", element("dt", name), element("dd", value)) for name, value in entries)
    return element(
        "section", element("dl", *pairs, class_="numbers"), *unknown, aria_label="Totals"
    )


def _left_out(totals: Totals) -> Markup:
    if not totals.left_out:
        return Markup()
    rows = (
        element(
            "li",
            element("b", counted(len(numbers), "picture")),
            f": {reason} (",
            _comma_separated(element("a", f"{n}", href=f"#p{n}") for n in numbers),
            ")",
        )
        for reason, numbers in totals.left_out.items()
    )
    return element("section", element("h2", "Left out"), element("ul", *rows))


def _comma_separated(parts: Iterable[Markup]) -> Markup:
    return Markup(", ".join(parts))


def _buckets(totals: Totals) -> Markup:
    if not totals.buckets:
        return Markup()
    most = max(bucket.exposures for bucket in totals.buckets)
    head = element(
        "tr",
        *(element("th", name, scope="col") for name in ("Bucket", "Pictures", "Exposures")),
        element("th", element("span", "Share", class_="spoken"), scope="col"),
    )
    rows = (_bucket_row(bucket, most) for bucket in totals.buckets)
    table = element("table", element("thead", head), element("tbody", *rows))
    return element("section", element("h2", "Buckets"), table)


def _bucket_row(bucket: Bucket, most: int) -> Markup:
    bar = element(
        "svg",
        element("rect", width=round(BAR * bucket.exposures / most, 1), height=10),
        viewBox=f"0 0 {BAR} 10",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    return element(
        "tr",
        element("th", size_text(bucket.size), scope="row"),
        element("td", f"{bucket.pictures:,}"),
        element("td", f"{bucket.exposures:,}"),
        element("td", bar, class_="bar"),
    )


def _legend(dataset: Dataset) -> Markup:
    used = {token.slot for _, caption in dataset.captioned for token in caption.tokens}
    entries = (
        element("li", element("span", slot, class_=f"token {slot}"), f" {meaning}")
        for slot, meaning in SLOTS.items()
        if slot in used
    )
    notes = (
        "On a picture, the frame is what the trainer keeps and the shade is what it cuts off. "
        "Token counts are estimates: the encoder's own tokenizer is not asked."
    )
    return element(
        "section",
        element("h2", "How to read it"),
        element("ul", *entries, class_="legend"),
        element("p", notes),
    )


def _filters(dataset: Dataset) -> Markup:
    """Radio buttons that hide cards through the style sheet alone."""
    numbers = Counter(kind for picture in dataset.pictures for kind in kinds(picture))
    numbers["every"] = len(dataset.pictures)
    buttons = []
    for kind, name in KINDS.items():
        if numbers[kind]:
            checked = "" if kind == "every" else None
            button = element(
                "input", type="radio", name="shown", id=f"show-{kind}", checked=checked
            )
            buttons.append(element("label", button, f" {name} ({numbers[kind]:,})"))
    return element("fieldset", element("legend", "Show"), *buttons)
