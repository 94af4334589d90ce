"""Pictures that are not there yet: what they would show, how they would be captioned."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import PurePosixPath

from curate.dataset import assemble
from curate.index import FoundPicture
from curate.labels import PictureLabels
from rules.finding_profiles import Profiles
from rules.known_labels import label_of
from rules.model import Dataset, FileFacts, Picture, Sidecar
from rules.pictures_naming import worn_outfits
from rules.records import record
from rules.spec import Elevation, Framing, Pose, View

FRAMINGS = {"face": "close-up", "bust": "upper body", "cowboy": "cowboy shot", "full": "full body"}
VIEWS = {
    "side_left": "from side",
    "side_right": "from side",
    "three_quarter_left": "three-quarter view",
    "three_quarter_right": "three-quarter view",
    "back": "from behind",
    "back_left": "from behind",
    "back_right": "from behind",
}
ELEVATIONS = {"below": "from below", "above": "from above"}
POSES = {
    "upright": "standing",
    "posed": "hand on own hip",
    "walk": "walking",
    "run": "running",
    "sit": "sitting",
    "kneel": "kneeling",
    "lie": "lying",
}
IN_WORDS = {
    "front": "from the front",
    "side_left": "from her left side",
    "side_right": "from her right side",
    "three_quarter_left": "three-quarter, her left side",
    "three_quarter_right": "three-quarter, her right side",
    "back": "from straight behind",
    "back_left": "from behind, her left side",
    "back_right": "from behind, her right side",
}
DOES = {
    "upright": "stands upright with the feet together and the arms at the sides",
    "posed": "poses with a hand on the hip",
    "walk": "walks",
    "run": "runs",
    "sit": "sits",
    "kneel": "kneels",
    "lie": "lies on the ground",
}
LEGS = frozenset({"cowboy", "full"})
EXPRESSIONS = ("neutral", "smile", "surprised", "embarrassed", "angry", "sad")
BACKGROUNDS = ("simple background", "gradient background", "white background")
BACKGROUNDS_USED = 3
BACKGROUND = " background"
# Shares of captions with an outfit, and without it, that make a tag a part of the outfit.
MOSTLY, RARELY = 0.5, 0.1


# Expressions that captions do not name.
UNNAMED = (None, "neutral")


@record
class Shot:
    """One picture to be drawn or found.

    Attributes:
        outfit: a declared one, None where none is declared.
        expression: None where the face is not seen.
    """

    framing: Framing
    view: View
    elevation: Elevation = "eye"
    pose: Pose
    outfit: str | None = None
    expression: str | None = None

    @property
    def sort(self) -> str:
        """What it shows, whatever the view: `full body, upright`."""
        parts = [FRAMINGS[self.framing]]
        parts += [self.pose] if self.framing in LEGS else []
        parts += [ELEVATIONS[self.elevation]] if self.elevation in ELEVATIONS else []
        return ", ".join(parts)

    @property
    def detail(self) -> str:
        """What tells it from others of its sort: view, outfit, face."""
        parts = [IN_WORDS.get(self.view, self.view)]
        parts += [self.outfit] if self.outfit else []
        parts += [self.expression] if self.expression else []
        return ", ".join(parts)


@record
class PlannedPicture:
    """A shot with everything that its file would hold."""

    shot: Shot
    path: str
    caption: str
    size: tuple[int, int]


class Darkroom:
    """Makes pictures of one dataset that are not there, as `curate index` would have read them."""

    def __init__(self, dataset: Dataset) -> None:
        """Learn from the dataset how its pictures are kept and captioned."""
        self.dataset = dataset
        self._taken = {picture.path for picture in dataset.pictures}
        self._companions: dict[str, list[str]] = {}
        self._by_framing: dict[str, list[Picture]] = {}
        for picture in dataset.fed:
            self._by_framing.setdefault(label_of(picture.framing) or "", []).append(picture)

    def plan(self, shots: Sequence[Shot]) -> tuple[PlannedPicture, ...]:
        """Each shot with its path, size and caption."""
        return tuple(self._planned(shot, number) for number, shot in enumerate(shots, 1))

    def develop(self, planned: Iterable[PlannedPicture]) -> tuple[Picture, ...]:
        """The pictures as rules would see them, labelled by a person."""
        planned = tuple(planned)
        labels = {p.path: _labels(p.shot) for p in planned}
        made = assemble(
            name=self.dataset.name,
            spec=self.dataset.spec,
            pictures=[self._found(picture) for picture in planned],
            labels=labels,
            profiles=Profiles(self.dataset.trainer, self.dataset.base),
        )
        return made.pictures

    def _planned(self, shot: Shot, number: int) -> PlannedPicture:
        folder = self._folder(shot.framing)
        path = f"{folder}plan-{number:03}.png"
        while path in self._taken:
            path = f"{path.removesuffix('.png')}x.png"
        return PlannedPicture(
            shot=shot,
            path=path,
            caption=self._caption(shot, number),
            size=self._size(shot.framing),
        )

    def _found(self, planned: PlannedPicture) -> FoundPicture:
        digest = hashlib.sha256(f"planned {planned.path}".encode()).hexdigest()
        suffix = next(s for s in self.dataset.trainer.captions.suffixes if s != ".json")
        path = planned.path.removesuffix(".png") + suffix
        width, height = planned.size
        return FoundPicture(
            path=planned.path,
            sha256=digest,
            file=FileFacts(
                bytes=width * height,
                format="PNG",
                width=width,
                height=height,
                mode="RGB",
                bits=8,
                alpha_share=0.0,
                pixels=digest,
                phash=digest[:16],
                phash_mirrored=digest[16:32],
            ),
            sidecars=(Sidecar(path=path, suffix=suffix, text=planned.caption),),
        )

    def _folder(self, framing: str) -> str:
        """Where most pictures of that framing lie, with its slash."""
        pictures = self._by_framing.get(framing) or list(self.dataset.fed)
        folders = Counter(str(PurePosixPath(picture.path).parent) for picture in pictures)
        folder = folders.most_common(1)[0][0] if folders else "."
        return "" if folder == "." else f"{folder}/"

    def _size(self, framing: str) -> tuple[int, int]:
        """The training size that most pictures of that framing have."""
        sizes = Counter(
            picture.placement.bucket
            for picture in self._by_framing.get(framing, ())
            if picture.placement is not None
        )
        side = self.dataset.resolution
        return sizes.most_common(1)[0][0] if sizes else (side, side)

    def _caption(self, shot: Shot, number: int) -> str:
        spec = self.dataset.spec
        slots: dict[str, Sequence[str]] = {
            "quality": spec.caption.prefix,
            "count": self._count,
            "trigger": (spec.subject.trigger,) if spec.subject.trigger else (),
            "series": spec.caption.series,
            "artist": spec.caption.artists,
            "structure": spec.subject.structure,
            "general": self._general(shot, number),
        }
        declared: list[str] = [slot for slot in spec.caption.slots if slot in slots]
        order = [*declared, *(slot for slot in slots if slot not in declared)]
        tags = ", ".join(dict.fromkeys(tag for slot in order for tag in slots[slot]))
        sentences = self._sentences(shot)
        return f"{tags}. {' '.join(sentences)}" if sentences else tags

    @cached_property
    def _count(self) -> tuple[str, ...]:
        counts = Counter(
            token.text
            for _, caption in self.dataset.captioned
            for token in caption.tokens
            if token.slot == "count"
        )
        return tuple(tag for tag, _ in counts.most_common(1))

    @cached_property
    def _backgrounds(self) -> tuple[str, ...]:
        used = [t for t, _ in self.dataset.tag_counts.most_common() if t.endswith(BACKGROUND)]
        return tuple(used[:BACKGROUNDS_USED]) or BACKGROUNDS

    def _general(self, shot: Shot, number: int) -> list[str]:
        tags = [FRAMINGS[shot.framing]]
        tags += [VIEWS[shot.view]] if shot.view in VIEWS else []
        tags += [ELEVATIONS[shot.elevation]] if shot.elevation in ELEVATIONS else []
        tags += [POSES[shot.pose]] if shot.framing in LEGS else []
        tags += [shot.expression] if shot.expression not in UNNAMED else []
        tags += self._clothes(shot.outfit) if shot.outfit else []
        return [*tags, self._backgrounds[number % len(self._backgrounds)]]

    def _clothes(self, outfit: str) -> list[str]:
        """The tags of an outfit, and those that captions nearly always write with it alone."""
        if outfit not in self._companions:
            pictures = {p.path for p in worn_outfits(self.dataset).get(outfit, ())}
            with_it, without = Counter[str](), Counter[str]()
            for picture, caption in self.dataset.captioned:
                counts = with_it if picture.path in pictures else without
                counts.update({t.text for t in caption.tokens if t.slot == "general"})
            others = max(1, len(self.dataset.captioned) - len(pictures))
            axes = self.dataset.vocabulary.axes
            elsewhere = {tag for f in fields(axes) for tag in getattr(axes, f.name)}
            self._companions[outfit] = [
                tag
                for tag, count in with_it.most_common()
                if count >= MOSTLY * len(pictures)
                and without[tag] <= RARELY * others
                and tag not in elsewhere
                and not tag.endswith(BACKGROUND)
            ]
        named = self.dataset.spec.subject.outfits[outfit]
        return list(dict.fromkeys((*named, *self._companions[outfit])))

    def _sentences(self, shot: Shot) -> list[str]:
        """As many as are declared; one where nothing is."""
        spec = self.dataset.spec
        number = 1 if spec.caption.sentences is None else spec.caption.sentences
        who = f"The {spec.subject.class_words[0] if spec.subject.class_words else 'character'}"
        does = DOES[shot.pose] if shot.framing in LEGS else "is shown"
        where = IN_WORDS.get(shot.view, shot.view).replace(", her", " on her")
        camera = f", seen {ELEVATIONS[shot.elevation]}" if shot.elevation in ELEVATIONS else ""
        features = " and ".join(spec.subject.prose_only)
        second = f"{features.capitalize()} frame the face." if features else "The light is even."
        told = [f"{who} {does}, {where}{camera}.", second, "Nothing else is in the picture."]
        return (told * number)[:number]


def _labels(shot: Shot) -> PictureLabels:
    return PictureLabels(
        framing=shot.framing,
        view=shot.view,
        elevation=shot.elevation,
        pose=shot.pose,
        # Nobody but a person with labels will know more of it than the caption tells.
        expression=None if shot.expression in UNNAMED else shot.expression,
    )
