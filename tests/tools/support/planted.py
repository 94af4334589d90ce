"""Datasets of 2,000 captions with faults of known number, 20 of each kind.

Every plant spoils one caption of its own in one way and says which findings that must give; all
else that a lint says of these folders is a false alarm. Where a fault is truly two things at
once, the plant's `also` names the second code. What needs another trainer, a vocabulary or a
whole set to itself lies in a folder beside the main one.
"""

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from PIL import Image, ImageOps

from support import wording
from support.wording import Wording, Writer

EACH = 20
SEED = 20261123
BOM = b"\xef\xbb\xbf"
Files = dict[str, bytes]
Key = tuple[str, str]


@dataclass(frozen=True)
class Plant:
    """One kind of fault.

    Attributes:
        name: what was done, for people.
        code: the rule that must find it.
        spoil: files by suffix, made of a clean caption and the number of the plant.
        on: suffix of the file that the finding is about; `.png` for the picture itself.
        also: further codes that are true of it too.
        plain: whether the caption shall have no tags that exclude or imply others.
        keyed: whether the finding is named by its tag: what `spoil` put under the suffix `tag`.
        orphan: whether no picture lies beside the files.
    """

    name: str
    code: str
    spoil: Callable[[Wording, int], Files]
    on: str = ".txt"
    also: tuple[str, ...] = ()
    plain: bool = True
    keyed: bool = False
    orphan: bool = False


@dataclass
class Planted:
    """A folder on disk, and everything that a lint must say of it.

    Attributes:
        expected: (code, path or tag) -> how often.
        faults: name of a plant -> its main findings.
        captions: files with words about a picture; a second one beside it counts once.
    """

    folder: Path
    expected: Counter[Key] = field(default_factory=Counter)
    faults: dict[str, list[Key]] = field(default_factory=dict)
    captions: int = 0
    pictures: int = 0


def text(caption: Wording | str) -> Files:
    """A caption as the file that nearly all trainers read."""
    return {".txt": f"{caption}\n".encode()}


# --- caption files ----------------------------------------------------------------------------


def _empty(_: Wording, n: int) -> Files:
    return {".txt": (b"", b"\n", b"  \n", b" , ,\n")[n % 4]}


def _in_other_file(caption: Wording, _: int) -> Files:
    return {".caption": f"{caption}\n".encode()}


def _disagreeing(caption: Wording, n: int) -> Files:
    older = Wording(**{**vars(caption), "general": [*caption.general[1:], f"draft {n}"]})
    return text(caption) | {".caption": f"{older}\n".encode()}


def _not_utf8(caption: Wording, n: int) -> Files:
    encoding, extra = (
        ("cp932", "夕焼けの町、ひらがな"),
        ("cp1252", "café à la crème"),
        ("utf-16", "rain"),
    )[n % 3]
    caption.sentences = ["She waits.", f"The sign says {extra}."]
    plain = (
        str(caption).encode("ascii", "ignore").decode() if encoding != "utf-16" else str(caption)
    )
    return {".txt": f"{plain} {extra}\n".encode(encoding)}


def _with_bom(caption: Wording, _: int) -> Files:
    return {".txt": BOM + f"{caption}\n".encode()}


def _with_invisible(caption: Wording, n: int) -> Files:
    tag = caption.general[3]
    hidden = "\u200b \u00a0 \u200f \u3000 \u00ad \u2060 \t \u202e \x07 \ufeff".split(" ")[n % 10]
    if hidden.isspace():
        return text(str(caption).replace(f", {tag}", f",{hidden}{tag}", 1))
    places = (f"{tag}{hidden}", f"{hidden}{tag}", f"{tag[:2]}{hidden}{tag[2:]}")
    caption.general[3] = places[n % 3]
    return text(caption)


def _fullwidth(caption: Wording, n: int) -> Files:
    mark = "，、。"[n % 3]
    general = caption.general
    caption.general = [*general[:2], mark.join(general[2 : 4 + n % 2]), *general[4 + n % 2 :]]
    return text(caption)


def _second_line(caption: Wording, n: int) -> Files:
    shot = ("close-up", "from above", "lens flare, dusk")[n % 3]
    return text(f"{caption}\n{shot}" if n % 2 else f"{caption}\n\n{shot}\n")


def _crlf(caption: Wording, _: int) -> Files:
    return {".txt": f"{caption}\r\n".encode()}


def _wildcard(caption: Wording, n: int) -> Files:
    options = ("{smile|grin}", "{red|green} scarf", "{day|night|dusk}", "{1-2$$hat|coat}")
    caption.general.insert(2, options[n % 4])
    return text(caption)


def _weight(caption: Wording, n: int) -> Files:
    tag = caption.general[n % 5]
    caption.general[n % 5] = (f"({tag}:1.2)", f"({tag}:0.85)", f"({tag}: 1.1)")[n % 3]
    return text(caption)


def _prefix(caption: Wording, n: int) -> Files:
    rest = caption.quality[3:]
    others = (
        ["masterpiece", "best quality"],
        ["best quality", "masterpiece", "safe"],
        ["masterpiece", "high quality", "safe"],
        ["safe"],
        ["best quality", "safe"],
    )
    caption.quality = [*others[n % 5], *rest]
    return text(caption)


def _order(caption: Wording, n: int) -> Files:
    if n % 3 == 0:
        caption.structure, caption.general = [], [*caption.general, "blue ribbon"]
    elif n % 3 == 1:
        caption.quality = list(wording.PREFIX)
        caption.general = [*caption.general, "score_7"]
    else:
        # Behind a series it is no matter of the trigger's place.
        caption.series, caption.structure = [wording.SERIES], ["side braid", *caption.count]
        caption.count = []
    return text(caption)


def _sentences(caption: Wording, n: int) -> Files:
    third = "She hums a tune."
    caption.sentences = caption.sentences[:1] if n % 2 else [*caption.sentences, third]
    return text(caption)


def _endless(caption: Wording, n: int) -> Files:
    heap = " and ".join(
        f"a {colour} {thing} beside a {other}"
        for colour in ("red", "pale", "tiny", "broken", "wet")
        for thing in ("lantern", "kettle", "parasol", "suitcase")
        for other in ("drum", "mirror", "plant")
    )
    caption.sentences = [f"She sorts {heap}.", f"The shelf number {n} holds {heap}."]
    return text(caption)


REFUSALS = (
    "I'm sorry, but I can't describe this picture.",
    "I am sorry, I cannot help with that.",
    "As an AI, I cannot identify the person.",
    "I can't assist with this request.",
    "I\u2019m unable to describe the picture.",
    "The image shows a girl with a braid.",
    "This image depicts a girl in a garden.",
    "In this image, a girl holds a lantern.",
    "Here is a description: a girl by the sea.",
    "Certainly, here are the tags that you asked for.",
)


def _boilerplate(caption: Wording, n: int) -> Files:
    caption.joint = ". "
    caption.sentences = [REFUSALS[n // 2], caption.sentences[1]]
    return text(caption)


def _cut_off(caption: Wording, n: int) -> Files:
    caption.general, caption.structure = caption.general[:1], []
    caption.series, caption.artist = [], []
    caption.sentences = ["She waits.", f"It is {n}."]
    return text(caption)


def _pasted(caption: Wording, n: int) -> Files:
    extra = [tag for tag in wording.FREE if tag not in caption.general]
    caption.general = [*caption.general, *extra[n % 3 :]]
    return text(caption)


# --- tags -------------------------------------------------------------------------------------


def _underscores(caption: Wording, _: int) -> Files:
    # Underscores are tokens of their own; with all tags it would be an outlier in length too.
    caption.general = [*caption.general[:8], "looking away", "red scarf"]
    tags = [t if "\\" in t else t.replace(" ", "_") for t in caption.tags]
    return text(", ".join(tags) + ". " + " ".join(caption.sentences))


def _mixed_spaces(caption: Wording, n: int) -> Files:
    tag = ("looking at_viewer", "holding_umbrella", "grey_hoodie", "hand on_own hip")[n % 4]
    caption.general = [*caption.general, tag, "straw hat"]
    return text(caption)


def _repeated(caption: Wording, n: int) -> Files:
    tag = caption.general[n % 5]
    again = tag.replace("\\", "")
    caption.general.append((again, again.upper(), again.title(), f" {again}")[n % 4])
    return text(caption)


IMPLIED = (
    "shirt, white shirt/skirt, pleated skirt/jacket, denim jacket/hoodie, grey hoodie/"
    "shoes, sneakers/shoes, loafers/school uniform, serafuku/pants, jeans/scarf, red scarf/"
    "long hair, very long hair/animal ears, cat ears/holding, holding book/boots, knee boots/"
    "dress, off-shoulder dress/necktie, green necktie/socks, white socks/hat, straw hat/"
    "smile, light smile/shorts, denim shorts/background, white background"
).split("/")


def _implied(caption: Wording, n: int) -> Files:
    parent, child = IMPLIED[n].split(", ")
    caption.general = [parent, *caption.general, child]
    return text(caption)


CONTRADICTING = (
    "standing, sitting/standing, lying/kneeling, standing/on back, on stomach/standing, seiza/"
    "portrait, full body/upper body, lower body/cowboy shot, full body/looking up, looking down/"
    "looking at viewer, looking away/looking at viewer, closed eyes/from above, from below/"
    "from behind, straight-on/closed eyes, one eye closed/closed mouth, open mouth/"
    "closed mouth, :d/day, night/summer, winter/short hair, long hair/black hair, pink hair"
).split("/")


def _contradicting(caption: Wording, n: int) -> Files:
    one, other = CONTRADICTING[n].split(", ")
    caption.general = [one, *caption.general, other]
    caption.count = ["1girl", "solo"]
    return text(caption)


TYPOS = (
    "lookign away/looking at veiwer/hodling cup/blusch/floating hiar/swaetdrop/butterfyl/"
    "sungliht/petalls/trafitional media/freckels/lens flrae/fire flies/depht of field/"
    "telescpoe/eyelahses/teddybear/lanterrn/traditional medai/constelation"
).split("/")


def _misspelt(caption: Wording, n: int) -> Files:
    caption.general = [tag for tag in caption.general if tag[:3] != TYPOS[n][:3]]
    caption.general.insert(1, TYPOS[n])
    return text(caption)


def _bare_artist(caption: Wording, n: int) -> Files:
    caption.artist = [wording.ARTISTS[n % 2] if n % 3 else wording.ARTISTS[n % 2].title()]
    return text(caption)


def _ratings(caption: Wording, n: int) -> Files:
    wrong = "explicit/sensitive/nsfw/questionable/worst quality/low quality/rating:explicit"
    caption.quality.append(wrong.split("/")[n % 7])
    return text(caption)


# --- trigger ----------------------------------------------------------------------------------


def _without_trigger(caption: Wording, _: int) -> Files:
    caption.trigger = ""
    return text(caption)


def _wandering_trigger(caption: Wording, n: int) -> Files:
    caption.general.insert(1 + n % 4, caption.trigger)
    caption.trigger = ""
    return text(caption)


def _trigger_variant(caption: Wording, n: int) -> Files:
    others = "Keichan/keichen/kei-chan/kei chan/keichann/kiechan/KEICHAN/keicha/kechan/keichqn"
    caption.trigger = others.split("/")[n % 10]
    return text(caption)


def _without_class(caption: Wording, n: int) -> Files:
    caption.count = [] if n % 2 else ["solo"]
    caption.sentences = ["She waits for the last train of the day.", f"Its number is {n}."]
    return text(caption)


# --- other trainers and whole sets ------------------------------------------------------------


def as_json(caption: Wording) -> dict[str, object]:
    """A caption in the flat form that AnimaLoraToolkit reads."""
    return {
        "quality": ", ".join(caption.quality),
        "count": ", ".join(caption.count),
        "character": caption.trigger,
        "series": ", ".join(caption.series),
        "appearance": caption.structure,
        "tags": caption.general,
        "nl": " ".join(caption.sentences),
    }


def _json(value: object) -> Files:
    return {".json": json.dumps(value, ensure_ascii=False, indent=1).encode()}


def _broken_json(caption: Wording, n: int) -> Files:
    whole = _json(as_json(caption))[".json"]
    return {".json": whole[: len(whole) // 2] if n % 2 else whole.replace(b'",', b'"', 1)}


def _name_in_object(caption: Wording, _: int) -> Files:
    return _json(as_json(caption) | {"character": {"name": caption.trigger}})


def _foreign_json(caption: Wording, n: int) -> Files:
    value = {"caption": str(caption)} if n % 2 else {"image": {"prompt": str(caption)}}
    return _json(value)


def _shuffled_prose(caption: Wording, n: int) -> Files:
    sentences = ("She stands there, one hand on her hip, and smiles.", "It is late, and she yawns.")
    caption.sentences[n % 2] = sentences[n % 2]
    return text(caption)


def _sided(caption: Wording, n: int) -> Files:
    if n % 4 < 2:
        tag = ("left hand up", "head tilted to the right", "left-handed", "rightmost girl")[n // 5]
        caption.general.insert(1, tag)
    elif n % 4 == 2:
        caption.sentences[1] = "The light comes from the left."
    else:
        caption.general.insert(1, "side ponytail")
    return text(caption)


def _drifted(caption: Wording, n: int) -> Files:
    if n % 3 == 0:
        caption.general.append("scar on cheek")
    elif n % 3 == 1:
        del caption.general[2]
    else:
        caption.sentences[1] = "A fox watches her."
    return text(caption)


UNKNOWN = (
    "crystal teapot/moth lamp/obsidian gauntlet/rotary whisk/paper submarine/glass accordion/"
    "tin astronaut/velvet anvil/copper jellyfish/origami volcano/brass periscope/wicker satellite/"
    "marble typewriter/feathered helmet stand/walnut gramophone/plum wine fountain/"
    "salt lamp shelf/knitted cactus/chalk labyrinth/amber metronome"
).split("/")
META = (
    "commentary/commentary request/english commentary/partial commentary/translated/"
    "translation request/check translation/bad id/bad pixiv id/bad twitter id/bad link/"
    "md5 mismatch/source request/artist request/character request/tagme/duplicate/"
    "third-party edit/commission/paid reward"
).split("/")
ALIASES = {
    "sneaker shoes": "sneakers",
    "specs": "glasses",
    "brolly": "holding umbrella",
    "pony": "floating hair",
    "pusheen": "cat",
    "night time": "night",
    "day time": "day",
    "by night": "fireflies",
    "icecream cone": "ice cream",
    "choco": "bento",
    "jacket (denim)": "denim jacket",
    "hand in pockets": "hands in pockets",
    "sakura trees": "cherry blossoms",
    "raining": "rain",
    "snowfall": "snowing",
    "bike": "bicycle",
    "drinks machine": "vending machine",
    "stars group": "constellation",
    "rice ball": "onigiri",
    "feathered friend": "bird",
}


def _with_tag(tags: list[str]) -> Callable[[Wording, int], Files]:
    def spoil(caption: Wording, n: int) -> Files:
        taken = {caption.general[1], ALIASES.get(tags[n])}
        caption.general = [tags[n], *(tag for tag in caption.general if tag not in taken)]
        return text(caption) | {"tag": tags[n].encode()}

    return spoil


# A rule that judges lengths rightly finds these too.
SHORT = ("CAP019",)
MAIN = (
    Plant("no caption", "CAP001", lambda _c, _n: {}, on=".png"),
    Plant("an empty file", "CAP002", _empty),
    Plant("a caption without a picture", "CAP003", lambda c, _: text(c), orphan=True),
    Plant("a suffix that is not read", "CAP004", _in_other_file, on=".caption"),
    Plant("two files that disagree", "CAP005", _disagreeing),
    Plant("another encoding", "CAP007", _not_utf8),
    Plant("a byte order mark", "CAP008", _with_bom),
    Plant("an invisible character", "CAP009", _with_invisible),
    Plant("a full-width separator", "CAP010", _fullwidth),
    Plant("a second line", "CAP011", _second_line),
    Plant("line ends of another system", "CAP011", _crlf),
    Plant("a choice in braces", "CAP012", _wildcard),
    Plant("a weight", "CAP012", _weight),
    Plant("another prefix", "CAP013", _prefix),
    Plant("another order", "CAP014", _order),
    Plant("one sentence or three", "CAP015", _sentences),
    # Twenty times as long as the others is also unlike them in length.
    Plant("more tokens than are read", "CAP017", _endless, also=("CAP019",)),
    Plant("a program's own words", "CAP018", _boilerplate),
    Plant("a caption that was cut off", "CAP019", _cut_off),
    Plant("a caption that was pasted twice", "CAP019", _pasted),
    Plant("underscores", "TAG001", _underscores),
    Plant("mixed underscore and space", "TAG001", _mixed_spaces),
    Plant("a repeated tag", "TAG002", _repeated),
    Plant("an implied tag", "TAG003", _implied),
    Plant("contradicting tags", "TAG004", _contradicting),
    Plant("a misspelt tag", "TAG005", _misspelt),
    Plant("an artist without the sign", "TAG006", _bare_artist),
    Plant("two ratings, or praise and blame", "TAG007", _ratings),
    Plant("no trigger", "TRG001", _without_trigger),
    # Behind a general tag it stands neither where the trigger belongs nor in the slots' order.
    Plant("a trigger elsewhere", "TRG002", _wandering_trigger, also=("CAP014",)),
    Plant("another spelling of the trigger", "TRG003", _trigger_variant),
    Plant("no class word", "TRG011", _without_class),
)
TOOLKIT = (
    Plant("JSON that does not parse", "CAP006", _broken_json, on=".json"),
    # What is fed lacks the trigger, and the file holds it: both have to be said.
    Plant("a name that is not read", "CAP006", _name_in_object, on=".json", also=("TRG001",)),
    Plant("JSON of another program", "CAP006", _foreign_json, on=".json"),
)
SHUFFLING = (Plant("prose with commas under shuffling", "CAP016", _shuffled_prose),)
FLIPPING = (Plant("left and right under flips", "TAG008", _sided),)
LOCKED = (Plant("a changed locked caption", "CAP021", _drifted),)
VOCABULARY = (
    Plant("an unknown tag", "TAG011", _with_tag(UNKNOWN), keyed=True),
    Plant("a meta tag", "TAG011", _with_tag(META), keyed=True),
    Plant("an alias", "TAG011", _with_tag(list(ALIASES)), keyed=True),
)


def _spec(trigger: str, handed: Mapping[str, str], more: Mapping[str, object]) -> dict[str, object]:
    return {
        "subject": {
            "name": trigger,
            "trigger": trigger,
            "class_words": ["girl"],
            "absorb": ["pink eyes", "ahoge"],
            "prose_only": ["hair intakes"],
            "structure": ["ribbon", "braid"],
            "handed": dict(handed),
        },
        "base": "anima-base-v1.0",
        "caption": {
            "prefix": list(wording.PREFIX),
            "slots": "quality count trigger series artist structure general prose".split(),
            "sentences": 2,
            "series": [wording.SERIES],
            "artists": list(wording.ARTISTS),
        },
        **more,
    }


class Planter:
    """Fills one folder, keeping account of what must be found."""

    def __init__(
        self,
        folder: Path,
        trigger: str,
        handed: Mapping[str, str] | None = None,
        **spec: object,
    ) -> None:
        """Write dataset.yaml; the folder's name seeds all that follows."""
        self.rng = random.Random(f"{SEED} {folder.name}")  # noqa: S311 - no secret
        self.writer = Writer(self.rng, trigger)
        self.planted = Planted(folder)
        folder.mkdir(parents=True)
        written = yaml.safe_dump(
            _spec(trigger, handed or {}, spec), sort_keys=False, allow_unicode=True
        )
        (folder / "dataset.yaml").write_text(written, encoding="utf-8")

    def add(self, files: Files, *, picture: bool = True) -> str:
        """Write a picture and its files; the stem is their common name."""
        stem = f"{self.planted.pictures + self.planted.captions:05}"
        if picture:
            self.draw().save(self.planted.folder / f"{stem}.png")
            self.planted.pictures += 1
        for suffix, content in files.items():
            if suffix.startswith("."):
                (self.planted.folder / (stem + suffix)).write_bytes(content)
        self.planted.captions += bool(files)
        return stem

    def draw(self) -> Image.Image:
        """Noise that resembles no other picture."""
        noise = Image.frombytes("RGB", (8, 8), self.rng.randbytes(8 * 8 * 3))
        return noise.resize((64, 64), Image.Resampling.NEAREST)

    def expect(self, fault: str, code: str, key: str) -> None:
        """Note what a lint must say."""
        self.planted.expected[code, key] += 1
        self.planted.faults.setdefault(fault, []).append((code, key))

    def plant(self, plants: tuple[Plant, ...], each: int = EACH) -> None:
        """Spoil `each` captions by every plant, in turns."""
        for n in range(each):
            for plant in plants:
                caption = self.writer.plain() if plant.plain else self.writer.clean()
                files = plant.spoil(caption, n)
                stem = self.add(files, picture=not plant.orphan)
                key = files["tag"].decode() if plant.keyed else stem + plant.on
                self.expect(plant.name, plant.code, key)
                for code in plant.also:
                    self.planted.expected[code, stem + plant.on] += 1

    def fill(self, captions: int, make: Callable[[Wording], Files] = text) -> None:
        """Add clean captions until there are so many."""
        while self.planted.captions < captions:
            self.add(make(self.writer.clean()))


# --- the folders ------------------------------------------------------------------------------


def main(root: Path) -> Planted:
    """Everything that needs no regime of its own."""
    planter = Planter(root / "main", "keichan")
    planter.plant(MAIN)
    # All but the trigger and the prefix is gone, the sentences too, and so is the length.
    stem = planter.add(text("masterpiece, best quality, safe, keichan"))
    for code in ("CAP018", "CAP015", "CAP019", "TRG011"):
        planter.planted.expected[code, f"{stem}.txt"] += 1
    planter.fill(1240)
    return planter.planted


def toolkit(root: Path) -> Planted:
    """JSON sidecars, read by a trainer that joins their fields."""
    trainer = {"profile": "anima-lora-toolkit", "shuffle": False, "flip": False}
    planter = Planter(root / "toolkit", "tk", trainer=trainer)
    planter.plant(TOOLKIT)
    planter.fill(110, lambda caption: _json(as_json(caption)))
    planter.fill(140)
    return planter.planted


def shuffling(root: Path) -> Planted:
    """A trainer that keeps what stands before and with the trigger and shuffles the rest."""
    trainer = {"profile": "sd-scripts", "shuffle": True, "keep_tokens": 7}
    planter = Planter(root / "shuffling", "kx", trainer=trainer)
    planter.plant(SHUFFLING)
    planter.fill(80, lambda caption: text(str(_without_commas(caption))))
    return planter.planted


def flipping(root: Path) -> Planted:
    """A trainer that mirrors pictures."""
    handed = {"side ponytail": "right"}
    planter = Planter(root / "flipping", "mikochan", handed=handed, trainer={"flip": True})
    planter.plant(FLIPPING)
    planter.fill(80, lambda caption: text(_without_sides(caption)))
    return planter.planted


def locked(root: Path) -> Planted:
    """Captions held against those of a run before; all others are unchanged."""
    before = root / "locked design"
    before.mkdir()
    planter = Planter(root / "locked", "yuzuha", captions_locked="../locked design")
    plant = LOCKED[0]
    for n in range(80):
        caption = planter.writer.plain()
        old = str(caption)
        stem = planter.add(plant.spoil(caption, n) if n < EACH else text(caption))
        (before / f"{stem}.png").write_bytes(b"")
        (before / f"{stem}.txt").write_text(old, encoding="utf-8")
        if n < EACH:
            planter.expect(plant.name, plant.code, f"{stem}.txt")
    return planter.planted


def vocabulary(root: Path) -> Planted:
    """A list of the tags that the base knows."""
    lint = {"vocabulary": "../tags.csv"}
    (root / "tags.csv").write_text(_tag_list(), encoding="utf-8")
    planter = Planter(root / "vocabulary", "hotarin chan", lint=lint)
    planter.plant(VOCABULARY)
    planter.fill(120)
    return planter.planted


def saturated(root: Path) -> Planted:
    """Twenty tags in nearly every caption, so that none has a counterexample."""
    planter = Planter(root / "saturated", "mk2")
    tags = planter.rng.sample(wording.FREE, EACH)
    others = [tag for tag in wording.FREE if tag not in tags]
    for n in range(40):
        caption = planter.writer.plain()
        kept = [tag for place, tag in enumerate(tags) if place != n]
        caption.general = [*kept, *planter.rng.sample(others, 2)]
        planter.add(text(caption))
    for tag in (tag.replace("\\", "") for tag in tags):
        planter.expect("a tag without a counterexample", "TAG010", tag)
    return planter.planted


PHRASES = (
    "soft light/quiet water/paper lanterns/distant hills/dusty shelves/torn curtains/copper pipes/"
    "wet stones/pale clouds/tall grass/rusty fences/empty benches/warm colours/loose brushwork/"
    "fine lines/grainy texture/muted shadows/bright accents/simple shapes/flat perspective"
).split("/")


def phrased(root: Path) -> Planted:
    """Twenty phrases in the sentences of nearly every caption."""
    planter = Planter(root / "phrased", "orin")
    for n in range(40):
        caption = planter.writer.plain()
        one, other = (
            ", ".join(phrase for phrase in half if phrase != (PHRASES * 2)[n])
            for half in (PHRASES[:10], PHRASES[10:])
        )
        caption.sentences = [f"She waits, {one}.", f"Hair intakes sway, {other}."]
        planter.add(text(caption))
    for phrase in PHRASES:
        planter.expect("a phrase in every caption", "TAG012", phrase)
    return planter.planted


def fused(root: Path) -> Planted:
    """Twenty pairs of tags that never part, each in 14 of 120 captions."""
    planter = Planter(root / "fused", "rs")
    free = planter.rng.sample(wording.FREE, 2 * EACH)
    pairs = list(zip(free[::2], free[1::2], strict=True))
    rest = [tag for tag in wording.FREE if tag not in free]
    others = [*rest, *wording.PLACE, *wording.HELD[:9], *wording.TOP]
    # Evenly, so that no caption gets much longer than the others.
    load: Counter[int] = Counter()
    holders = []
    for _ in pairs:
        chances = [(load[n], planter.rng.random(), n) for n in range(120)]
        holders.append([n for _, _, n in sorted(chances)[:14]])
        load.update(holders[-1])
    for n in range(120):
        caption = planter.writer.plain()
        held = [
            tag for pair, where in zip(pairs, holders, strict=True) if n in where for tag in pair
        ]
        caption.general = [*held, *planter.rng.sample(others, max(2, 11 - len(held)))]
        planter.add(text(caption))
    for pair in pairs:
        key = ", ".join(sorted(tag.replace("\\", "") for tag in pair))
        planter.expect("two tags that never part", "CON004", key)
    return planter.planted


def mirrored(root: Path) -> Planted:
    """Twenty pictures, each with its mirror image under a caption of its own."""
    planter = Planter(root / "mirrored", "ito mina")
    for _ in range(EACH):
        one = planter.add(text(planter.writer.clean()))
        other = planter.add(text(planter.writer.clean()))
        with Image.open(planter.planted.folder / f"{one}.png") as image:
            ImageOps.mirror(image).save(planter.planted.folder / f"{other}.png")
        planter.expect("a mirrored picture", "DUP003", f"{one}.png {other}.png")
    planter.fill(60)
    return planter.planted


FOLDERS: Mapping[str, Callable[[Path], Planted]] = {
    make.__name__: make
    for make in (
        main,
        toolkit,
        shuffling,
        flipping,
        locked,
        vocabulary,
        saturated,
        phrased,
        fused,
        mirrored,
    )
}


def _without_commas(caption: Wording) -> Wording:
    caption.sentences = [sentence.replace(",", "") for sentence in caption.sentences]
    return caption


def _without_sides(caption: Wording) -> str:
    """Sides taken out; what only sounds like one comes in."""
    said = str(caption).replace("left", "front").replace("right", "back")
    for word in ("upright", "bright"):
        said = said.replace(f"{word[: -len('right')]}back", word)
    return said.replace("A few petals", "Right behind her a few petals")


def _tag_list() -> str:
    """All clean tags in the form of a1111-sd-webui-tagcomplete, the odd ones with aliases."""
    axes = (
        *(
            wording.FRAMING,
            wording.GAZE,
            wording.ANGLE,
            wording.MOUTH,
            wording.EYES,
            wording.STANCE,
        ),
        *(wording.ARMS, wording.TOP, wording.BOTTOM, wording.FEET, wording.EXTRA, wording.HELD),
        *(wording.PLACE, wording.TIME, wording.SEASON, wording.FREE),
    )
    tags = {tag for axis in axes for pick in axis for tag in pick.split(", ") if tag}
    rows = io.StringIO()
    writer = csv.writer(rows)
    for tag in sorted(tags | {"closed eyes", "1girl", "2girls", "solo"}):
        plain = tag.replace("\\", "")
        others = ",".join(alias for alias, right in ALIASES.items() if right == tag)
        writer.writerow([plain.replace(" ", "_"), 0, 1000, others.replace(" ", "_")])
    return rows.getvalue()


def plants() -> Iterator[Plant]:
    """Every kind of fault that is spoilt into single captions."""
    yield from (*MAIN, *TOOLKIT, *SHUFFLING, *FLIPPING, *LOCKED, *VOCABULARY)
