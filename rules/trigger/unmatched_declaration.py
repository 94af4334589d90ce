"""TRG010 unmatched-declaration."""

from collections.abc import Iterator

from rules.features import forms, stands_in_prose, tags_naming
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.spelling import is_slip
from rules.terms import normal
from rules.violation import Said, Severity, Violation

SHORTEST = 5
LONG = 8


@rule("TRG010", Severity.WARNING, needs=(CAPTIONS,))
def unmatched_declaration(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """A declaration in dataset.yaml that nothing in the dataset matches.

    What it does:
        Looks for every feature of `structure` and `handed`, the class words, the outfits (one of
        their tags is enough) and the globs of `sources`. Features of `absorb` should stand in
        no caption, so they are only compared with the tags for slips of spelling; those of
        `prose_only` are judged by TRG008.

    Why is this bad?
        A rule that looks for `twintial` finds nothing and says that all is well. A declaration
        that matches nothing is mostly a slip, and every rule that rests on it is silent.

    Example:
        `absorb: [twintial]` while 12 captions say `twintails`.

    Source:
        Other tools' reports of filters that match nothing; computed from first principles.
    """
    total = len(dataset.captioned)
    for key, term, meant in _unmatched(dataset):
        hint = f"; `{meant}` stands in {dataset.tag_counts[meant]:,}" if meant else ""
        yield Violation(
            message=f"0 of {counted(total, 'caption')} match `{term}` of `{key}`{hint}",
            evidence={"key": key, "term": term, "matches": 0, "captions": total, "meant": meant},
            advice=f"write `{meant}` in dataset.yaml, or take `{term}` out"
            if meant
            else f"correct `{term}` in dataset.yaml, or take it out",
            paths=(),
            key=f"{key}: {term}",
        )
    used = {picture.glob for picture in dataset.pictures}
    for glob in dataset.spec.sources:
        if glob not in used:
            yield Violation(
                message=f"0 of {counted(len(dataset.pictures), 'picture')} fall under `{glob}` of "
                "`sources`",
                evidence={"key": "sources", "term": glob, "matches": 0},
                advice="correct the glob in dataset.yaml, or take it out; the first that matches "
                "a picture takes it",
                paths=(),
                key=f"sources: {glob}",
            )


def _unmatched(dataset: Dataset) -> Iterator[tuple[str, str, str | None]]:
    """Key, term, and the tag that the term may be a slip of."""
    subject = dataset.spec.subject
    core = frozenset(map(normal, subject.absorb))
    alternatives = [
        *(("subject.structure", term, (term,)) for term in subject.structure),
        *(("subject.handed", term, (term,)) for term in subject.handed if normal(term) not in core),
        *(("subject.class_words", term, (term,)) for term in subject.class_words),
        *(("subject.outfits", name, tags or (name,)) for name, tags in subject.outfits.items()),
    ]
    named = tags_naming(dataset, {t for _, _, terms in alternatives for t in terms})
    for key, name, terms in alternatives:
        if not any(
            named[t] or _is_counted(dataset, t) or stands_in_prose(dataset, t) for t in terms
        ):
            yield key, name, _meant(dataset, terms)
    for term, tags in tags_naming(dataset, subject.absorb).items():
        if not tags and (meant := _meant(dataset, (term,))) and not stands_in_prose(dataset, term):
            yield "subject.absorb", term, meant


def _is_counted(dataset: Dataset, term: str) -> bool:
    """Whether the term is a count tag or the last word of one: `girl` of `1girl`, `2girls`."""
    return any(
        dataset.slots_by_tag[tag] in {"count", "trigger"} and tag.endswith(forms(term))
        for tag in dataset.tag_counts
    )


def _meant(dataset: Dataset, terms: tuple[str, ...]) -> str | None:
    """The commonest tag that one of the terms may be a slip of."""
    known = dataset.vocabulary.tag_words
    strange = [n for n in map(normal, terms) if len(n) >= SHORTEST and not known >= {*n.split()}]
    near = [
        tag
        for tag in dataset.tag_counts
        if any(is_slip(name, tag, 2 if len(name) >= LONG else 1) for name in strange)
    ]
    return max(near, key=lambda tag: (dataset.tag_counts[tag], tag), default=None)
