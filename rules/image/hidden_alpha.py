"""IMG005 hidden-alpha."""

from rules.model import Dataset
from rules.needs import DECODED, MEASURED
from rules.reach import within_reach_and_read
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How much transparency is too much."""

    max_share: float = option(0.001, "share of the pixels that may be less than opaque")


@rule("IMG005", Severity.WARNING, needs=(MEASURED, DECODED))
def hidden_alpha(dataset: Dataset, options: Options) -> Said:
    """Transparent pictures, whose background is decided by whoever removes the transparency.

    What it does:
        Measures the share of pixels that are not opaque, and the mean colour that is stored
        beneath them. A warning where the trainer drops the alpha channel, so that this colour
        shows; an info where it composites the picture on a colour.

    Why is this bad?
        An editor stores anything beneath transparent pixels: black, white, or the scribbles
        that were erased. Dropping alpha brings it back, with hard edges around the hair, and
        the LoRA learns that background with the character.

    Example:
        A cut-out figure on nothing is trained on black. Flatten it on the background that you
        want, and name that background in the caption.

    Source:
        The loading code of trainers, which convert to RGB without compositing. A share of 0.1%
        spares the soft rim that some exports leave; it is a choice, not a measurement.
    """
    dropped = dataset.trainer.pictures.alpha == "dropped"
    for picture in within_reach_and_read(dataset):
        share = picture.file.alpha_share if picture.file else None
        if picture.file is None or share is None or share <= options.max_share:
            continue
        hidden = picture.file.hidden_colour
        colour = "#{:02x}{:02x}{:02x}".format(*hidden) if hidden else None
        yield Violation(
            message=f"{share:.1%} of the pixels are not opaque; "
            + (
                f"{dataset.trainer.id} drops alpha and shows what lies beneath, "
                f"{colour or 'a colour that was not measured'} on average"
                if dropped
                else f"{dataset.trainer.id} fills them with a colour of its own"
            ),
            evidence={"alpha_share": share, "hidden_colour": colour, "alpha_dropped": dropped},
            advice="flatten it on the background that you want, and name that in the caption",
            paths=(picture.path,),
            severity=Severity.WARNING if dropped else Severity.INFO,
            picture=picture.sha256,
        )
