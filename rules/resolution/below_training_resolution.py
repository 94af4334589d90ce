"""RES001 below-training-resolution."""

import math

from rules.model import Dataset
from rules.needs import SIZE
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When a picture is too small."""

    min_area: float = option(0.9, "least area, as a share of the training resolution squared")
    error_side: int = option(512, "square root of the area, in pixels, under which it is an error")


@rule("RES001", Severity.WARNING, needs=(SIZE,))
def below_training_resolution(dataset: Dataset, options: Options) -> Said:
    """Pictures with fewer pixels than the LoRA is trained at.

    What it does:
        Compares the area of each picture with the square of the training resolution. Under
        `min_area` of it is a warning; a picture whose equivalent square is smaller than
        `error_side` is an error. 832x1216 holds 96% of 1024 squared and passes.

    Why is this bad?
        The trainer enlarges the picture to its bucket. What is not in the file cannot be
        learned: lashes, irises and strands come out as smooth as the enlargement made them.

    Example:
        A bust of 495x495 has 23% of the pixels of 1024x1024. Draw or export it again at
        1024x1024.

    Source:
        The account that this linter grew from: 26 busts at about 495 px, with the identity's
        detail in just those. The limits follow from the 1024 family of buckets.
    """
    wanted = dataset.resolution**2
    least = math.ceil(options.min_area * wanted)
    for picture in dataset.fed:
        if picture.size is None:
            continue
        width, height = picture.size
        area = width * height / wanted
        if area >= options.min_area:
            continue
        side = math.sqrt(width * height)
        yield Violation(
            message=(
                f"{width}x{height} holds {area:.0%} of the pixels of "
                f"{dataset.resolution}x{dataset.resolution} (shorter side {min(width, height)} px)"
            ),
            evidence={
                "width": width,
                "height": height,
                "area_share": round(area, 4),
                "short_side": min(width, height),
                "resolution": dataset.resolution,
            },
            advice=f"export or draw it again with at least {least:,} pixels; "
            "enlarging the file adds none",
            paths=(picture.path,),
            severity=Severity.ERROR if side < options.error_side else Severity.WARNING,
            picture=picture.sha256,
        )
