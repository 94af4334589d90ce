"""RES002 upscaled-by-bucket."""

from rules.model import Dataset
from rules.needs import PLACED
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How much enlargement is too much."""

    info_scale: float = option(1.05, "training pixels per stored pixel, over which it is an info")
    warning_scale: float = option(1.25, "training pixels per stored pixel, from which it warns")
    error_scale: float = option(1.5, "training pixels per stored pixel, from which it is an error")


@rule("RES002", Severity.WARNING, needs=(PLACED,))
def upscaled_by_bucket(dataset: Dataset, options: Options) -> Said:
    """Pictures that the trainer enlarges to fill their bucket.

    What it does:
        Simulates the bucket of each picture and the scale at which it fills it. Over
        `info_scale` is an info, `warning_scale` and more a warning, `error_scale` and more an
        error.

    Why is this bad?
        An enlarged picture has soft lines and no fine detail, and the LoRA learns that softness
        as part of the character. It shows first in eyes and hair, where the detail was.

    Example:
        495x495 is trained at 1024x1024: 2.07 training pixels for each one in the file.

    Source:
        The bucket code of the trainers: scale = max(bucket width / width, bucket height /
        height). The account that this linter grew from had 26 busts at 2.07. At 1.25 one pixel
        in five of a line is made up, at 1.5 one in three; nobody measured where it starts to
        show. Up to 1.05 it is left unsaid: hardly any size is a bucket's own to the pixel.
    """
    for picture in dataset.fed:
        placement = picture.placement
        if picture.size is None or placement is None or placement.scale <= options.info_scale:
            continue
        scale = placement.scale
        if scale >= options.error_scale:
            severity = Severity.ERROR
        elif scale >= options.warning_scale:
            severity = Severity.WARNING
        else:
            severity = Severity.INFO
        (width, height), (bucket_width, bucket_height) = picture.size, placement.bucket
        yield Violation(
            message=f"{width}x{height} is enlarged {scale:.2f} times to fill "
            f"{bucket_width}x{bucket_height}",
            evidence={
                "width": width,
                "height": height,
                "bucket": [bucket_width, bucket_height],
                "scale": round(scale, 4),
            },
            advice=f"export it at {bucket_width}x{bucket_height} or larger from its original",
            paths=(picture.path,),
            severity=severity,
            picture=picture.sha256,
        )
