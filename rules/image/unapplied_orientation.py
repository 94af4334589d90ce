"""IMG004 unapplied-orientation."""

from rules.model import Dataset
from rules.needs import MEASURED
from rules.reach import within_reach_and_read
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

# What a viewer does to the stored pixels, by the EXIF standard.
TURNS = {
    2: "mirrored",
    3: "turned by 180 degrees",
    4: "mirrored and turned by 180 degrees",
    5: "mirrored and turned by 90 degrees",
    6: "turned by 90 degrees",
    7: "mirrored and turned by 270 degrees",
    8: "turned by 270 degrees",
}


@rule("IMG004", Severity.ERROR, needs=(MEASURED,), profile="min")
def unapplied_orientation(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures that you see upright and the trainer sees turned or mirrored.

    What it does:
        Finds pictures whose EXIF orientation is not 1, where the trainer's profile says that it
        reads the stored pixels and ignores the orientation.

    Why is this bad?
        Every viewer shows the picture upright, so nobody notices. The trainer gets a character
        lying on her side, in a bucket for the other format; a mirrored one teaches a side
        ponytail on both sides.

    Example:
        A scan with orientation 6 is stored lying. Save it with the rotation applied.

    Source:
        The loading code of trainers: most open a picture without transposing it.
    """
    if dataset.trainer.pictures.exif == "applied":
        return
    for picture in within_reach_and_read(dataset):
        turn = TURNS.get(picture.file.orientation) if picture.file else None
        if picture.file is None or turn is None:
            continue
        yield Violation(
            message=f"orientation {picture.file.orientation}: viewers show it {turn}, "
            f"{dataset.trainer.id} trains it as it is stored",
            evidence={"orientation": picture.file.orientation},
            advice="save it with the orientation applied, for instance by "
            "`mogrify -auto-orient` of ImageMagick",
            paths=(picture.path,),
            picture=picture.sha256,
        )
