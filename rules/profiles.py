"""Profiles: what a base model draws by itself, what a trainer does with a picture and a caption.

They are data, one YAML file each in `rules/bases/` and `rules/trainers/`; every line of a base
profile says who measured it.
"""

import difflib
from dataclasses import field, replace
from pathlib import Path
from typing import Literal

from rules.records import RecordError, load_yaml, parse, record
from rules.spec import SlotName, Tags, TrainerChoice

FOLDER = Path(__file__).parent


@record
class PictureHandling:
    """Which files a trainer takes for pictures, and how it reads them.

    Attributes:
        suffixes: lower case, with the dot.
        recursive: whether sub-folders are trained.
        skipped_folders: names of folders that are not trained; `.*` stands for hidden ones.
        exif: whether the orientation is applied.
        alpha: composited on a colour, or dropped so that the hidden colour shows.
        folder_repeats: whether a folder named `5_name` repeats its pictures five times.
    """

    suffixes: tuple[str, ...]
    recursive: bool
    skipped_folders: tuple[str, ...] = ()
    exif: Literal["applied", "ignored"]
    alpha: Literal["composited", "dropped"]
    folder_repeats: bool = False


@record
class CaptionHandling:
    """How a trainer finds and reads the caption of a picture.

    Attributes:
        suffixes: sidecars that it reads, the winner first.
        suffix_setting: the setting by which users choose another suffix, if there is one.
        missing: what becomes of a picture without a caption.
        empty: what becomes of a picture whose caption holds nothing.
        undecodable: what a file does that is not UTF-8.
        bom: whether a byte order mark stays glued to the first token.
        lines: which lines of the file are fed.
        wildcards: whether `{a|b}` is expanded.
        json_fields: keys of a JSON sidecar in the order in which they are joined; empty where
            JSON is not read.
        json_broken: what a JSON sidecar that does not parse does.
    """

    suffixes: tuple[str, ...]
    suffix_setting: str | None = None
    missing: Literal["dropped", "class_token", "empty", "error"]
    empty: Literal["dropped", "class_token", "empty", "error"] = "empty"
    undecodable: Literal["crash", "error"]
    bom: Literal["kept", "stripped"]
    lines: Literal["first", "all"]
    wildcards: bool = False
    json_fields: tuple[str, ...] = ()
    json_broken: Literal["empty", "crash"] | None = None


@record
class Shuffle:
    """Whether a trainer shuffles a caption, and by what it cuts it.

    Attributes:
        keep_tokens: how many tokens stay at the front.
        separator: what tokens are cut at.
        without_separator: what is shuffled in a caption that has no separator.
    """

    enabled: bool = False
    keep_tokens: int = 0
    separator: str = ","
    without_separator: Literal["nothing", "words"] = "nothing"


@record
class Flip:
    """Whether a trainer mirrors pictures, and whether it tosses once and for all."""

    enabled: bool = False
    cached: bool = False


@record
class Buckets:
    """How a trainer chooses the size at which a picture is trained.

    Attributes:
        strategy: `area_band`: every size in steps whose area lies within `area_tolerance` of the
            resolution squared. `under_area`: every size in steps whose area is at most that.
            `log_aspect`: `count` aspects evenly spaced in their logarithm. The nearest aspect wins.
        step: of both sides, in pixels.
        min_side: shortest side, in pixels.
        max_side: longest side, in pixels.
        max_aspect: longest to shortest side.
        upscale: whether pictures smaller than their bucket are enlarged.
    """

    strategy: Literal["area_band", "under_area", "log_aspect"]
    step: int = 64
    min_side: int = 256
    max_side: int = 2048
    area_tolerance: float = 0.1
    max_aspect: float = 2.0
    count: int = 7
    upscale: bool = True


@record
class Reference:
    """Where a fact was found: what it says, and where anyone can read it."""

    fact: str
    where: str


@record
class Trainer:
    """What one trainer does with the files of a dataset, read from its source."""

    id: str
    title: str
    resolution: int = 1024
    batch: int = 1
    token_limit: int = 512
    pictures: PictureHandling
    captions: CaptionHandling
    shuffle: Shuffle = field(default_factory=Shuffle)
    flip: Flip = field(default_factory=Flip)
    buckets: Buckets
    references: tuple[Reference, ...]

    def with_choice(self, choice: TrainerChoice) -> "Trainer":
        """The profile as the user's own training configuration changes it."""
        captions, buckets = self.captions, self.buckets
        if choice.caption_suffix:
            captions = replace(captions, suffixes=(choice.caption_suffix,))
        if choice.upscale is not None:
            buckets = replace(buckets, upscale=choice.upscale)
        shuffle = replace(
            self.shuffle,
            enabled=self.shuffle.enabled if choice.shuffle is None else choice.shuffle,
            keep_tokens=(
                self.shuffle.keep_tokens if choice.keep_tokens is None else choice.keep_tokens
            ),
        )
        flip = self.flip if choice.flip is None else replace(self.flip, enabled=choice.flip)
        return replace(
            self,
            captions=captions,
            buckets=buckets,
            shuffle=shuffle,
            flip=flip,
            batch=choice.batch or self.batch,
        )


@record
class Claim:
    """One line of a base profile.

    Attributes:
        feature: in words, as captions name it.
        tags: other names of the same thing.
        evidence: who saw it, and how.
        checkpoint: the file on which it was seen.
        date: when, as YYYY-MM.
        probes: how many pictures were drawn to measure it; null for a report by eye.
        rate: share of the probes that showed it.
    """

    feature: str
    tags: Tags = ()
    evidence: str
    checkpoint: str
    date: str
    probes: int | None = None
    rate: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The feature and its other names."""
        return (self.feature, *self.tags)


@record
class BaseCaptions:
    """The captions that a base was trained on, so that a LoRA's should look alike."""

    tag_style: Literal["spaces", "underscores"]
    prefix: Tags = ()
    slots: tuple[SlotName, ...] = ()
    artist_prefix: str = ""


@record
class Base:
    """What one base model draws by itself, and what it does not."""

    id: str
    title: str
    family: str
    derived_from: str | None = None
    captions: BaseCaptions
    strong: tuple[Claim, ...] = ()
    weak: tuple[Claim, ...] = ()
    attractors: tuple[Claim, ...] = ()

    def prior(self, feature: str) -> tuple[Literal["strong", "weak"], Claim] | None:
        """What is known about one feature, or None."""
        for claim in self.strong:
            if feature in claim.names:
                return "strong", claim
        for claim in self.weak:
            if feature in claim.names:
                return "weak", claim
        return None


def known_trainers() -> tuple[str, ...]:
    """The ids of the trainer profiles."""
    return _known("trainers")


def known_bases() -> tuple[str, ...]:
    """The ids of the base profiles."""
    return _known("bases")


def load_trainer(choice: TrainerChoice) -> Trainer:
    """A trainer profile with the user's settings; RecordError names the known ids."""
    path = _path("trainers", choice.profile)
    return parse(Trainer, load_yaml(path), path.name).with_choice(choice)


def load_base(base_id: str) -> Base:
    """A base profile; RecordError names the known ids."""
    path = _path("bases", base_id)
    return parse(Base, load_yaml(path), path.name)


def _known(kind: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (FOLDER / kind).glob("*.yaml")))


def _path(kind: str, profile_id: str) -> Path:
    known = _known(kind)
    if profile_id not in known:
        close = difflib.get_close_matches(profile_id, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"
        raise RecordError(
            "dataset.yaml", [f"no {kind.removesuffix('s')} profile `{profile_id}`; {hint}"]
        )
    return FOLDER / kind / f"{profile_id}.yaml"
