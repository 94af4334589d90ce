"""The pictures of `docs/figures`: every pose, view, hair, outfit and face, and random figures.

`python -m curate.figures.gallery docs/figures` draws them again.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
from PIL import Image

from curate.figures.camera import Camera
from curate.figures.character import Accessories, BackHair, Bangs, Character, Face, Hair, Outfit
from curate.figures.compiled import Bytes
from curate.figures.draw import draw
from curate.figures.face import expressions
from curate.figures.figure import Backdrop, Figure
from curate.figures.library import palette
from curate.figures.outfit import WARDROBE
from curate.figures.poses import PoseName, draw_pose, variants
from curate.figures.prior import sample_many
from curate.figures.sheets import contact_sheet, sheet_of_files
from curate.figures.spec import sheet

VIEW_AZIMUTHS = (0, 45, 90, 135, 180, -135, -90, -45)
STUDIO = Backdrop(kind="gradient", colour=(0.955, 0.960, 0.975), second=(0.855, 0.880, 0.925))
SETS = ("keichan-v1", "keichan-v2", "keichan-v3", "kanachan")
QUALITY = 86
WORN = (
    ("white", "navy", "red"),
    ("navy", "grey", "red"),
    ("light blue", "white", "navy"),
    ("yellow", "white", "white"),
    ("beige", "brown", "white"),
    ("green", "navy", "white"),
    ("pink", "navy", "white"),
    ("orange", "beige", "brown"),
    ("beige", "brown", "white"),
    ("purple", "pink", "yellow"),
)


def posed(
    who: Character, camera: Camera, pose: PoseName = "upright", variant: str | None = None
) -> Figure:
    """Give a figure in a studio."""
    return Figure(
        seed=5,
        character=who,
        outfit=next(iter(who.outfits)),
        expression="smile",
        pose=draw_pose(pose, np.random.default_rng(5), variant=variant),
        camera=camera,
        backdrop=STUDIO,
    )


def poses_by_view() -> Bytes:
    """Draw every kind of every pose from eight sides."""
    pictures, labels = [], []
    for name, kinds in variants().items():
        for i, kind in enumerate(kinds):
            who = sheet(("keichan", "kanachan")[i % 2])
            for azimuth in VIEW_AZIMUTHS:
                height = 30.0 if name == "lie" else 6.0
                camera = Camera(azimuth=azimuth, elevation=height)
                pictures.append(draw(posed(who, camera, name, kind.name), 120, 150).picture)
                labels.append(f"{name}: {kind.name}" if azimuth == 0 else "")
    return contact_sheet(pictures, len(VIEW_AZIMUTHS), labels)


def _hairdos() -> Iterator[tuple[str, Character]]:
    colours = list(palette("hair"))
    for i, back in enumerate(get_args(BackHair)):
        yield back, Character(hair=Hair(colour=colours[i], back=back, bangs="ragged"))
    for i, bangs in enumerate(get_args(Bangs)):
        yield f"{bangs} bangs", Character(hair=Hair(colour=colours[i + 5], back="bob", bangs=bangs))
    long = Hair(colour="pink", half_braid=True)
    yield "half braid, ribbon", Character(hair=long, accessories=Accessories(ribbon="blue"))
    yield "hair intakes", Character(hair=Hair(colour="blonde", intakes=1.2, sidelocks=0.0))
    yield "ahoge", Character(hair=Hair(colour="brown", back="short", ahoge=True))
    tail = Hair(colour="purple", back="ponytail")
    yield "scrunchie", Character(hair=tail, accessories=Accessories(scrunchie="yellow"))
    for hat in ("beret", "cap", "straw hat", "witch hat"):
        worn = Accessories(hat=hat, hat_colour="navy")
        yield hat, Character(hair=Hair(colour="white", back="medium"), accessories=worn)
    yield (
        "glasses",
        Character(accessories=Accessories(glasses="black"), face=Face(eye_colour="red")),
    )


def hair_parts() -> Bytes:
    """Draw every front and back part of hair and all that is worn on it, from three sides."""
    pictures, labels = [], []
    for name, who in _hairdos():
        for azimuth in (-20, 75, 165):
            camera = Camera(azimuth=azimuth, elevation=4.0, framing="bust")
            pictures.append(draw(posed(who, camera), 130, 130).picture)
            labels.append(name if azimuth == -20 else "")
    return contact_sheet(pictures, 12, labels)


def outfit_parts() -> Bytes:
    """Draw every outfit from three sides."""
    pictures, labels = [], []
    for kind, (main, second, accent) in zip(WARDROBE, WORN, strict=True):
        sleeves = "none" if kind == "sundress" else "short" if kind == "serafuku" else "long"
        worn = Outfit(
            kind=kind,
            main=main,
            second=second,
            accent=accent,
            sleeves=sleeves,  # type: ignore[arg-type]
            pattern="plaid" if kind == "blazer" else "none",
        )
        who = Character(outfits={"worn": worn}, hair=Hair(colour="brown", back="bob"))
        for azimuth in (0, 50, 180):
            figure = posed(who, Camera(azimuth=azimuth, elevation=3.0))
            pictures.append(draw(figure, 120, 190).picture)
            labels.append(kind if azimuth == 0 else "")
    return contact_sheet(pictures, 10, labels)


def faces() -> Bytes:
    """Draw every expression."""
    pictures = []
    for i, name in enumerate(expressions()):
        figure = posed(sheet(("keichan", "kanachan")[i % 2]), Camera(azimuth=-14, framing="face"))
        pictures.append(draw(replace(figure, expression=name), 150, 150).picture)
    return contact_sheet(pictures, 8, list(expressions()))


def strangers() -> Bytes:
    """Draw 48 random figures of the prior `default`."""
    figures = sample_many("default", 48, 48)
    return contact_sheet([draw(figure, 160, 160).picture for figure in figures], 8)


def draw_gallery(folder: Path) -> None:
    """Draw every sheet into a folder, and one of each committed set."""
    folder.mkdir(parents=True, exist_ok=True)
    for make in (strangers, poses_by_view, hair_parts, outfit_parts, faces):
        name = make.__name__.replace("_", "-")
        Image.fromarray(make()).save(folder / f"{name}.jpg", quality=QUALITY)
    for name in SETS:
        pictures = sorted(Path("datasets", name).glob("*/*.png"))
        sheet_of_files(pictures, folder / f"{name}.jpg", columns=12)


if __name__ == "__main__":
    draw_gallery(Path(sys.argv[1]))
