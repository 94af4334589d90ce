"""Which tags and sentences name a feature of the spec: decided in one place for all rules.

A tag names a feature when it is the feature or ends in it on whole words, since the head of an
English noun phrase stands last: `short twintails` names `twintails`, `ribbon choker` does not
name `ribbon`. Singular and plural are one feature; `no ribbon` names none.
"""

from collections.abc import Iterable, Mapping

from rules.model import Caption, Dataset
from rules.terms import normal

NEGATIONS = ("no ", "without ", "unworn ", "missing ", "removed ")
FOREIGN_SLOTS = frozenset({"trigger", "artist", "series", "quality", "count"})


def forms(term: str) -> tuple[str, ...]:
    """A term in its normal form, with its plural or singular."""
    name = normal(term)
    if name.endswith("s") and not name.endswith("ss"):
        return name, name[:-1]
    return name, name + "s"


def tags_naming(dataset: Dataset, terms: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Term -> the tags of the fed captions that name it."""
    names = {term: forms(term) for term in terms}
    every = frozenset(name for own in names.values() for name in own)
    endings = tuple(f" {name}" for name in every)
    slots = dataset.slots_by_tag
    # One pass over all tags, however many terms there are.
    near = [
        tag
        for tag in dataset.tag_counts
        if (tag in every or (tag.endswith(endings) and not tag.startswith(NEGATIONS)))
        and slots[tag] not in FOREIGN_SLOTS
    ]
    return {
        term: frozenset(t for t in near if t in own or t.endswith(tuple(f" {n}" for n in own)))
        for term, own in names.items()
    }


def captions_tagging(dataset: Dataset, tags: frozenset[str]) -> tuple[Caption, ...]:
    """The fed captions that bear at least one of the tags."""
    if not tags:
        return ()
    return tuple(caption for _, caption in dataset.captioned if not tags.isdisjoint(caption.tags))


def stands_in_prose(dataset: Dataset, term: str) -> bool:
    """Whether a sentence of any fed caption names the term."""
    names = forms(term)
    return any(
        caption.names(name)
        for _, caption in dataset.captioned
        if caption.sentences
        for name in names
    )
