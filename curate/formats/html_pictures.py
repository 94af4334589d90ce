"""The pictures of a page: one small copy each, however often it is shown."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from curate.folder import list_folder
from curate.formats.place import Place
from curate.preview.markup import Markup, element, join
from curate.preview.thumbnails import Thumbnail, draw_thumbnail
from curate.progress import progress
from rules.model import Picture
from rules.report import Finding

SIDE = 176
# So many small copies are a page of some 12 MB, which a browser opens in a few seconds.
MOST = 3_000


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """The pictures that findings speak of.

    Attributes:
        pictures: in the order of the dataset; the page numbers them from 1.
        numbers: path of a picture or of a caption file of it -> its number.
        thumbnails: number -> its small copy, where there is one.
    """

    pictures: tuple[Picture, ...]
    numbers: Mapping[str, int]
    thumbnails: Mapping[int, Thumbnail]

    def of(self, finding: Finding) -> tuple[int, ...]:
        """The numbers of a finding's pictures, each once."""
        found = (self.numbers[path] for path in finding.paths if path in self.numbers)
        return tuple(dict.fromkeys(found))

    def thumb(self, number: int) -> Markup:
        """A picture, small, or its name where it cannot be shown."""
        path = self.pictures[number - 1].path
        thumbnail = self.thumbnails.get(number)
        if thumbnail is None:
            return element("span", path.rpartition("/")[2], class_="blank", title=path)
        width, height = thumbnail.image.size
        return element(
            "svg",
            element("title", path),
            element("use", href=f"#t{number}"),
            viewBox=f"0 0 {width} {height}",
            width=width,
            height=height,
            role="img",
            class_="thumb",
        )

    def store(self) -> Markup:
        """The small copies themselves, to be put on the page once."""
        images = (
            element(
                "image",
                id=f"t{number}",
                width=thumbnail.image.width,
                height=thumbnail.image.height,
                href=f"data:image/webp;base64,{base64.b64encode(thumbnail.webp).decode()}",
            )
            for number, thumbnail in self.thumbnails.items()
        )
        return element("svg", element("defs", *images), class_="store", aria_hidden="true")


def gallery(findings: tuple[Finding, ...], place: Place) -> Gallery:
    """Number the pictures that findings speak of, and draw them small."""
    if place.dataset is None:
        return Gallery(pictures=(), numbers={}, thumbnails={})
    spoken_of = {path for finding in findings for path in finding.paths}
    return gallery_of(
        (p for p in place.dataset.pictures if not spoken_of.isdisjoint(_paths(p))), place
    )


def gallery_of(pictures: Iterable[Picture], place: Place) -> Gallery:
    """Number some pictures, and draw them small."""
    shown = tuple(pictures)
    numbers = {path: n for n, picture in enumerate(shown, 1) for path in _paths(picture)}
    return Gallery(pictures=shown, numbers=numbers, thumbnails=_drawn(shown, place))


def _paths(picture: Picture) -> tuple[str, ...]:
    return picture.path, *(sidecar.path for sidecar in picture.sidecars)


def cards(shown: Gallery, findings: tuple[Finding, ...]) -> Markup:
    """A card a picture: what it looks like, and the rules that speak of it."""
    codes: dict[int, dict[str, Finding]] = defaultdict(dict)
    for finding in findings:
        for number in shown.of(finding):
            codes[number].setdefault(finding.code, finding)
    items = (
        _card(shown, number, picture, codes[number])
        for number, picture in enumerate(shown.pictures, 1)
    )
    return element("ul", join(*items), class_="cards")


def _card(shown: Gallery, number: int, picture: Picture, codes: Mapping[str, Finding]) -> Markup:
    # What is said of all of them together tells nothing of this one.
    badges = (
        element(
            "li",
            element("a", code, href=f"#{code}", class_=f"badge {finding.severity}"),
            title=finding.name,
        )
        for code, finding in codes.items()
        if finding.picture is not None or len(shown.of(finding)) < len(shown.pictures)
    )
    text = element(
        "div", element("bdi", picture.path), element("ul", *badges, class_="codes"), class_="text"
    )
    return element(
        "li",
        shown.thumb(number),
        text,
        id=f"p{number}",
        data_path=picture.path,
        data_codes=" ".join(codes),
    )


def _drawn(pictures: tuple[Picture, ...], place: Place) -> Mapping[int, Thumbnail]:
    if place.root is None or place.dataset is None:
        return {}
    handling = place.dataset.trainer.pictures
    real = {file.path: file.real for file in list_folder(place.root).pictures}

    def draw(picture: Picture) -> Thumbnail | None:
        path = real.get(picture.path)
        broken = picture.file is not None and picture.file.error is not None
        return None if path is None or broken else draw_thumbnail(path, handling, SIDE)

    some = pictures[:MOST]
    with ThreadPoolExecutor() as pool:
        drawn = progress(pool.map(draw, some), total=len(some), doing="drawing")
        return {n: thumbnail for n, thumbnail in enumerate(drawn, 1) if thumbnail is not None}
