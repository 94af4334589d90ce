"""CAP001 missing-caption."""

from rules.caption.consequences import SEVERITIES, consequence
from rules.caption.reach import in_need_of_captions, text_suffix, unread_sidecars
from rules.model import Dataset
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("CAP001", Severity.ERROR, profile="min")
def missing_caption(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures without a caption file.

    What it does:
        Looks beside each picture for the caption files that the trainer reads, and says what the
        trainer does where there is none. It is an error where the picture is lost or the run
        stops, a warning where the trainer makes do with other words. A caption under a name that
        the trainer does not read is CAP004's.

    Why is this bad?
        One trainer drops the picture without a word, another trains it on the folder's name or
        on nothing. All three are easily taken for a full set: the steps are counted differently
        and the character is learned from fewer pictures, or without her trigger.

    Example:
        `bust/0007.png` without `bust/0007.txt`. Write the caption, or take the picture out.

    Source:
        The trainers' sources, named in their profiles (`captions.missing`).
    """
    handling = dataset.trainer.captions
    wanted = [f"`{suffix}`" for suffix in handling.suffixes]
    names = " or ".join(filter(None, [", ".join(wanted[:-1]), wanted[-1]]))
    for picture in in_need_of_captions(dataset):
        if picture.fed_sidecar is not None or unread_sidecars(picture):
            continue
        yield Violation(
            message=f"no caption in {names}: {consequence(dataset, picture, handling.missing)}",
            evidence={"read": list(handling.suffixes), "then": handling.missing},
            advice=f"write its caption into a `{text_suffix(dataset)}` file of its name, "
            "or move the picture out of the set",
            paths=(picture.path,),
            severity=SEVERITIES[handling.missing],
            picture=picture.sha256,
        )
