"""What a folder without dataset.yaml most likely is: its trigger, prefix and sentences.

Nothing is guessed silently: every guess comes with the sentence that `lint` and `init` print.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from statistics import median

from curate.captions import SlotTable, parse_caption
from curate.feeding import choose_sidecar, feed_caption
from curate.index import FoundPicture
from rules.finding_profiles import load_trainer
from rules.model import Caption
from rules.profiles import Base, CaptionHandling
from rules.records import record
from rules.spec import CaptionLayout, Spec, Subject
from rules.vocabulary import Vocabulary

TRIGGER_SHARE = 0.8
PREFIX_SHARE = 0.8
COMMON_SHARE = 0.8
SENTENCE_SHARE = 0.8
CANDIDATES = 5
SAMPLE = 1000


@record
class TagUse:
    """How a tag is used over all captions: in how many, and at which median position."""

    tag: str
    count: int
    position: float


@record
class Guess:
    """A spec that nobody wrote.

    Attributes:
        spec: trigger, prefix and sentences as far as they show; the rest by default.
        notes: one sentence per guess.
        captions: how many captions it rests on; a sample of a large set.
        triggers: candidates, the likeliest first.
        common: tags of most captions, which a core feature would be among.
        underscores: in how many captions tags have underscores.
        repeats: the folders' own numbers, where they are named as in `5_name`.
    """

    spec: Spec
    notes: tuple[str, ...]
    captions: int
    triggers: tuple[TagUse, ...]
    common: tuple[TagUse, ...]
    underscores: int
    repeats: tuple[int, ...]


def guess_spec(
    pictures: Iterable[FoundPicture],
    start: Spec,
    base: Base,
    vocabulary: Vocabulary,
    repeats: tuple[int, ...] = (),
) -> Guess:
    """Guess from the captions alone.

    Args:
        pictures: with their sidecars.
        start: what the user said already: base and trainer.
        base: whose words for quality and whose style count.
        vocabulary: known words, which are no triggers.
        repeats: what the folders' names say, each number over 1 once.
    """
    slots = SlotTable(Spec(), base, vocabulary)
    handling = load_trainer(start.trainer_choice).captions
    sample = (_caption(picture, handling, slots) for picture in _sample(tuple(pictures)))
    captions = tuple(caption for caption in sample if caption and caption.text)
    uses = _uses(captions)
    triggers = _trigger_candidates(captions, uses, vocabulary)
    prefix = _prefix(captions)
    sentences = _sentences(captions)
    spec = replace(
        start,
        subject=Subject(trigger=_as_written(captions, triggers[0].tag) if triggers else None),
        caption=CaptionLayout(prefix=prefix, sentences=sentences),
    )
    total = len(captions)
    names = {triggers[0].tag} if triggers else set()
    common = tuple(
        use
        for use in uses
        if use.count >= COMMON_SHARE * total
        and use.tag not in names
        and use.tag not in prefix
        and use.tag not in vocabulary.words.counts
    )
    return Guess(
        spec=spec,
        notes=tuple(_notes(spec, triggers, total, repeats)),
        captions=total,
        triggers=triggers[:CANDIDATES],
        common=common,
        underscores=sum(
            any("_" in t.text and "_" not in t.tag for t in c.tokens) for c in captions
        ),
        repeats=repeats,
    )


def _sample(pictures: tuple[FoundPicture, ...]) -> tuple[FoundPicture, ...]:
    """Pictures from all over a large set: what leads a thousand captions leads them all."""
    return pictures[:: max(1, len(pictures) // SAMPLE)]


def _caption(picture: FoundPicture, handling: CaptionHandling, slots: SlotTable) -> Caption | None:
    """All lines of a caption file, whatever is read of them; of JSON what the trainer joins."""
    fed = choose_sidecar(picture.sidecars, handling)
    if fed and fed.suffix == ".json":
        return feed_caption(fed, handling, slots)
    written = fed or next((s for s in picture.sidecars if s.suffix != ".json"), None)
    text = ((written and written.text) or "").strip("\ufeff\r\n ")
    return parse_caption(text, written.path, slots) if written else None


def _uses(captions: tuple[Caption, ...]) -> tuple[TagUse, ...]:
    """Every tag, the most frequent first, then the one that stands nearest the front."""
    places: dict[str, list[int]] = {}
    for caption in captions:
        for position, tag in enumerate(dict.fromkeys(caption.tags)):
            places.setdefault(tag, []).append(position)
    uses = (TagUse(tag=t, count=len(p), position=median(p)) for t, p in places.items())
    return tuple(sorted(uses, key=lambda use: (-use.count, use.position, use.tag)))


def _trigger_candidates(
    captions: tuple[Caption, ...], uses: tuple[TagUse, ...], vocabulary: Vocabulary
) -> tuple[TagUse, ...]:
    """Tags that lead most captions, once praise and counts are taken away."""
    leads = Counter(
        next((t.tag for t in caption.tokens if t.slot not in {"quality", "count"}), "")
        for caption in captions
    )
    known = _known_words(vocabulary)
    return tuple(
        sorted(
            (
                use
                for use in uses
                if leads[use.tag] >= TRIGGER_SHARE * len(captions)
                and use.tag not in known
                and not use.tag.startswith("@")
            ),
            key=lambda use: -leads[use.tag],
        )
    )


def _as_written(captions: tuple[Caption, ...], tag: str) -> str:
    """A tag as most captions spell it: underscores and capitals of a trigger are its own."""
    return Counter(t.text for c in captions for t in c.tokens if t.tag == tag).most_common(1)[0][0]


def _known_words(vocabulary: Vocabulary) -> set[str]:
    axes, words = vocabulary.axes, vocabulary.words
    labels = (axes.framing, axes.view, axes.elevation, axes.pose, axes.expression)
    return {
        *(tag for axis in labels for tag in axis),
        *(tag for group in vocabulary.exclusive.values() for tag in group.tags),
        *words.meta,
        *words.emoticons,
        *words.common,
        "standing",
        "looking at viewer",
    }


def _prefix(captions: tuple[Caption, ...]) -> tuple[str, ...]:
    """The words of quality and rating with which most captions begin."""
    prefix: list[str] = []
    while captions:
        place = len(prefix)
        at_place = Counter(
            caption.tokens[place].tag
            for caption in captions
            if len(caption.tokens) > place and caption.tokens[place].slot == "quality"
        )
        tag, count = max(at_place.items(), key=lambda item: item[1], default=("", 0))
        if not count or count < PREFIX_SHARE * len(captions):
            break
        prefix.append(tag)
    return tuple(prefix)


def _sentences(captions: tuple[Caption, ...]) -> int | None:
    counts = Counter(len(caption.sentences) for caption in captions)
    number, count = max(counts.items(), key=lambda item: item[1], default=(0, 0))
    return number if number and count >= SENTENCE_SHARE * len(captions) else None


def _notes(
    spec: Spec, triggers: tuple[TagUse, ...], total: int, repeats: tuple[int, ...]
) -> Iterable[str]:
    if triggers:
        name, count = spec.subject.trigger, triggers[0].count
        yield f"trigger `{name}`: it leads the tags, in {count} of {total} captions"
    else:
        yield "no trigger: no word leads most captions"
    if spec.caption.prefix:
        yield f"prefix `{', '.join(spec.caption.prefix)}`"
    if spec.caption.sentences:
        yield f"{spec.caption.sentences} sentences a caption"
    yield f"base `{spec.base}` and trainer `{spec.trainer_choice.profile}`"
    if repeats:
        whose = "the folder's name" if len(repeats) == 1 else "the folders' names"
        yield f"{' and '.join(map(str, repeats))} repeats, from {whose}"
