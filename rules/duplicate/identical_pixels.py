"""DUP001 identical-pixels."""

from collections import defaultdict

from rules.model import Dataset, Picture
from rules.needs import MEASURED, PIXELS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("DUP001", Severity.ERROR, needs=(MEASURED, PIXELS))
def identical_pixels(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Files that decode to exactly the same picture.

    What it does:
        Groups the pictures that are trained by a hash of their decoded pixels, so that a copy is
        found under another name, with other metadata or as another lossless format. It also
        counts how many different captions the copies have.

    Why is this bad?
        The copy doubles the weight of one pose and one expression against all others, and
        nobody decided that. With two captions for one picture the LoRA is told two things about
        the same pixels.

    Example:
        `007.png` and `007 (1).png`. Delete one. If a picture shall weigh more, put it into a
        folder with more repeats, where everybody can see it.

    Source:
        Checks of other dataset linters; copies that browsers and converters leave behind.
    """
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in dataset.fed:
        if picture.file is not None and picture.file.pixels is not None:
            groups[picture.file.pixels].append(picture)
    for pixels, pictures in groups.items():
        if len(pictures) == 1:
            continue
        captions = len({picture.caption.text.strip() for picture in pictures if picture.caption})
        yield Violation(
            message=f"{len(pictures)} of {counted(len(dataset.fed), 'picture')} hold the same "
            "pixels" + (f" under {captions} different captions" if captions > 1 else ""),
            evidence={
                "pictures": len(pictures),
                "total": len(dataset.fed),
                "captions": captions,
                "pixels": pixels,
            },
            advice="keep one of them; give it more repeats if it shall weigh more",
            paths=tuple(picture.path for picture in pictures),
            key=pixels,
        )
