"""The bucket, scale and centre crop that a trainer profile gives to a picture of some size."""

import math
from functools import cache

from rules.model import Placement
from rules.profiles import Buckets


@cache
def bucket_sizes(buckets: Buckets, resolution: int) -> tuple[tuple[int, int], ...]:
    """Every training size of a profile, as (width, height) in pixels, ordered."""
    if buckets.strategy == "log_aspect":
        return _log_aspect_sizes(buckets, resolution)
    area = resolution**2
    sides = range(buckets.min_side, buckets.max_side + 1, buckets.step)
    if buckets.strategy == "area_band":
        low, high = area * (1 - buckets.area_tolerance), area * (1 + buckets.area_tolerance)
        sizes = {
            (width, height)
            for width in sides
            for height in sides
            if low <= width * height <= high
            and max(width, height) <= buckets.max_aspect * min(width, height)
        }
    else:
        square = resolution // buckets.step * buckets.step
        sizes = {(square, square)}
        for width in sides:
            height = min(buckets.max_side, area // width // buckets.step * buckets.step)
            if height >= buckets.min_side:
                sizes |= {(width, height), (height, width)}
    return tuple(sorted(sizes)) or ((resolution, resolution),)


def _log_aspect_sizes(buckets: Buckets, resolution: int) -> tuple[tuple[int, int], ...]:
    span = math.log(buckets.max_aspect)
    sizes = set()
    for i in range(buckets.count):
        aspect = math.exp(span * (2 * i / (buckets.count - 1) - 1)) if buckets.count > 1 else 1.0
        width = round(resolution * math.sqrt(aspect) / buckets.step) * buckets.step
        height = round(resolution / math.sqrt(aspect) / buckets.step) * buckets.step
        sizes.add((width, height))
    return tuple(sorted(sizes))


@cache
def place(size: tuple[int, int], buckets: Buckets, resolution: int) -> Placement:
    """Simulate what the trainer does with a picture.

    Args:
        size: width and height of the picture as the trainer reads it, in pixels.
        buckets: the profile's rule.
        resolution: side of the square whose area is trained, in pixels.
    """
    width, height = size
    if not buckets.upscale and width * height <= resolution**2:
        bucket = (
            max(buckets.step, width // buckets.step * buckets.step),
            max(buckets.step, height // buckets.step * buckets.step),
        )
    else:
        aspect = width / height
        bucket = min(
            bucket_sizes(buckets, resolution),
            key=lambda wh: (abs(_distance(wh, aspect, buckets)), -wh[0] * wh[1]),
        )
    scale = max(bucket[0] / width, bucket[1] / height)
    if not buckets.upscale:
        scale = min(scale, 1.0)
    kept_width, kept_height = min(width, bucket[0] / scale), min(height, bucket[1] / scale)
    left, top = (width - kept_width) / 2, (height - kept_height) / 2
    return Placement(
        bucket=bucket,
        scale=scale,
        crop=(left, top, left + kept_width, top + kept_height),
        lost=1 - kept_width * kept_height / (width * height),
    )


def _distance(bucket: tuple[int, int], aspect: float, buckets: Buckets) -> float:
    """How far a bucket's aspect is from the picture's, in the trainer's own measure."""
    own = bucket[0] / bucket[1]
    return math.log(own / aspect) if buckets.strategy == "log_aspect" else own - aspect
