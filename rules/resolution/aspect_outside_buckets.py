"""RES005 aspect-outside-buckets."""

from rules.model import Dataset
from rules.needs import PLACED
from rules.profiles import Buckets
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("RES005", Severity.WARNING, needs=(PLACED,))
def aspect_outside_buckets(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures longer or narrower than any bucket of the trainer.

    What it does:
        Compares the longer side over the shorter one with the most extreme format for which the
        trainer's profile has a bucket. A trainer that does not enlarge pictures gives each one
        the bucket of its own size, so there is no limit.

    Why is this bad?
        There is no bucket that fits, so such a picture is always cut, at the end where the head
        or the feet are, and a trainer with another list of buckets cuts it in another way.

    Example:
        A turnaround sheet of 3:1 meets a limit of 2:1. Cut the sheet into its figures and
        caption each one.

    Source:
        The bucket limits of the trainers; see the references of the trainer's profile.
    """
    if not dataset.trainer.buckets.upscale:
        return
    limit = _limit(dataset.trainer.buckets, dataset.resolution)
    for picture in dataset.fed:
        if picture.size is None:
            continue
        width, height = picture.size
        aspect = max(width, height) / min(width, height)
        if aspect <= limit:
            continue
        yield Violation(
            message=f"{width}x{height} is {_ratio(aspect, width, height)}, beyond the "
            f"{_ratio(limit, width, height)} of the buckets of {dataset.trainer.id}",
            evidence={
                "width": width,
                "height": height,
                "aspect": round(aspect, 4),
                "limit": round(limit, 4),
            },
            advice="crop it, cut it into several pictures, or extend its background at the "
            f"{'sides' if height > width else 'top and bottom'}",
            paths=(picture.path,),
            picture=picture.sha256,
        )


def _limit(buckets: Buckets, resolution: int) -> float:
    """Longer to shorter side of the most extreme bucket."""
    if buckets.strategy != "under_area":
        return buckets.max_aspect
    return min(buckets.max_side, resolution**2 / buckets.min_side) / buckets.min_side


def _ratio(aspect: float, width: int, height: int) -> str:
    return f"1:{aspect:.2f}" if height > width else f"{aspect:.2f}:1"
