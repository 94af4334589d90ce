"""Profiles: what a base model draws by itself, what a trainer does with a picture and a caption.

They are data, one YAML file each in `rules/bases/` and `rules/trainers/`, or in the dataset's own
folder; every line of a base profile says who measured it.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal

from rules.records import record
from rules.spec import SlotName, Tags, TrainerChoice


@record
class PictureHandling:
    """Which files a trainer takes for pictures, and how it reads them.

    Attributes:
        suffixes: lower case, with the dot.
        recursive: whether sub-folders are trained.
        skipped_folders: names of folders that are not trained; `.*` stands for hidden ones.
        listed_folders: whether the user's configuration lists each folder that is trained;
            `skipped_folders` are then those that are taken for not listed.
        exif: whether the orientation is applied.
        alpha: composited on a colour, or dropped so that the hidden colour shows.
        folder_repeats: whether a folder named `5_name` repeats its pictures five times.
    """

    suffixes: tuple[str, ...]
    recursive: bool
    skipped_folders: tuple[str, ...] = ()
    listed_folders: bool = False
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
        wildcard_setting: the setting by which users have it expanded, if there is one.
        weights: whether the marks of `(tag:1.2)`, `(tag)` and `[tag]` are fed as text or taken
            off.
        commaless: whether a caption without a comma is fed as it is, or cut at white space into
            words that are joined with commas.
        json_fields: what of a JSON sidecar is joined with commas, in order; empty where JSON is
            not read. `a.b|c` is key b of key a, else key c.
        json_prose: the keys, written alike, of the sentences that follow behind a full stop.
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
    wildcard_setting: str | None = None
    weights: Literal["fed", "removed"] = "fed"
    commaless: Literal["kept", "words"] = "kept"
    json_fields: tuple[str, ...] = ()
    json_prose: str = ""
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
class Batching:
    """How pictures become batches, and batches become steps of the optimiser.

    Attributes:
        accumulation: batches per step.
        mixed: whether a batch takes pictures of different buckets.
        remainder: whether pictures that fill no step are trained in a smaller one (`kept`), or
            are left out once per epoch or once per bucket.
    """

    accumulation: int = 1
    mixed: bool = False
    remainder: Literal["kept", "epoch", "bucket"] = "kept"


@record
class Buckets:
    """How a trainer chooses the size at which a picture is trained.

    Attributes:
        strategy: `area_band`: every size in steps whose area lies within `area_tolerance` of the
            resolution squared. `under_area`: for every width in steps the greatest height whose
            area is at most that, and each such size lying on its side. `log_aspect`: `count`
            aspects evenly spaced in their logarithm. The nearest aspect wins.
        step: of both sides, in pixels.
        least_step: `step` is halved until a square's side has more than eight of them, but not
            below this: small pictures have no room for large steps. Null leaves it as it is.
        min_side: shortest side, in pixels; not of `log_aspect`.
        max_side: longest side, in pixels; not of `log_aspect`.
        max_aspect: longest to shortest side; not of `under_area`.
        count: of the aspects of `log_aspect`.
        upscale: whether pictures smaller than their bucket are enlarged; where not, each picture
            has the bucket of its own size, rounded down to steps.
    """

    strategy: Literal["area_band", "under_area", "log_aspect"]
    step: int = 64
    least_step: int | None = None
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
    batching: Batching = field(default_factory=Batching)
    references: tuple[Reference, ...]

    def with_choice(self, choice: TrainerChoice) -> "Trainer":
        """The profile as the user's own training configuration changes it."""
        captions, buckets = self.captions, self.buckets
        if choice.caption_suffix:
            suffix = f".{choice.caption_suffix.lower().lstrip('.')}"
            captions = replace(captions, suffixes=(suffix,))
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
    """The captions that a base was trained on; `sources` says of each other field who says so."""

    tag_style: Literal["spaces", "underscores"]
    prefix: Tags = ()
    slots: tuple[SlotName, ...] = ()
    artist_prefix: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


@record
class BaseFile:
    """The published file of a base's transformer.

    Attributes:
        sha256: of its bytes.
        blocks: of the transformer; a LoRA lands on other layers where their number differs.
        source: who says so.
    """

    sha256: str
    blocks: int
    source: str


@record
class Recipe:
    """What a base's makers recommend for a LoRA.

    Attributes:
        lr: to begin with.
        adapter_lr: of the base's own adapter; 0 where it stays frozen.
        source: who says so.
    """

    rank: int
    alpha: float
    lr: float
    adapter_lr: float
    source: str


@record
class Base:
    """What one base model draws by itself, and what it does not.

    Attributes:
        file: what its makers published; None where nobody has told.
        recipe: what they recommend; None where they do not.
    """

    id: str
    title: str
    family: str
    derived_from: str | None = None
    file: BaseFile | None = None
    recipe: Recipe | None = None
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
