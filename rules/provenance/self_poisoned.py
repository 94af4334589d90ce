"""PRV001 self-poisoned."""

from rules.model import Dataset
from rules.needs import FAMILY, SOURCES
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How much of a set the base may have drawn itself."""

    error_share: float = option(0.5, "share of the trained pictures from which it is an error")


@rule("PRV001", Severity.WARNING, needs=(SOURCES, FAMILY))
def self_poisoned(dataset: Dataset, options: Options) -> Said:
    """Pictures that models of the trained base's own family have drawn.

    What it does:
        Counts the pictures whose source declares the family of the base that you train. One is
        a warning, `error_share` of all pictures an error.

    Why is this bad?
        The base already draws like that, so there is little left to learn: the loss is low from
        the start, training settles early, and what settles is the base's own face with its own
        faults, steadily, but not the face that you want.

    Example:
        A set of 91 pictures made with a model of the Anima family, for a LoRA on Anima. Have
        them redrawn by a generator of another family, or by hand.

    Source:
        The account that this linter grew from: 91 such pictures were done at epoch 20 with a
        stable face beside the target; 70 from elsewhere, on a sister of that base, came nearer
        to it. One character, two runs: a strong hint, no measurement of the limit.
    """
    family = dataset.base.family
    own = [
        picture
        for picture in dataset.fed
        if picture.source is not None
        and (picture.source.family or "").casefold() == family.casefold()
    ]
    if not own:
        return
    share = len(own) / len(dataset.fed)
    yield Violation(
        message=f"{len(own)} of {counted(len(dataset.fed), 'picture')} ({share:.0%}) come from "
        f"the family `{family}`, to which {dataset.base.title} belongs",
        evidence={
            "pictures": len(own),
            "total": len(dataset.fed),
            "share": round(share, 4),
            "family": family,
        },
        advice="replace them by pictures from another family of models, or by drawn ones",
        paths=tuple(picture.path for picture in own),
        severity=Severity.ERROR if share >= options.error_share else Severity.WARNING,
    )
