"""What a rule sees: facts about a dataset.

Facts carry no thresholds. A fact that was not measured is None, never a default.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field

from rules.planned_run import PlannedRun
from rules.profiles import Base, Trainer
from rules.records import record
from rules.spec import Source, Spec
from rules.vocabulary import Vocabulary

# Facts are read from a file that people merge: what no picture can have is no fact.
Pixels = Annotated[int, Field(ge=0, lt=2**31)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


@record
class FileFacts:
    """What the bytes of one picture say; sizes in pixels as stored, before any orientation.

    Attributes:
        format: Pillow's name of the content (`PNG`), whatever the suffix says.
        orientation: EXIF orientation, 1 where none is given.
        icc: description of an embedded colour profile that is not sRGB, else None.
        alpha_share: share of the pixels that are not opaque.
        hidden_colour: mean colour beneath the transparent pixels, which shows when alpha is
            dropped.
        pixels: sha256 of the decoded pixels.
        phash: perceptual hash, 64 bits in hex; `phash_mirrored` that of the mirrored picture.
        generator: the program that metadata names.
        model: the model that metadata names.
        prompt: the start of a prompt in the metadata.
        error: why the picture could not be decoded whole; everything but the header is then None.
    """

    bytes: int
    format: str | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    mode: str | None = None
    bits: int | None = None
    orientation: int = 1
    frames: int = 1
    icc: str | None = None
    alpha_share: float | None = None
    hidden_colour: tuple[int, int, int] | None = None
    pixels: str | None = None
    phash: Hash | None = None
    phash_mirrored: Hash | None = None
    generator: str | None = None
    model: str | None = None
    prompt: str | None = None
    error: str | None = None


class Token(NamedTuple):
    """A tag or a sentence of a caption.

    Attributes:
        text: as it is fed, without the white space around it.
        tag: lower case, with spaces for underscores: what tags are compared by.
        slot: quality, count, trigger, series, artist, structure, general or prose.
        start: offset of `text` in the caption.
    """

    text: str
    tag: str
    slot: str
    start: int

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.start + len(self.text)


@record
class Sidecar:
    """A file beside a picture that some trainer would read as its caption.

    Attributes:
        text: decoded, with its byte order mark and line ends; None where it cannot be decoded.
        encoding: `utf-8`, or the likely one where the bytes are something else.
        error_offset: first byte that is not UTF-8.
    """

    path: str
    suffix: str
    text: str | None
    encoding: str = "utf-8"
    error_offset: int | None = None


@record
class Caption:
    """The caption as the trainer feeds it, before any shuffling.

    Attributes:
        path: the sidecar that it comes from.
        text: what is fed.
        tokens: tags and sentences in their order.
        tags: the normal forms of all tags, in order.
        sentences: the prose, sentence by sentence.
        offset: where `text` starts in the sidecar's text, None where it is no slice of it.
    """

    path: str
    text: str
    tokens: tuple[Token, ...]
    tags: tuple[str, ...]
    sentences: tuple[str, ...]
    offset: int | None = 0

    @property
    def prose(self) -> str:
        """All sentences, in lower case."""
        return " ".join(self.sentences).lower()

    def names(self, feature: str) -> bool:
        """Whether a tag or a sentence names the feature, on whole words."""
        return feature in self.tags or (bool(self.sentences) and _has_words(self.prose, feature))


def _has_words(text: str, words: str) -> bool:
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if not before.isalnum() and not after.isalnum():
            return True
        start = text.find(words, start + 1)
    return False


@record
class Placement:
    """Where the trainer puts a picture: its bucket, how it is scaled and what is cut off.

    Attributes:
        bucket: width and height of the training size.
        scale: training pixels per stored pixel, over 1 where the picture is enlarged.
        crop: left, top, right, bottom of what is kept, in the picture's own pixels.
        lost: share of the picture's area outside the crop.
    """

    bucket: tuple[int, int]
    scale: float
    crop: tuple[float, float, float, float]
    lost: float


@record
class Evidence:
    """What is held to be true of a picture's framing, view, elevation, pose or expression.

    Attributes:
        label: best guess, even where it abstains.
        source: a person's label, a classifier's sight, or the caption's word.
        p: calibrated probability of a seen label.
        abstained: whether the classifier would rather not say.
    """

    label: str
    source: Literal["labelled", "seen", "declared"]
    p: float | None = None
    abstained: bool = False


class Declared(NamedTuple):
    """What some words of a caption say of its picture.

    Attributes:
        label: of the axis that it is kept under.
        words: the tag in its normal form, or the words of the sentence that say so.
        prose: whether they stand in a sentence.
    """

    label: str
    words: str
    prose: bool = False


@record
class Seen:
    """What one classifier saw in one picture; None where it has no such head.

    Attributes:
        classifier: its id, which covers weights, prompts, heads, temperatures and thresholds.
        framing, view, elevation, pose, expression: source `seen`, with a calibrated `p`.
        mouth: `open` or `closed`.
        upright: `upright` or `not upright`: a rigid stand, whatever `pose` says.
        view_group: `front`, `side` or `back`, each with its three-quarter views.
        head_height: height of the head with its hair as a share of the picture's height.
        figures: how many figures there are.
        figure_box: left, top, right and bottom of the figure as shares of the picture.
    """

    classifier: str
    framing: Evidence | None = None
    view: Evidence | None = None
    elevation: Evidence | None = None
    pose: Evidence | None = None
    expression: Evidence | None = None
    mouth: Evidence | None = None
    upright: Evidence | None = None
    view_group: Evidence | None = None
    head_height: float | None = None
    figures: float | None = None
    figure_box: tuple[float, float, float, float] | None = None


@record
class Picture:
    """One picture of the dataset with everything known about it.

    Attributes:
        path: relative to the dataset, POSIX.
        suffix: lower case, with the dot.
        sha256: of the file's bytes.
        file: None where the picture was not measured.
        size: width and height as the trainer reads them, None where the file does not decode.
        sidecars: every caption file beside it.
        fed_sidecar: the one of them that the trainer reads.
        caption: what is fed, None where nothing is.
        placement: None where the size is unknown.
        unfed: why the trainer leaves the picture out, None where it trains it.
        repeats: how often one epoch shows it.
        glob: the entry of `sources` that it falls under.
        source: what that entry says.
        seen: what a classifier saw, whoever else says what of it.
        declared: axis -> everything that the caption declares of it, in the caption's order.
        framing, view, elevation, pose, expression: the best evidence: labelled, else seen, else
            declared, else what a classifier guesses that would rather not say.
    """

    path: str
    suffix: str
    sha256: str | None = None
    file: FileFacts | None = None
    size: tuple[int, int] | None = None
    sidecars: tuple[Sidecar, ...] = ()
    fed_sidecar: Sidecar | None = None
    caption: Caption | None = None
    placement: Placement | None = None
    unfed: str | None = None
    repeats: int = 1
    glob: str | None = None
    source: Source | None = None
    seen: Seen | None = None
    declared: Mapping[str, tuple[Declared, ...]] = field(default_factory=dict)
    framing: Evidence | None = None
    view: Evidence | None = None
    elevation: Evidence | None = None
    pose: Evidence | None = None
    expression: Evidence | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The single argument of every rule.

    Attributes:
        name: of the folder.
        pictures: all pictures of the folder, ordered by path.
        orphans: caption files without a picture.
        taken_for: what was guessed because no dataset.yaml says it.
        locked: path -> caption of the run whose captions are declared locked.
        known_tags: the user's vocabulary: tag -> count, None where none is named.
        aliases: alias -> tag of that vocabulary.
        held_out: evaluation references, which no rule counts among the pictures.
        tested_on: how many labelled pictures told how often the classifier is right; 0 where it
            was never tested on pictures of this kind.
        planned: the training run that is going to use it, where one is planned.
    """

    name: str
    spec: Spec
    trainer: Trainer
    base: Base
    vocabulary: Vocabulary
    pictures: tuple[Picture, ...]
    orphans: tuple[Sidecar, ...] = ()
    locked: Mapping[str, str] | None = None
    known_tags: Mapping[str, int] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    held_out: tuple[Picture, ...] = ()
    tested_on: int = 0
    planned: PlannedRun | None = None

    @property
    def resolution(self) -> int:
        """The training resolution: the user's, else the trainer's."""
        return self.spec.resolution or self.trainer.resolution

    @cached_property
    def fed(self) -> tuple[Picture, ...]:
        """The pictures that the trainer uses."""
        return tuple(picture for picture in self.pictures if picture.unfed is None)

    @cached_property
    def captioned(self) -> tuple[tuple[Picture, Caption], ...]:
        """The pictures that the trainer uses with a caption of their own."""
        return tuple((p, p.caption) for p in self.fed if p.caption is not None)

    @cached_property
    def tag_counts(self) -> Counter[str]:
        """In how many fed captions each tag stands at least once."""
        counts: Counter[str] = Counter()
        for _, caption in self.captioned:
            counts.update(set(caption.tags))
        return counts

    @cached_property
    def slots_by_tag(self) -> Mapping[str, str]:
        """The slot of each tag; a tag's slot does not depend on the caption."""
        return {
            token.tag: token.slot
            for _, caption in self.captioned
            for token in caption.tokens
            if token.slot != "prose"
        }


T = TypeVar("T")


def once_a_dataset(function: Callable[[Dataset], T]) -> Callable[[Dataset], T]:
    """Keep what a function says of a dataset for whoever asks next; nobody may change it."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(dataset: Dataset) -> T:
        kept: dict[str, T] = dataset.__dict__  # where cached properties keep theirs
        if name not in kept:
            kept[name] = function(dataset)
        return kept[name]

    return remembered
