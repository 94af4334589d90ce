"""TRG009 unnamed-accessory-colour."""

import re
from collections.abc import Collection
from itertools import chain

from rules.features import captions_tagging, tags_naming
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When an accessory belongs to the character."""

    min_share: float = option(0.1, "share of the captions from which on it is no stray")


@rule("TRG009", Severity.INFO, needs=(CAPTIONS,))
def unnamed_accessory_colour(dataset: Dataset, options: Options) -> Said:
    """A small accessory whose colour no caption names.

    What it does:
        Takes the accessories that at least `min_share` of the captions tag and looks for a
        colour before them, in a tag (`blue scrunchie`) or a sentence (`a thin blue scrunchie`)
        of any caption. One colour anywhere is enough. Features of `subject.absorb` are left to
        the trigger on purpose.

    Why is this bad?
        A few pixels are not enough to hold a colour. Unnamed, it drifts to what the base likes
        best, a blue scrunchie to yellow, and no prompt can pull it back, because no word was
        ever tied to it.

    Example:
        `scrunchie` in 20 of 24 captions: write `blue scrunchie` in them.

    Source:
        The account that this linter grew from, where a blue scrunchie turned yellowish. The
        share is a prior, the same that tells strays in TRG005.
    """
    total = len(dataset.captioned)
    absorbed = frozenset().union(*tags_naming(dataset, dataset.spec.subject.absorb).values())
    groups: dict[str, frozenset[str]] = {}
    for accessory, tags in tags_naming(dataset, dataset.vocabulary.words.accessories).items():
        if tags - absorbed:
            head = accessory.split()[-1]
            groups[head] = groups.get(head, frozenset()) | (tags - absorbed)
    coloured = _coloured(dataset, groups)
    for head, tags in groups.items():
        captions = captions_tagging(dataset, tags)
        if head in coloured or len(captions) / total < options.min_share:
            continue
        yield Violation(
            message=f"{len(captions):,} of {counted(total, 'caption')} tag "
            f"{quoted(sorted(tags))}, none with a colour",
            evidence={"tags": [*sorted(tags)], "count": len(captions), "captions": total},
            advice=f"name the colour with it, as in `blue {_commonest(dataset, tags)}`",
            paths=tuple(dict.fromkeys(caption.path for caption in captions)),
            key=head,
        )


def _commonest(dataset: Dataset, tags: Collection[str]) -> str:
    return max(sorted(tags), key=lambda tag: dataset.tag_counts[tag])


def _coloured(dataset: Dataset, heads: Collection[str]) -> frozenset[str]:
    """The accessories before which some tag or sentence names a colour."""
    if not heads:
        return frozenset()
    colours = "|".join(map(re.escape, dataset.vocabulary.words.colours))
    things = "|".join(map(re.escape, heads))
    # Two words may stand between: `a blue silk hair ribbon`.
    named = re.compile(rf"\b(?:{colours})(?:[ -]\w+){{0,2}}?[ -]({things})s?\b")
    prose = (caption.prose for _, caption in dataset.captioned if caption.sentences)
    return frozenset(
        match[1]
        for text in chain(dataset.tag_counts, prose)
        if any(head in text for head in heads)
        for match in named.finditer(text)
    )
