"""Which tags say what another tag says already."""

from collections.abc import Mapping

from rules.features import NEGATIONS, tags_naming
from rules.model import Dataset
from rules.spec import Tags
from rules.terms import normal

# Behind one of these the last word is not what the tag is about: `hand on hip` is no hip.
LINKS = frozenset(
    "on in at of past over under behind between around with through to from by above below against "
    "and or no without".split()
)
# What is done to a thing does not say that it is worn: `holding hat` beside `hat` is news.
DEEDS = (
    *NEGATIONS,
    *(
        f"{deed} "
        for deed in (
            "adjusting biting carrying covered covering drinking eating fake grabbing holding "
            "hugging imminent licking lifting pulling reading removing riding stuffed touching toy"
        ).split()
    ),
)


def implied_by_words(tag: str, written: Mapping[str, Tags]) -> Tags:
    """The tags in which a tag ends, as far as the vocabulary does not know better.

    `very long hair` says `long hair` and `hair`; `white sneakers` says `sneakers`, and what
    `sneakers` is written to say.
    """
    words = tag.split()
    if len(words) == 1 or tag.startswith(DEEDS) or not LINKS.isdisjoint(words):
        return ()
    implied: list[str] = []
    for start in range(1, len(words)):
        ending = " ".join(words[start:])
        implied.append(ending)
        if ending in written:
            return (*implied, *written[ending])
    return tuple(implied)


def implied_tags(dataset: Dataset) -> Mapping[str, frozenset[str]]:
    """Tag -> the general tags of the same captions that it makes superfluous."""
    slots, written = dataset.slots_by_tag, dataset.vocabulary.implies
    subject = dataset.spec.subject
    # Core features go altogether, by a rule of their own.
    core = tags_naming(dataset, subject.absorb).values()
    kept = frozenset(map(normal, subject.class_words)).union(*core)
    # `nagi maid` is a name: of her, dressed so.
    trigger = normal(subject.trigger or "")
    found: dict[str, frozenset[str]] = {}
    for tag in dataset.tag_counts:
        if trigger and tag.startswith(f"{trigger} "):
            continue
        implied = written[tag] if tag in written else implied_by_words(tag, written)
        parents = frozenset(p for p in implied if slots.get(p) == "general" and p not in kept)
        if parents and slots[tag] in {"general", "structure"}:
            found[tag] = parents
    return found
