"""Who is drawn: records that a character sheet, the prior and the truth share."""

from dataclasses import field
from typing import Literal

from curate.figures.rig import Proportions
from rules.records import record

Bangs = Literal["blunt", "parted", "swept", "ragged"]
BackHair = Literal[
    "short",
    "bob",
    "medium",
    "long",
    "very long",
    "twintails",
    "ponytail",
    "side ponytail",
    "buns",
    "low twintails",
]
Side = Literal["left", "right"]


@record
class Hair:
    """Hair as a front and a back part.

    Args:
        colour: A name of the hair palette.
        bangs: The front part.
        back: The back part.
        length: Multiplies the ordinary length of the back part.
        sidelocks: Length of the locks before the ears; 0 for none.
        intakes: Length of the hair intakes, 0 for none; 1 reaches the jaw.
        intake_size: Thickness of the intakes.
        half_braid: Whether two braids run to the back of the head and on as one.
        ahoge: Whether one hair stands up.
        side: The character's side of a side ponytail.
    """

    colour: str = "brown"
    bangs: Bangs = "blunt"
    back: BackHair = "long"
    length: float = 1.0
    sidelocks: float = 0.55
    intakes: float = 0.0
    intake_size: float = 1.0
    half_braid: bool = False
    ahoge: bool = False
    side: Side = "left"


@record
class Face:
    """Build of the face; sizes are multiples of the ordinary."""

    eye_colour: str = "blue"
    eye_width: float = 1.0
    eye_height: float = 1.0
    eye_apart: float = 1.0
    skin: str = "light"


@record
class Accessories:
    """What is worn on the head; a colour, or None for nothing.

    Args:
        ribbon: Colour of a bow at the back of the head (or on the tail).
        ribbon_size: Size of the bow, in head heights from knot to loop end.
        scrunchie: Colour of the ring around a tail.
        hat: Kind of hat.
        hat_colour: Colour of the hat.
        glasses: Colour of the frame.
    """

    ribbon: str | None = None
    ribbon_size: float = 0.30
    scrunchie: str | None = None
    hat: Literal["beret", "cap", "straw hat", "witch hat"] | None = None
    hat_colour: str = "white"
    glasses: str | None = None


@record
class Outfit:
    """Clothes.

    Args:
        kind: Cut: a name of `outfit.WARDROBE`.
        main: Colour of the top or the dress.
        second: Colour of the skirt, trousers or trim.
        accent: Colour of ties, bows and belts.
        legs: Colour of the legwear, None for bare legs.
        legwear: How high it reaches.
        shoes: Colour of the shoes, None for bare feet.
        pattern: Pattern of the skirt, dress or shirt.
        sleeves: Length of the sleeves.
    """

    kind: str = "serafuku"
    main: str = "white"
    second: str = "navy"
    accent: str = "red"
    legs: str | None = "black"
    legwear: Literal["socks", "kneehighs", "thighhighs", "pantyhose"] = "kneehighs"
    shoes: str | None = "brown"
    pattern: str = "none"
    sleeves: Literal["none", "short", "long"] = "short"


@record
class Character:
    """A character sheet.

    Args:
        name: The character's name.
        outfits: Named clothes.
        hair: Hair.
        face: Face.
        accessories: What is worn on the head.
        proportions: Build of the body.
    """

    name: str = "someone"
    outfits: dict[str, Outfit] = field(default_factory=lambda: {"plain": Outfit()})
    hair: Hair = field(default_factory=Hair)
    face: Face = field(default_factory=Face)
    accessories: Accessories = field(default_factory=Accessories)
    proportions: Proportions = field(default_factory=Proportions)
