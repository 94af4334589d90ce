"""CON009 thin-support."""

from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation

CONTENT = frozenset({"general", "structure"})


@record
class Options:
    """When a tag is too rare."""

    min_captions: int = option(8, "least number of captions from which a tag can be judged")


@rule("CON009", Severity.INFO, needs=(CAPTIONS,))
def thin_support(dataset: Dataset, options: Options) -> Said:
    """Tags too rare to tell whether they are contaminated.

    What it does:
        Lists the content tags that stand in fewer than `min_captions` captions, the most
        frequent first. No other rule of this family says anything of them; this one says so.

    Why is this bad?
        It need not be. But a tag that three pictures share also shares their pose, background
        and light, and nothing in the set tells which of them it means. Silence about it is
        not a verdict.

    Example:
        `umbrella` in 3 captions: even if all three show rain, the share of umbrellas with rain
        may be anything from 44% up.

    Source:
        Computed: 3 of 3 has a lower Wilson bound of .44 and 8 of 8 one of .68 (95%). Eight is
        where the other rules of the family begin.
    """
    rare = {
        tag: count
        for tag, count in sorted(dataset.tag_counts.items(), key=lambda item: (-item[1], item[0]))
        if count < options.min_captions and dataset.slots_by_tag[tag] in CONTENT
    }
    if not rare:
        return
    content = sum(slot in CONTENT for slot in dataset.slots_by_tag.values())
    yield Violation(
        message=(
            f"{len(rare):,} of {content:,} content tags stand in fewer than "
            f"{options.min_captions} captions: {quoted(rare)}"
        ),
        evidence={"rare": len(rare), "content_tags": content, "counts": dict(rare)},
        advice="take it as not judged; for a tag that you mean to prompt with, add pictures that "
        "share nothing else, or use a more frequent tag",
        paths=tuple(
            picture.path
            for picture, caption in dataset.captioned
            if not rare.keys().isdisjoint(caption.tags)
        ),
    )
