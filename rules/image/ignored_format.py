"""IMG003 ignored-format."""

from rules.model import Dataset
from rules.quoting import quoted
from rules.reach import stem, within_reach
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("IMG003", Severity.ERROR, profile="min")
def ignored_format(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures in a format that the trainer does not read.

    What it does:
        Compares the suffix of each picture with those that the trainer's profile lists. Where
        a picture of the same name with a suffix that it reads lies beside the file, the file
        looks like the original of an export: that is an info only.

    Why is this bad?
        The trainer lists its files by suffix and says nothing about the others: the picture is
        not in the training at all, its caption neither, and the step count is lower than
        planned.

    Example:
        `turnaround-back.avif` is the only back view of the set. Export it as PNG.

    Source:
        The trainers' own lists of suffixes; see the references of the trainer's profile.
    """
    read = dataset.trainer.pictures.suffixes
    pictures = within_reach(dataset)
    exported = {stem(p) for p in pictures if p.suffix in read}
    for picture in pictures:
        if picture.suffix in read:
            continue
        twin = stem(picture) in exported
        yield Violation(
            message=f"`{picture.suffix}` is none of the {len(read)} suffixes that "
            f"{dataset.trainer.id} reads"
            + (", but an export lies beside it" if twin else ": the picture is not trained"),
            evidence={"suffix": picture.suffix, "read": list(read), "export_beside": twin},
            advice="keep originals outside of the dataset"
            if twin
            else f"export it as one of {quoted(read)}",
            paths=(picture.path,),
            severity=Severity.INFO if twin else Severity.ERROR,
            picture=picture.sha256,
        )
