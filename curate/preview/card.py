"""A card: one picture with its crop, and everything that is fed with it."""

import base64
from collections.abc import Iterable

from curate.preview.markup import Markup, element, join, text
from curate.preview.thumbnails import Thumbnail
from curate.preview.totals import is_cut, is_enlarged
from rules.caption.consequences import consequence
from rules.caption.token_estimate import estimate_tokens
from rules.model import Caption, Dataset, Picture, Token

# So many letters fit on a line of the narrowest screens, so a tag of no more is kept whole.
SHORT = 32


def card(dataset: Dataset, number: int, picture: Picture, thumbnail: Thumbnail | None) -> Markup:
    """One picture: its crop, and everything that is fed with it."""
    title = element(
        "h3", element("span", f"{number}", class_="number"), " ", element("bdi", picture.path)
    )
    left_out = (
        [element("p", element("strong", "Left out: "), picture.unfed, class_="reason")]
        if picture.unfed is not None
        else []
    )
    return element(
        "article",
        _frame(picture, thumbnail),
        element(
            "div", title, *left_out, _facts(dataset, picture), _caption(dataset, picture),
            class_="text",
        ),
        class_=" ".join(("card", *kinds(picture))),
        id=f"p{number}",
    )  # fmt: skip


def kinds(picture: Picture) -> tuple[str, ...]:
    """The filters that show a picture, beside the one that shows all."""
    if picture.unfed is not None:
        return ("out",)
    applies = {
        "large": is_enlarged(picture),
        "cut": is_cut(picture),
        "mute": picture.caption is None or not picture.caption.tokens,
    }
    return tuple(kind for kind, does in applies.items() if does)


def _frame(picture: Picture, thumbnail: Thumbnail | None) -> Markup:
    if thumbnail is None:
        reason = (picture.file and picture.file.error) or "no thumbnail"
        return element("div", element("p", reason), class_="frame empty")
    width, height = thumbnail.image.size
    image = element(
        "img",
        src=f"data:image/webp;base64,{base64.b64encode(thumbnail.webp).decode()}",
        width=width,
        height=height,
        alt=picture.path,
        loading="lazy",
        decoding="async",
    )
    return element("div", element("div", image, _overlay(picture), class_="fit"), class_="frame")


def _overlay(picture: Picture) -> Markup:
    """What is cut off, or a cross over a picture that is left out."""
    if picture.size is None or picture.placement is None:
        return Markup()
    width, height = picture.size
    if picture.unfed is not None:
        lines = f"M0 0L{width} {height}M0 {height}L{width} 0"
        shapes = [element("path", class_="cross", d=lines)]
    else:
        left, top, right, bottom = (round(side, 1) for side in picture.placement.crop)
        whole, kept = (
            f"M0 0H{width}V{height}H0Z",
            f"M{left:g} {top:g}H{right:g}V{bottom:g}H{left:g}Z",
        )
        shapes = [
            element("path", class_="shade", fill_rule="evenodd", d=whole + kept),
            element("path", class_="under", d=kept),
            element("path", class_="box", d=kept),
        ]
    return element(
        "svg",
        *shapes,
        viewBox=f"0 0 {width} {height}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _facts(dataset: Dataset, picture: Picture) -> Markup:
    entries = [("Size", size_text(picture.size) if picture.size else "unknown")]
    if picture.unfed is None and picture.placement is not None:
        placement = picture.placement
        change = "enlarged" if is_enlarged(picture) else "reduced"
        same = round(placement.scale, 2) == 1
        entries += [
            ("Bucket", size_text(placement.bucket)),
            ("Scale", f"{placement.scale:.2f}, {'as it is' if same else change}"),
            ("Cut off", _cut(picture)),
        ]
    if picture.unfed is None:
        entries.append(("Repeats", f"{picture.repeats}"))
    if picture.caption is not None:
        limit = dataset.trainer.token_limit
        entries.append(("Tokens", f"about {estimate_tokens(picture.caption.text):,} of {limit:,}"))
    pairs = (element("div", element("dt", name), element("dd", said)) for name, said in entries)
    return element("dl", *pairs)


def _cut(picture: Picture) -> str:
    if picture.placement is None or not is_cut(picture):
        return "nothing"
    left, top, _, _ = picture.placement.crop
    sides = [
        name
        for name, cut in (("left and right", left), ("top and bottom", top))
        if round(cut, 1) > 0
    ]
    return f"{picture.placement.lost:.1%}, {' and '.join(sides)}"


def _caption(dataset: Dataset, picture: Picture) -> Markup:
    sidecar = picture.fed_sidecar
    if picture.caption is None or sidecar is None:
        return element("p", _without_caption(dataset, picture), class_="silent")
    if not picture.caption.tokens:
        follows = consequence(dataset, picture, dataset.trainer.captions.empty)
        said = element("p", f"{sidecar.path} says nothing: {follows}.", class_="silent")
    else:
        said = element("p", *_coloured(picture.caption), class_="caption", dir="auto")
    return join(said, element("p", "from ", element("bdi", sidecar.path), class_="from"))


def _without_caption(dataset: Dataset, picture: Picture) -> str:
    if picture.unfed is not None:
        return "No caption is fed."
    sidecar = picture.fed_sidecar
    if sidecar is not None:
        return f"{sidecar.path} is no UTF-8: {dataset.trainer.id} stops."
    missing = dataset.trainer.captions.missing
    return f"No caption: {consequence(dataset, picture, missing)}."


def _coloured(caption: Caption) -> Iterable[Markup]:
    """The caption with each token in the colours of its slot, separators between them."""
    end = 0
    for token in caption.tokens:
        yield text(caption.text[end : token.start])
        yield _token(token)
        end = token.end
    yield text(caption.text[end:])


def _token(token: Token) -> Markup:
    short = " short" if token.slot != "prose" and len(token.text) <= SHORT else ""
    return element("bdi", token.text, class_=f"token {token.slot}{short}", title=token.slot)


def size_text(size: tuple[int, int]) -> str:
    """Width and height in pixels, as in 832x1216."""
    return f"{size[0]}x{size[1]}"
