"""COV011 locked-outfit."""

from rules.model import Dataset
from rules.needs import OUTFITS
from rules.pictures_naming import worn_outfits
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """When outfits vary too little."""

    min_outfits: int = option(3, "least number of declared outfits that pictures wear")
    max_share: float = option(
        0.6, "largest share of one outfit among the pictures that wear a declared one"
    )


@rule("COV011", Severity.WARNING, needs=(OUTFITS,))
def locked_outfit(dataset: Dataset, options: Options) -> Said:
    """Too few outfits, or one that most pictures wear.

    What it does:
        Counts the declared outfits that pictures wear, by the words of their captions, and the
        share of the most frequent one. Pictures whose caption names none of them are not
        judged; they are counted.

    Why is this bad?
        What never changes becomes part of the character. With one outfit the trigger learns the
        cloth with the face, and every other outfit has to fight it.

    Example:
        50 of 70 pictures wear the uniform. Redraw some of them in two other outfits, busts
        first: they cost least and carry the identity.

    Source:
        The account that this linter grew from: vary outfits, or the character locks to one.
        The limits are conventions of people who make such sets, not measurements.
    """
    worn = worn_outfits(dataset)
    counts = {outfit: len(pictures) for outfit, pictures in worn.items() if pictures}
    dressed = {picture.path for pictures in worn.values() for picture in pictures}
    if len(dressed) < len(dataset.fed):
        yield Abstention(
            reason="no declared outfit is named",
            count=len(dataset.fed) - len(dressed),
            total=len(dataset.fed),
        )
    if not counts:
        return
    most = max(counts, key=lambda outfit: counts[outfit])
    share = counts[most] / len(dressed)
    faults = []
    if len(counts) < options.min_outfits:
        faults.append(f"{counted(len(counts), 'outfit')} in {counted(len(dressed), 'picture')}")
    if share > options.max_share:
        faults.append(f"`{most}` in {counts[most]:,} of {len(dressed):,} pictures ({share:.0%})")
    if faults:
        yield Violation(
            message="; ".join(faults),
            evidence={"pictures": len(dressed), "outfits": dict(counts), "share": round(share, 4)},
            advice=f"show the character in {options.min_outfits} outfits or more, none of them in "
            f"over {options.max_share:.0%} of the pictures",
            paths=tuple(picture.path for picture in dataset.fed if picture.path in dressed),
        )
