"""CAP003 orphan-caption."""

from rules.model import Dataset
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

# What people and scripts of trainers keep beside a set.
NO_CAPTIONS = frozenset("readme license credits notes prompts sample_prompts sample_prompt".split())


@rule("CAP003", Severity.WARNING)
def orphan_caption(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Caption files without a picture of the same name.

    What it does:
        Lists caption files beside which no picture has the same name up to the suffix. Where a
        name differs in capitals only, or the picture's suffix was left in (`a.png.txt`), it says
        which picture is probably meant. Files named `readme`, `license`, `credits`, `notes`,
        `prompts` or `sample_prompts` are no captions.

    Why is this bad?
        The picture was renamed, deleted or never copied. Either a caption is lost to a picture
        that now trains without one, or a picture is missing from the set.

    Example:
        `0012.txt` beside `0012_crop.png`. Rename one of them, or delete the caption.

    Source:
        Other tools' checks of caption files.
    """
    meant: dict[str, str] = {}
    for picture in dataset.pictures:
        path = picture.path.lower()
        meant.setdefault(path.removesuffix(picture.suffix), picture.path)
        meant.setdefault(path, picture.path)
    for sidecar in dataset.orphans:
        stem = sidecar.path[: -len(sidecar.suffix)] if sidecar.suffix else sidecar.path
        name = stem.rpartition("/")[2]
        likely = meant.get(stem.lower())
        if name.lower() in NO_CAPTIONS and not likely:
            continue
        yield Violation(
            message=f"0 pictures are named `{name}`"
            + (f"; `{likely}` is probably meant" if likely else ""),
            evidence={"pictures": 0, "likely": likely},
            advice=f"rename it after `{likely}`"
            if likely
            else "find its picture or rename one of them; delete the caption if it is over",
            paths=(sidecar.path,),
            key=sidecar.path,
        )
