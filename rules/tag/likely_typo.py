"""TAG005 likely-typo."""

from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.tag.places import caption_paths
from rules.tag.slips import Slips
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When a rare tag is a slip of the pen."""

    min_ratio: int = option(10, "captions with the frequent tag per caption with the rare one")
    min_letters: int = option(4, "letters of the shortest word that is compared")
    long_word: int = option(8, "letters from which two slips in one word are forgiven, not one")


@rule("TAG005", Severity.WARNING, needs=(CAPTIONS,))
def likely_typo(dataset: Dataset, options: Options) -> Said:
    """A rare tag that is one or two letters away from a frequent one.

    What it does:
        Takes the words of a rare tag that no well-known tag is made of and looks for a frequent
        tag that has a word one letter away (two in words of `long_word` letters) in their
        place: one letter changed, added, dropped or swapped. Other numbers, plurals and word
        forms are no slips, and neither are words that tags are often made of, your
        declarations, and the tags of your vocabulary file. The same letters with other spaces
        or hyphens (`twin tails`) always count.

    Why is this bad?
        A misspelt tag is a new word: what it should tell goes unlearned in those captions and
        leaks into the trigger.

    Example:
        `lookign at viewer` in one caption, `looking at viewer` in thirteen.

    Source:
        Other tools' checks by edit distance between all pairs of tags, which report
        `white skirt` as `white shirt` misspelt; hence the list of known words. The ratio is a
        prior: real slips are single ones.
    """
    slips = Slips(
        dataset,
        ratio=options.min_ratio,
        min_letters=options.min_letters,
        long_word=options.long_word,
    )
    slots, known = dataset.slots_by_tag, dataset.known_tags or {}
    meant = {
        tag: right
        for tag, count in dataset.tag_counts.items()
        if count * options.min_ratio <= slips.most
        and slots[tag] == "general"
        and tag not in known
        and tag not in dataset.aliases
        # A hidden character is no slip of the pen; the rule about those reports it.
        and tag.isprintable()
        and (right := slips.meant(tag))
    }
    places = caption_paths(dataset, meant)
    for tag, right in meant.items():
        count, frequent = dataset.tag_counts[tag], dataset.tag_counts[right]
        yield Violation(
            message=f"{counted(count, 'caption')} with `{tag}`, {frequent:,} with `{right}`",
            evidence={"tag": tag, "count": count, "meant": right, "meant_count": frequent},
            advice=f"write `{right}` if that is meant; a right word goes into the vocabulary file "
            "(`lint.vocabulary`)",
            paths=places[tag],
            key=tag,
        )
