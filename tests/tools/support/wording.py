"""Realistic captions without a fault, built from a seeded generator.

Tags come from axes of which a picture has one value (stance, gaze, mouth...), so that no caption
contradicts itself, says a thing twice or binds two tags to each other. What looks like a fault
and is none is among them: emoticons, `score_7`, escaped parentheses, `@artist`, two girls in two
stances, somebody who looks back from behind, prose with commas, abbreviations, names in kanji.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

PREFIX = ("masterpiece", "best quality", "safe")
ARTISTS = ("wada yuu", "morino kana")
SERIES = "hoshizora gakuen"
STRUCTURE = ("blue ribbon", "side braid")

FRAMING = "portrait/upper body/cowboy shot/full body/close-up/wide shot/".split("/")
GAZE = (
    "looking at viewer/looking away/looking to the side/looking up/looking down/looking back/"
    "looking back/from behind/from behind, looking back/"
    "from behind, looking back, looking at viewer/from side, profile/from side/profile/"
    "facing away/looking at another/straight-on, looking at viewer//"
).split("/")
ANGLE = "from above/from below/dutch angle///".split("/")
MOUTH = (
    "smile/closed mouth/closed mouth, light smile/open mouth/open mouth, :d/:o/grin/parted lips/"
    "frown/pout/expressionless/clenched teeth/:3/tongue out/smile, ^_^/>_</@_@/"
).split("/")
EYES = "half-closed eyes/one eye closed/wide-eyed/////".split("/")
STANCE = "standing/sitting/kneeling/squatting/lying/wariza/walking/running/jumping/".split("/")
ARMS = (
    "arms up/arms behind back/hand on own hip/hands in pockets/hand up/outstretched arm/waving/"
    "crossed arms/v/own hands together/hand on own chest/arms at sides/"
).split("/")
TOP = (
    "white shirt/striped sweater/grey hoodie/denim jacket/black coat/yellow raincoat/blazer/"
    "cardigan/turtleneck/tank top/yukata/sundress/serafuku/overalls/off-shoulder dress"
).split("/")
BOTTOM = (
    "pleated skirt/long skirt/jeans/denim shorts/bike shorts/sweatpants/leggings/hakama//"
).split("/")
FEET = (
    "sneakers/loafers/knee boots/sandals/slippers/barefoot/white socks/black thighhighs/"
    "cross-laced footwear//"
).split("/")
EXTRA = (
    "red scarf/black beret/glasses/gold earrings/black choker/wristwatch/yellow hairclip/"
    "backpack/green necktie/white gloves/straw hat/headphones/brown belt/silver bracelet///"
).split("/")
HELD = (
    "holding book/holding cup/holding umbrella/holding phone/holding fan/holding basket/"
    "holding letter/holding camera/holding paintbrush///"
).split("/")
PLACE = (
    "classroom/library/rooftop/beach/forest/kitchen/train interior/cafe/street/garden/bedroom/"
    "shrine/bridge/wheat field/white background/simple background/grey background/"
    "gradient background/blurry background"
).split("/")
TIME = "day/night/sunset/dusk///".split("/")
SEASON = "autumn/winter/summer/cherry blossoms/snowing/rain/autumn leaves///".split("/")
# Nothing here excludes, implies or needs anything else.
FREE = (
    r"blush/wind/floating hair/hair between eyes/cat/bird/petals/sparkle/sweatdrop/musical note/"
    r"steam/depth of field/lens flare/sunlight/backlighting/shadow/tree/moon/heart \(symbol\)/"
    r"star \(symbol\)/cross \(symbol\)/hair over one eye/traditional media/eyelashes/teddy bear/"
    r"onigiri/ice cream/bento/bubble/collarbone/light particles/railing/window/"
    r"curtains/butterfly/lantern/paper crane/bicycle/vending machine/power lines/bag charm/"
    r"freckles/mole under eye/fang/hair flip/fireflies/spoken heart/musical instrument case/"
    r"hand on another's shoulder/chromatic aberration/ok sign/telescope/constellation/kotatsu"
).split("/")

FIRST = (
    "She stands by the window, one hand on the cold glass.",
    "She walks down a narrow lane with a paper bag under her arm.",
    "The girl sits on the edge of the stage and swings her legs.",
    "She leans over the railing, and her scarf trails behind her in the wind.",
    "A girl waits for the last train to 渋谷, half asleep.",
    "She crouches beside a stray cat and holds out a rice ball.",
    "Mt. Fuji rises in the distance behind her, small and blue.",
    "She is caught in mid-jump above the puddle.",
    "Her weight rests on one leg while she reads the notice board.",
    "She hugs a large teddy bear and peeks over its head.",
    "The sign behind her reads 'Café Hoshi', and the door is ajar.",
    "They share one umbrella, though it only covers her left shoulder.",
    "She hesitates... and then steps off the kerb.",
    "She listens to Mr. Tanaka with her chin on her hands.",
    "Her back is turned to the viewer; she glances over her right shoulder.",
)
SECOND = (
    "Her hair intakes curve forward past her cheeks like two small horns.",
    "The light falls from the left and leaves half of her face in shade.",
    "A few petals drift past, out of focus.",
    "A strand has slipped out of her hair intakes, lit by the low sun.",
    "The wind tugs at her hair intakes and at her collar.",
    "Her bangs are parted slightly to the right of the middle.",
    "It is late afternoon, and the shadows are long.",
    "The background is a plain wash of grey without any detail.",
    "Her sleeves are 3.5 sizes too wide and cover her fingers.",
    "There is a faint smile on her lips, but her eyes are tired.",
    "The ribbon at the end of the braid has come loose.",
    "This is the only bright spot in an otherwise dark street.",
    'She mouths "Wait for me!" to somebody beyond the frame.',
    "Behind her, the lanterns of the festival are lit one by one.",
)


@dataclass
class Wording:
    """A caption in parts, to be spoilt in one of them."""

    trigger: str
    quality: list[str] = field(default_factory=lambda: list(PREFIX))
    count: list[str] = field(default_factory=lambda: ["1girl"])
    series: list[str] = field(default_factory=list)
    artist: list[str] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    general: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    joint: str = ". "

    @property
    def tags(self) -> list[str]:
        """All tags in the order in which the base expects them."""
        name = [self.trigger] if self.trigger else []
        head = [*self.quality, *self.count, *name, *self.series, *self.artist]
        return [*head, *self.structure, *self.general]

    def __str__(self) -> str:
        parts = [", ".join(self.tags), " ".join(self.sentences)]
        return self.joint.join(part for part in parts if part)


class Writer:
    """Writes captions of one character, the same ones for the same seed."""

    def __init__(self, rng: random.Random, trigger: str) -> None:
        """Take the generator and the name."""
        self.rng = rng
        self.trigger = trigger

    def clean(self) -> Wording:
        """A caption of which nothing is wrong, with 8 to 15 general tags."""
        one = self.rng.choice
        gaze, stance = one(GAZE), [one(STANCE)]
        eyes = one([*EYES, "closed eyes"]) if "viewer" not in gaze else one(EYES)
        axes = (FRAMING, ANGLE, MOUTH, ARMS, TOP, BOTTOM, FEET, EXTRA, HELD, PLACE, TIME, SEASON)
        two = self.rng.random() < 0.04
        if two:
            stance = ["standing", "sitting"]
        picked = [gaze, eyes, *stance, *map(one, axes), *self.free(10)]
        # What is picked together is true together only: a glance back makes a back view a face.
        whole = [pick.split(", ") for pick in picked if pick]
        most = self.rng.randint(9, 15)
        while sum(map(len, whole)) > most:
            whole.pop()
        self.rng.shuffle(whole)
        general = [tag for pick in whole for tag in pick]
        return self._around(general, two=two)

    def plain(self) -> Wording:
        """A caption whose general tags neither exclude nor imply what is put beside them."""
        return self._around(self.free(self.rng.randint(8, 14)), two=False)

    def free(self, number: int) -> list[str]:
        """Tags that go with everything, each once."""
        return self.rng.sample(FREE, number)

    def _around(self, general: Sequence[str], *, two: bool) -> Wording:
        chance = self.rng.random
        return Wording(
            trigger=self.trigger,
            quality=[*PREFIX, *(["score_7"] if chance() < 0.2 else [])],
            count=["2girls"] if two else ["1girl", *(["solo"] if chance() < 0.7 else [])],
            series=[SERIES] if chance() < 0.3 else [],
            artist=[f"@{self.rng.choice(ARTISTS)}"] if chance() < 0.1 else [],
            structure=[tag for tag in STRUCTURE if chance() < 0.85],
            general=list(general),
            sentences=[self.rng.choice(FIRST), self.rng.choice(SECOND)],
            joint=self.rng.choice((". ", ", ")),
        )
