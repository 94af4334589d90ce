"""TAG011 unknown-tag."""

from collections.abc import Mapping

from rules.features import tags_naming
from rules.model import Dataset
from rules.needs import CAPTIONS, KNOWN_TAGS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.tag.places import caption_paths
from rules.violation import Said, Severity, Violation

JUDGED = frozenset({"general", "count"})
# Weights and wildcards are no tags, and neither is what holds hidden characters; the rules on
# these report them.
SYNTAX = frozenset("{}|")


@rule("TAG011", Severity.INFO, needs=(CAPTIONS, KNOWN_TAGS))
def unknown_tag(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags that the vocabulary file does not hold.

    What it does:
        Looks every tag up in the file that `lint.vocabulary` names. A tag is unknown, an alias
        of another one, or about the post and not the picture (`commentary request`). Trigger,
        series, artists, quality tags and what the subject declares are left out, and sentences
        are not looked up.

    Why is this bad?
        The base was trained on one vocabulary. An alias or a word outside it is not what the
        base knows the thing by: the LoRA spends pictures on learning a word anew. What tells
        of the post shows nowhere in the picture and gets bound to whatever does.

    Example:
        `jean shorts` where the vocabulary says `denim shorts`.

    Source:
        Other tools' lists of unknown tags; aliases and meta tags as tag lists of image boards have
        them.
    """
    known = dataset.known_tags or {}
    meta = frozenset(dataset.vocabulary.words.meta)
    faults = _faults(dataset, known, meta)
    places = caption_paths(dataset, faults)
    total = len(dataset.captioned)
    for tag, (fault, advice) in faults.items():
        yield Violation(
            message=f"{len(places[tag]):,} of {counted(total, 'caption')} bear `{tag}`, {fault}",
            evidence={
                "tag": tag,
                "count": len(places[tag]),
                "captions": total,
                "alias_of": dataset.aliases.get(tag) if tag not in known else None,
                "meta": tag in meta,
            },
            advice=advice,
            paths=places[tag],
            key=tag,
        )


def _faults(
    dataset: Dataset, known: Mapping[str, int], meta: frozenset[str]
) -> dict[str, tuple[str, str]]:
    """Tag -> what is wrong with it, and what to do."""
    subject, slots = dataset.spec.subject, dataset.slots_by_tag
    terms = (*subject.absorb, *subject.structure, *subject.prose_only, *subject.handed)
    outfits = (tag for tags in subject.outfits.values() for tag in tags)
    named = tags_naming(dataset, (*terms, *outfits, *subject.class_words))
    declared = frozenset().union(*named.values())
    faults: dict[str, tuple[str, str]] = {}
    for tag in dataset.tag_counts:
        if slots[tag] not in JUDGED or tag in declared or not SYNTAX.isdisjoint(tag):
            continue
        if not tag.isprintable():
            continue
        if tag in meta:
            faults[tag] = "which is about the post, not the picture", "drop it"
        elif tag in known or (tag.startswith("(") and tag.endswith(")") and ":" in tag):
            continue
        elif tag in dataset.aliases:
            right = dataset.aliases[tag]
            faults[tag] = f"an alias of `{right}`", f"write `{right}`"
        else:
            faults[tag] = (
                "which the vocabulary does not hold",
                "write the base's word for it, or add it to the file of `lint.vocabulary`",
            )
    return faults
