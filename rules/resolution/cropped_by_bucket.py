"""RES004 cropped-by-bucket."""

from rules.known_labels import label_of
from rules.model import Dataset, Placement
from rules.needs import PLACED
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How much of a picture may be cut off."""

    warning_lost: float = option(0.05, "share of the picture's area, above which it warns")
    error_lost: float = option(0.15, "share of the picture's area, above which it is an error")


@rule("RES004", Severity.WARNING, needs=(PLACED,))
def cropped_by_bucket(dataset: Dataset, options: Options) -> Said:
    """Pictures of which the trainer cuts off a part to fit them into their bucket.

    What it does:
        Simulates the bucket of each picture and the crop about its centre. Where the top and
        the bottom of a full body are cut, the finding says so.

    Why is this bad?
        The caption says `full body` and the trained picture has no feet: the LoRA learns that a
        full body ends at the ankles, and heads that touch the upper edge. What is cut was
        drawn and captioned for nothing.

    Example:
        A full body of 1:3 loses a third of its height to a bucket of 1:2. Add background at its
        sides until the format is 1:2.

    Source:
        The bucket code of the trainers: fill the bucket, cut the rest evenly from both sides.
        5% and 15% are choices: a margin, and more than a margin.
    """
    for picture in dataset.fed:
        placement = picture.placement
        if picture.size is None or placement is None or placement.lost <= options.warning_lost:
            continue
        (width, height), (bucket_width, bucket_height) = picture.size, placement.bucket
        upright = placement.crop[1] > placement.crop[0]
        beheads = upright and label_of(picture.framing) == "full"
        yield Violation(
            message=f"{placement.lost:.0%} of {width}x{height} is cut off for "
            f"{bucket_width}x{bucket_height}: {_cut(placement, upright=upright)}"
            + (", where a full body has its head and feet" if beheads else ""),
            evidence={
                "width": width,
                "height": height,
                "bucket": [bucket_width, bucket_height],
                "lost": round(placement.lost, 4),
                "head_or_feet": beheads,
            },
            advice=f"extend the background at its {'sides' if upright else 'top and bottom'}, or "
            "crop it yourself to the format of a bucket",
            paths=(picture.path,),
            severity=(Severity.ERROR if placement.lost > options.error_lost else Severity.WARNING),
            picture=picture.sha256,
        )


def _cut(placement: Placement, *, upright: bool) -> str:
    left, top = placement.crop[:2]
    return f"{top:.0f} px at top and bottom" if upright else f"{left:.0f} px at left and right"
