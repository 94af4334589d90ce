"""The bucket, scale and centre crop that a trainer profile gives to a picture of some size."""

import math
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from rules.model import Placement
from rules.profiles import Buckets, Trainer

# diffusion-pipe rounds its aspects before it compares them.
ASPECT_DIGITS = 3
# With fewer, the nearest aspect is far from most pictures.
STEPS_OF_A_SIDE = 8


class _Fit(NamedTuple):
    """A bucket, and the training pixels per stored pixel that lead to it."""

    bucket: tuple[int, int]
    scale: float


@cache
def bucket_sizes(buckets: Buckets, resolution: int) -> tuple[tuple[int, int], ...]:
    """Every training size of a profile, as (width, height) in pixels, ordered."""
    if buckets.strategy == "log_aspect":
        return tuple(sorted(set(_log_aspect_sizes(buckets, resolution).values())))
    if buckets.strategy == "under_area":
        return tuple(sorted(_sizes_under_area(buckets, resolution)))
    return tuple(sorted(_sizes_near_area(buckets, resolution))) or ((resolution, resolution),)


@cache
def place(size: tuple[int, int], buckets: Buckets, resolution: int) -> Placement:
    """Simulate what the trainer does with a picture.

    Args:
        size: width and height of the picture as the trainer reads it, in pixels.
        buckets: the profile's rule.
        resolution: side of the square whose area is trained, in pixels.
    """
    width, height = size
    fit = (
        _nearest(size, buckets, resolution) if buckets.upscale else _own(size, buckets, resolution)
    )
    kept_width = min(width, fit.bucket[0] / fit.scale)
    kept_height = min(height, fit.bucket[1] / fit.scale)
    left, top = (width - kept_width) / 2, (height - kept_height) / 2
    return Placement(
        bucket=fit.bucket,
        scale=fit.scale,
        crop=(left, top, left + kept_width, top + kept_height),
        lost=max(0.0, 1 - kept_width / width * (kept_height / height)),
    )


def steps_per_epoch(trainer: Trainer, exposures: Mapping[tuple[int, int], int]) -> int:
    """Steps of the optimiser in one epoch.

    Args:
        trainer: says how batches are made.
        exposures: bucket -> how often one epoch shows a picture in it.
    """
    batch, batching = trainer.batch, trainer.batching
    if batching.remainder == "bucket":
        whole = batch * batching.accumulation
        return sum(count // whole for count in exposures.values())
    counts = [sum(exposures.values())] if batching.mixed else exposures.values()
    batches = sum(-(-count // batch) for count in counts)
    if batching.remainder == "epoch":
        return batches // batching.accumulation
    return -(-batches // batching.accumulation)


def _sizes_near_area(buckets: Buckets, resolution: int) -> set[tuple[int, int]]:
    area = resolution**2
    sides = range(buckets.min_side, buckets.max_side + 1, _step(buckets, resolution))
    return {
        (width, height)
        for width in sides
        for height in sides
        if abs(width * height - area) / area <= buckets.area_tolerance
        and max(width, height) / min(width, height) <= buckets.max_aspect
    }


def _step(buckets: Buckets, resolution: int) -> int:
    step = buckets.step
    while buckets.least_step and step > buckets.least_step and resolution <= STEPS_OF_A_SIDE * step:
        step //= 2
    return step


def _sizes_under_area(buckets: Buckets, resolution: int) -> set[tuple[int, int]]:
    area, step = resolution**2, buckets.step
    square = max(step, resolution // step * step)
    sizes = {(square, square)}
    for width in range(buckets.min_side, buckets.max_side + 1, step):
        height = min(buckets.max_side, area // width // step * step)
        if height >= buckets.min_side:
            sizes |= {(width, height), (height, width)}
    return sizes


@cache
def _log_aspect_sizes(buckets: Buckets, resolution: int) -> Mapping[float, tuple[int, int]]:
    """Aspect -> training size, from upright to lying."""
    sizes = {}
    for i in range(buckets.count):
        exponent = 2 * i / (buckets.count - 1) - 1 if buckets.count > 1 else 0
        aspect = round(buckets.max_aspect**exponent, ASPECT_DIGITS)
        width = math.sqrt(resolution**2 * aspect)
        sizes[aspect] = (
            _nearest_step(width, buckets.step),
            _nearest_step(resolution**2 / width, buckets.step),
        )
    return sizes


def _nearest_step(side: float, step: int) -> int:
    return max(1, round(side / step)) * step


def _nearest(size: tuple[int, int], buckets: Buckets, resolution: int) -> _Fit:
    """The bucket nearest in aspect, which the picture is enlarged or reduced to cover."""
    width, height = size
    if buckets.strategy == "log_aspect":
        by_aspect = _log_aspect_sizes(buckets, resolution)
        aspect = math.log(width / height)
        bucket = by_aspect[min(by_aspect, key=lambda own: abs(aspect - math.log(own)))]
    else:
        sizes = bucket_sizes(buckets, resolution)
        # Among equally near ones the first wins, as in the trainers' own loops.
        bucket = min(sizes, key=lambda own: abs(own[0] / own[1] - width / height))
        if buckets.strategy == "under_area" and size in sizes:
            bucket = size
    return _Fit(bucket, max(bucket[0] / width, bucket[1] / height))


def _own(size: tuple[int, int], buckets: Buckets, resolution: int) -> _Fit:
    """The picture's own size, reduced to the training area where larger, rounded down to steps."""
    width, height = size
    step, scale = buckets.step, 1.0
    if width * height > resolution**2:
        # A side thinner than a step would be enlarged to one; the trainers fail on it.
        scale = min(1.0, _reduction(width, height, resolution, step))
    resized = (_rounded(width * scale), _rounded(height * scale))
    return _Fit((_step_below(resized[0], step), _step_below(resized[1], step)), scale)


def _reduction(width: int, height: int, resolution: int, step: int) -> float:
    """Scale at which one side falls on a step, that side whose bucket has the nearer aspect."""
    aspect = width / height
    wide = _step_below(_rounded(resolution * math.sqrt(aspect)), step)
    high = _step_below(_rounded(resolution / math.sqrt(aspect)), step)
    by_width = wide / _step_below(_rounded(wide / aspect), step)
    by_height = _step_below(_rounded(high * aspect), step) / high
    if abs(by_width - aspect) < abs(by_height - aspect):
        return wide / width
    return high / height


def _step_below(side: int, step: int) -> int:
    return max(step, side // step * step)


def _rounded(side: float) -> int:
    return int(side + 0.5)
