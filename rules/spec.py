"""dataset.yaml: the one file that users write, as records."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from rules.records import record

Framing = Literal["face", "bust", "cowboy", "full"]
View = Literal[
    "front",
    "three_quarter_left",
    "three_quarter_right",
    "side_left",
    "side_right",
    "back",
    "back_left",
    "back_right",
    "side",
    "three_quarter",
    "diagonal",
]
Elevation = Literal["below", "eye", "above"]
Pose = Literal["upright", "posed", "walk", "run", "sit", "kneel", "lie"]
Side = Literal["left", "right"]
Share = Annotated[float, Field(ge=0, le=1)]


def _split_text(value: Any) -> Any:  # noqa: ANN401 - checked by what it precedes
    """Let `a, b` stand for `[a, b]`, as people write tags."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


def _labels_without_share(value: Any) -> Any:  # noqa: ANN401 - checked by what it precedes
    """Let `[front, back]` stand for `{front: null, back: null}`."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list) and all(isinstance(label, str) for label in value):
        return dict.fromkeys(value)
    return value


def _outfits_by_tag(value: Any) -> Any:  # noqa: ANN401 - checked by what it precedes
    """Let `[dress, coat]` stand for `{dress: [dress], coat: [coat]}`."""
    if isinstance(value, list) and all(isinstance(tag, str) for tag in value):
        return {tag: (tag,) for tag in value}
    return value


def _iso_date(value: str) -> str:
    dt.date.fromisoformat(value)
    return value


Tags = Annotated[tuple[str, ...], BeforeValidator(_split_text)]


@record
class Subject:
    """Who is drawn.

    Attributes:
        name: for people.
        trigger: the word that shall call the character up.
        class_words: what she is (`girl`), where a caption names it.
        absorb: core features that the trigger must carry, so no tag may.
        prose_only: features that sentences name and tags do not.
        structure: features that stay tags.
        handed: feature -> side of the picture where a viewer sees it.
        outfits: outfit -> the tags that tell it; `[dress, coat]` where its own name does.
    """

    name: str | None = None
    trigger: str | None = None
    class_words: Tags = ()
    absorb: Tags = ()
    prose_only: Tags = ()
    structure: Tags = ()
    handed: Mapping[str, Side] = field(default_factory=dict)
    outfits: Annotated[Mapping[str, Tags], BeforeValidator(_outfits_by_tag)] = field(
        default_factory=dict
    )


@record
class TrainerChoice:
    """A trainer profile and what the user's own configuration changes in it.

    Attributes:
        profile: its name.
        flip: whether it mirrors pictures; null, here and below, for what the profile says.
        shuffle: whether it shuffles the tags of a caption.
        keep_tokens: how many tags stay in front when it does.
        caption_suffix: of the caption files that it reads, such as `.txt`.
        batch: pictures in a batch.
        upscale: whether pictures smaller than their bucket are enlarged.
    """

    profile: str = "builtin"
    flip: bool | None = None
    shuffle: bool | None = None
    keep_tokens: Annotated[int, Field(ge=0)] | None = None
    caption_suffix: str | None = None
    batch: Annotated[int, Field(ge=1)] | None = None
    upscale: bool | None = None


SlotName = Literal[
    "quality", "count", "trigger", "series", "artist", "structure", "general", "prose"
]


@record
class CaptionLayout:
    """How a caption is built.

    Attributes:
        prefix: tags that every caption begins with.
        slots: kinds of tags, in the order in which captions have them; `prose` is the sentences.
        sentences: how many follow the tags; null for any number.
        series: tags that name the work she is from.
        artists: tags that name an artist.
    """

    prefix: Tags = ()
    slots: tuple[SlotName, ...] = ()
    sentences: Annotated[int, Field(ge=0)] | None = None
    series: Tags = ()
    artists: Tags = ()


@record
class WantedLabels:
    """What the LoRA must be able to draw: label -> minimum share, or null for "at least once".

    `[front, back]` is short for `{front: null, back: null}`.

    Attributes:
        framing: how much of her is in the picture.
        view: from where she is seen; left and right are her own, `side`, `three_quarter` and
            `diagonal` mean either.
        elevation: from below, at the height of her eyes, or from above.
        pose: what her body does; `posed` stands on her feet, and not upright.
    """

    framing: Annotated[Mapping[Framing, Share | None], BeforeValidator(_labels_without_share)] = (
        field(default_factory=dict)
    )
    view: Annotated[Mapping[View, Share | None], BeforeValidator(_labels_without_share)] = field(
        default_factory=dict
    )
    elevation: Annotated[
        Mapping[Elevation, Share | None], BeforeValidator(_labels_without_share)
    ] = field(default_factory=dict)
    pose: Annotated[Mapping[Pose, Share | None], BeforeValidator(_labels_without_share)] = field(
        default_factory=dict
    )


@record
class Source:
    """Where the pictures under a glob come from.

    Attributes:
        generator: the tool or model that made them.
        family: its family of models (`anima`, `gemini`, `qwen`), compared with the base's.
        steps: what was done after generation.
        derived_from: the picture or glob that they were made from.
    """

    generator: str | None = None
    family: str | None = None
    steps: tuple[str, ...] = ()
    derived_from: str | None = None


@record
class SuppressionEntry:
    """A finding that people accept, with the reason why and, if they like, an end.

    Attributes:
        rule: its code, or the beginning of several: `RES` for all about resolution.
        glob: paths; a finding is accepted where it covers all of the finding's.
        reason: why; reports repeat it.
        expires: the last day on which it counts, as 2027-01-31; null for no end.
    """

    rule: str
    glob: str = "**"
    reason: Annotated[str, Field(min_length=1)]
    expires: Annotated[str, AfterValidator(_iso_date)] | None = None


RuleProfile = Literal["min", "standard", "strict"]


@record
class LintSettings:
    """Which rules run, and how strictly.

    Attributes:
        profile: how picky; each of them runs the rules of those before, too.
        select: codes, or their beginnings, of the only rules that run; one that is named by its
            whole code runs in every profile.
        ignore: codes, or their beginnings, of rules that do not run.
        thresholds: code -> option -> value, in place of the default on the rule's manual page.
        intended: groups of tags, or of tags and labels, that are meant to go together.
        vocabulary: file of known tags, seen from the dataset's folder; its lines are
            `tag,category,count,"alias,alias"`.
        exclusive: name -> tags that contradict each other; replaces a group of ours of that name.
        implies: tag -> tags that it says already; replaces what ours says of that tag.
        suppressions: findings that people accept.
    """

    profile: RuleProfile = "standard"
    select: Tags = ()
    ignore: Tags = ()
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    intended: tuple[Tags, ...] = ()
    vocabulary: str | None = None
    exclusive: Mapping[str, Tags] = field(default_factory=dict)
    implies: Mapping[str, Tags] = field(default_factory=dict)
    suppressions: tuple[SuppressionEntry, ...] = ()


@record
class Spec:
    """The whole of dataset.yaml.

    Attributes:
        subject: who is drawn.
        base: a profile of `rules/bases/`, or a file beside dataset.yaml (`my-base.yaml`).
        trainer: a profile of `rules/trainers/`, or a file beside dataset.yaml, with the user's own
            settings for it.
        caption: how a caption is built.
        wanted: what the LoRA must be able to draw.
        sources: glob -> where those pictures come from; the first match counts.
        classifier: whose word counts of what pictures show: `none`, or names with commas between
            them (`embedded, tagger:wd-vit-tagger-v3`); null for the embedded model.
        resolution: the training resolution, in pixels (the side of a square); null for the
            trainer's own.
        held_out: globs of evaluation references; no training pictures.
        captions_locked: folder, seen from the dataset's, of the captions that must not change
            (CAP021).
        lint: which rules run, and how strictly.
    """

    subject: Subject = field(default_factory=Subject)
    base: str = "anima-base-v1.0"
    trainer: str | TrainerChoice = "builtin"
    caption: CaptionLayout = field(default_factory=CaptionLayout)
    wanted: WantedLabels = field(default_factory=WantedLabels)
    sources: Mapping[str, Source] = field(default_factory=dict)
    classifier: str | None = None
    resolution: Annotated[int, Field(ge=64, le=8192)] | None = None
    held_out: Tags = ()
    captions_locked: str | None = None
    lint: LintSettings = field(default_factory=LintSettings)

    @property
    def trainer_choice(self) -> TrainerChoice:
        """The trainer, where `trainer: builtin` is short for `trainer: {profile: builtin}`."""
        if isinstance(self.trainer, str):
            return TrainerChoice(profile=self.trainer)
        return self.trainer
