"""The features of a dataset: what dataset.yaml declares, and what the base's profile speaks of.

A declared `blue ribbon` is a ribbon: a claim holds for terms that end in one of its names.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from rules.features import forms, tags_naming
from rules.model import Dataset, Picture, once_a_dataset
from rules.pictures_naming import pictures_naming, worn_outfits
from rules.profiles import Base, Claim
from rules.records import record
from rules.terms import normal

Claimed = tuple[Literal["strong", "weak"], Claim]
# No name of a feature is longer, and a caption may hold a tag of a thousand words.
NAME_WORDS = 4


@record
class Feature:
    """One thing to draw.

    Attributes:
        name: as dataset.yaml or the base's profile calls it.
        declared: under which key of `subject`, None where only the base speaks of it.
        claimed: what the base makes of it, and the line of its profile; None where unknown.
        pictures: those whose captions name it. An absorbed feature is in no caption by design:
            there, those that bear the trigger, or all where none is declared.
    """

    name: str
    declared: str | None
    claimed: Claimed | None
    pictures: tuple[Picture, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name and, where the claim is of this very thing, the claim's other names."""
        return (self.name, *_synonyms(self.name, self.claimed))


@once_a_dataset
def find_features(dataset: Dataset) -> tuple[Feature, ...]:
    """Declared features in their order, then the base's claims that a caption names."""
    claims = _claims_by_name(dataset.base)
    declared = dict(_declared(dataset))
    claimed = {term: _claimed(claims, term) for term in declared}
    covered = {found[1].feature for found in claimed.values() if found}
    free = {c[1].feature: c for c in claims.values() if c[1].feature not in covered}
    tagged = tags_naming(dataset, declared)
    names = {t: {*forms(t), *tagged[t], *_synonyms(t, claimed[t])} for t in declared}
    names |= {feature: set(claim.names) for feature, (_, claim) in free.items()}
    for tag in dataset.tag_counts:
        if (found := _claimed(claims, tag)) and found[1].feature in free:
            names[found[1].feature].add(tag)
    shown = pictures_naming(dataset, names) | _shown_otherwise(dataset, declared)
    features = [
        Feature(name=term, declared=key, claimed=claimed[term], pictures=shown[term])
        for term, key in declared.items()
    ]
    return (
        *features,
        *(
            Feature(name=feature, declared=None, claimed=found, pictures=shown[feature])
            for feature, found in free.items()
            if shown[feature]
        ),
    )


def _declared(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Terms of `subject` with their key; the first key that names a term comes last."""
    subject = dataset.spec.subject
    for key, terms in (
        ("handed", subject.handed),
        ("outfits", subject.outfits),
        ("prose_only", subject.prose_only),
        ("structure", subject.structure),
        ("absorb", subject.absorb),
    ):
        for term in terms:
            yield normal(term), key


def _shown_otherwise(
    dataset: Dataset, declared: Mapping[str, str]
) -> dict[str, tuple[Picture, ...]]:
    """The pictures of outfits, told by garments, and of absorbed features, told by the trigger."""
    trigger = normal(dataset.spec.subject.trigger or "")
    bearers = tuple(p for p, caption in dataset.captioned if not trigger or caption.names(trigger))
    outfits = {normal(name): worn for name, worn in worn_outfits(dataset).items()}
    return {name: worn for name, worn in outfits.items() if declared[name] == "outfits"} | {
        term: bearers for term, key in declared.items() if key == "absorb"
    }


def _claims_by_name(base: Base) -> dict[str, Claimed]:
    claims: dict[str, Claimed] = {n: ("weak", claim) for claim in base.weak for n in claim.names}
    claims.update({n: ("strong", claim) for claim in base.strong for n in claim.names})
    return claims


def _claimed(claims: Mapping[str, Claimed], term: str) -> Claimed | None:
    """The claim whose name the term is or ends in, the longest name first."""
    words = term.split()[-NAME_WORDS:]
    tails = (" ".join(words[start:]) for start in range(len(words)))
    return next((claims[tail] for tail in tails if tail in claims), None)


def _synonyms(term: str, claimed: Claimed | None) -> tuple[str, ...]:
    return claimed[1].names if claimed and term in claimed[1].names else ()
