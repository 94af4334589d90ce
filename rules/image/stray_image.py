"""IMG009 stray-image."""

from pathlib import PurePosixPath

from rules.model import Dataset
from rules.reach import HIDDEN, lies_under
from rules.records import record
from rules.registry import option, rule
from rules.spec import Tags
from rules.violation import Said, Severity, Violation


@record
class Options:
    """Which folders hold what shall not be trained."""

    folders: Tags = option(
        (HIDDEN, "rejected", "backup", "reg", "regularization", "regularisation"),
        "names of folders, lower case; `.*` is any hidden one",
    )


@rule("IMG009", Severity.ERROR, profile="min")
def stray_image(dataset: Dataset, options: Options) -> Said:
    """Pictures that were put aside and are trained all the same.

    What it does:
        Finds pictures under a folder that is hidden or named `rejected`, `backup` or `reg`, where
        the trainer walks into it like into any other.

    Why is this bad?
        You took these pictures out for a reason, and the trainer puts them back in: bad hands,
        old versions, second copies of everything that you mended. Regularisation pictures, which
        show other people, become pictures of the character. Nothing in its output says so.

    Example:
        `rejected/hands-07.png` is trained. Move `rejected/` out of the dataset's folder.

    Source:
        The file walk of trainers: some take every folder beneath the dataset.
    """
    for picture in dataset.fed:
        if not lies_under(picture.path, options.folders):
            continue
        folder = str(PurePosixPath(picture.path).parent)
        yield Violation(
            message=f"1 picture under `{folder}/`, which {dataset.trainer.id} trains like any "
            "other folder",
            evidence={"folder": folder, "repeats": picture.repeats},
            advice=f"move `{folder}/` out of the dataset's folder",
            paths=(picture.path,),
            picture=picture.sha256,
        )
