"""What a rule needs to know before it can judge.

The engine skips a rule whose need is met by no picture, or by no line of dataset.yaml, and
lists it; where some pictures lack a fact, it counts them as abstentions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rules.known_labels import label_of
from rules.model import Dataset, Picture


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to know.

    Attributes:
        reason: why a rule without it is skipped, with the way out.
        declared: whether the dataset as a whole provides it.
        known: for facts of a picture: whether this picture has it.
    """

    reason: str
    declared: Callable[[Dataset], bool] | None = None
    known: Callable[[Picture], bool] | None = None


def _file_decodes(picture: Picture) -> bool:
    return picture.file is not None and picture.file.error is None


MEASURED = Need("pictures are not measured; run `curate index`", known=lambda p: p.file is not None)
DECODED = Need("pictures do not decode", known=_file_decodes)
SIZE = Need("pictures have no readable size", known=lambda p: p.size is not None)
PLACED = Need("pictures have no readable size", known=lambda p: p.placement is not None)
FORMAT = Need(
    "pictures are in no format that can be read",
    known=lambda p: p.file is not None and p.file.format is not None,
)
PIXELS = Need(
    "pictures do not decode", known=lambda p: p.file is not None and p.file.pixels is not None
)
PHASH = Need(
    "pictures have no perceptual hash",
    known=lambda p: p.file is not None and p.file.phash is not None,
)
METADATA = Need(
    "pictures name no generator or model in their metadata",
    known=lambda p: p.file is not None and bool(p.file.generator or p.file.model),
)
SOURCED = Need("pictures fall under no glob of `sources`", known=lambda p: p.source is not None)
FAMILY = Need(
    "pictures have no source with a `family`",
    known=lambda p: p.source is not None and p.source.family is not None,
)
FRAMED = Need(
    "pictures have no known framing",
    known=lambda p: label_of(p.framing) is not None,
)
VIEWED = Need("pictures have no known view", known=lambda p: label_of(p.view) is not None)
ELEVATED = Need(
    "pictures have no known elevation", known=lambda p: label_of(p.elevation) is not None
)
EXPRESSIVE = Need(
    "pictures have no known expression", known=lambda p: label_of(p.expression) is not None
)
HEADS = Need(
    "no classifier has measured the heads",
    known=lambda p: p.seen is not None and p.seen.head_height is not None,
)
SEEN = Need("no classifier has looked at the pictures", known=lambda p: p.seen is not None)

CAPTIONS = Need("no picture has a caption", declared=lambda d: bool(d.captioned))
TRIGGER = Need(
    "no trigger is declared (`subject.trigger`)", declared=lambda d: bool(d.spec.subject.trigger)
)
CLASS_WORDS = Need(
    "no class word is declared (`subject.class_words`)",
    declared=lambda d: bool(d.spec.subject.class_words),
)
ABSORB = Need(
    "no core feature is declared (`subject.absorb`)", declared=lambda d: bool(d.spec.subject.absorb)
)
STRUCTURE = Need(
    "no structure is declared (`subject.structure`)",
    declared=lambda d: bool(d.spec.subject.structure),
)
PROSE_ONLY = Need(
    "no prose-only feature is declared (`subject.prose_only`)",
    declared=lambda d: bool(d.spec.subject.prose_only),
)
OUTFITS = Need(
    "no outfit is declared (`subject.outfits`)", declared=lambda d: bool(d.spec.subject.outfits)
)
SOURCES = Need("no source is declared (`sources`)", declared=lambda d: bool(d.spec.sources))
PREFIX = Need(
    "no prefix is declared (`caption.prefix`)", declared=lambda d: bool(d.spec.caption.prefix)
)
SLOTS = Need(
    "no order of slots is declared (`caption.slots`)",
    declared=lambda d: bool(d.spec.caption.slots),
)
SENTENCES = Need(
    "no number of sentences is declared (`caption.sentences`)",
    declared=lambda d: d.spec.caption.sentences is not None,
)
KNOWN_TAGS = Need(
    "no vocabulary file is named (`lint.vocabulary`)", declared=lambda d: d.known_tags is not None
)
LOCKED = Need(
    "no captions are declared locked (`captions_locked`)", declared=lambda d: d.locked is not None
)
ARTIST_PREFIX = Need(
    "the base asks for no artist prefix", declared=lambda d: bool(d.base.captions.artist_prefix)
)
SHUFFLING = Need("the trainer does not shuffle", declared=lambda d: d.trainer.shuffle.enabled)
ARTISTS = Need(
    "no artist is declared (`caption.artists`)", declared=lambda d: bool(d.spec.caption.artists)
)
FLIPPING = Need("the trainer does not mirror pictures", declared=lambda d: d.trainer.flip.enabled)
PRIORS = Need(
    "the base's profile claims nothing strong or weak",
    declared=lambda d: bool(d.base.strong or d.base.weak),
)
FEATURES = Need(
    "no feature is declared and the base's profile claims none",
    declared=lambda d: bool(
        d.base.strong
        or d.base.weak
        or d.spec.subject.absorb
        or d.spec.subject.structure
        or d.spec.subject.prose_only
        or d.spec.subject.outfits
    ),
)
WANTED_VIEWS = Need(
    "no view is wanted (`wanted.view`)", declared=lambda d: bool(d.spec.wanted.view)
)
WANTED = Need(
    "nothing is wanted (`wanted`)",
    declared=lambda d: bool(
        d.spec.wanted.framing or d.spec.wanted.view or d.spec.wanted.elevation or d.spec.wanted.pose
    ),
)
WANTED_SHARES = Need(
    "no share is wanted (`wanted: {pose: {upright: 0.2}}`)",
    declared=lambda d: any(
        share
        for axis in (d.spec.wanted.view, d.spec.wanted.elevation, d.spec.wanted.pose)
        for share in axis.values()
    ),
)
LOOKED_AT = Need(
    "nobody has looked at the pictures: there are no labels and no classifier's sight",
    declared=lambda d: any(
        evidence is not None and evidence.source != "declared" and not evidence.abstained
        for p in d.fed
        for evidence in (p.framing, p.view, p.elevation, p.pose)
    ),
)
HELD_OUT = Need("no picture is held out (`held_out`)", declared=lambda d: bool(d.held_out))
HANDED = Need(
    "no feature is declared handed (`subject.handed`)",
    declared=lambda d: bool(d.spec.subject.handed),
)
PLANNED = Need(
    "no training run is planned; `train plan` judges one", declared=lambda d: d.planned is not None
)
COMPARED = Need(
    "the run is compared with no other (`compared_with`)",
    declared=lambda d: d.planned is not None and d.planned.compared_with is not None,
)
APPROVED = Need(
    "the run asks for no approval (`--approved-only`)",
    declared=lambda d: d.planned is not None and d.planned.approved,
)
SAMPLING = Need(
    "the run draws no samples (`samples.every`)",
    declared=lambda d: d.planned is not None and bool(d.planned.prompts),
)
RECIPE = Need("the base's profile names no recipe", declared=lambda d: d.base.recipe is not None)
PUBLISHED = Need(
    "the base's profile names no published file, and train.yaml no `base.sha256`",
    declared=lambda d: (
        d.base.file is not None or (d.planned is not None and d.planned.stated_sha256 is not None)
    ),
)
