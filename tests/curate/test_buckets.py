"""The simulated bucket, scale and crop of every trainer profile."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.buckets import bucket_sizes, place, steps_per_epoch
from rules.finding_profiles import known_trainers, load_trainer
from rules.model import Placement
from rules.profiles import Buckets, Trainer
from rules.spec import TrainerChoice

sides = st.integers(1, 20_000)
profiles = st.sampled_from(known_trainers())


def trainer(profile: str, *, upscale: bool = True) -> Trainer:
    return load_trainer(TrainerChoice(profile=profile, upscale=upscale))


def placed(profile: str, width: int, height: int, *, upscale: bool = True) -> Placement:
    return place((width, height), trainer(profile, upscale=upscale).buckets, 1024)


@pytest.mark.parametrize(
    ("profile", "size", "bucket", "scale", "lost"),
    [
        ("anima-lora-toolkit", (495, 495), (1024, 1024), 2.07, 0.0),
        ("anima-lora-toolkit", (600, 1500), (704, 1408), 1.17, 0.20),
        ("anima-lora-toolkit", (600, 1800), (704, 1408), 1.17, 0.33),
        ("anima-lora-toolkit", (832, 1216), (832, 1216), 1.0, 0.0),
        ("anima-lora-toolkit", (512, 704), (832, 1152), 1.64, 0.01),
        ("builtin", (832, 1216), (832, 1216), 1.0, 0.0),
        ("sd-scripts", (832, 1216), (832, 1216), 1.0, 0.0),
        ("sd-scripts", (495, 495), (1024, 1024), 2.07, 0.0),
        ("sd-scripts", (600, 1500), (640, 1600), 1.07, 0.0),
        ("sd-scripts", (3000, 4000), (896, 1152), 0.30, 0.04),
        ("diffusion-pipe", (1024, 1024), (1024, 1024), 1.0, 0.0),
        ("diffusion-pipe", (832, 1216), (816, 1296), 1.07, 0.08),
        ("diffusion-pipe", (600, 1800), (720, 1456), 1.2, 0.33),
    ],
)
def test_a_picture_of_a_known_size_lands_in_its_known_bucket(
    profile: str, size: tuple[int, int], bucket: tuple[int, int], scale: float, lost: float
) -> None:
    placement = placed(profile, *size)
    assert placement.bucket == bucket
    assert round(placement.scale, 2) == scale
    assert round(placement.lost, 2) == lost


@pytest.mark.parametrize(
    ("size", "bucket", "scale", "crop"),
    [
        ((495, 495), (448, 448), 1.0, (23.5, 23.5, 471.5, 471.5)),
        ((832, 1216), (832, 1216), 1.0, (0, 0, 832, 1216)),
        ((2048, 2048), (1024, 1024), 0.5, (0, 0, 2048, 2048)),
        # 887x1182 would hold the area; 832 is the step below, and 1109 above it is cut to 1088.
        ((3000, 4000), (832, 1088), 832 / 3000, (0, 38.5, 3000, 3961.5)),
        ((40, 900), (64, 896), 1.0, (0, 2, 40, 898)),
    ],
)
def test_without_enlarging_a_picture_keeps_its_size_rounded_down_to_steps(
    size: tuple[int, int],
    bucket: tuple[int, int],
    scale: float,
    crop: tuple[float, float, float, float],
) -> None:
    placement = placed("sd-scripts", *size, upscale=False)
    assert placement.bucket == bucket
    assert placement.scale == pytest.approx(scale)
    assert placement.crop == pytest.approx(crop, abs=0.1)


def test_a_picture_of_a_buckets_very_size_keeps_it_beside_another_of_its_aspect() -> None:
    buckets = Buckets(strategy="under_area", min_side=256, max_side=512)
    assert {(512, 512), (1024, 1024)} <= set(bucket_sizes(buckets, 1024))
    assert place((1000, 1000), buckets, 1024).bucket == (512, 512)
    assert place((1024, 1024), buckets, 1024).bucket == (1024, 1024)


def test_the_first_of_two_equally_near_buckets_wins() -> None:
    buckets = Buckets(strategy="area_band", min_side=512, max_side=1024, area_tolerance=1.0)
    assert place((700, 700), buckets, 1024).bucket == (512, 512)


def test_a_band_without_any_size_falls_back_on_the_square() -> None:
    buckets = Buckets(strategy="area_band", min_side=512, max_side=640, area_tolerance=0.0)
    assert bucket_sizes(buckets, 1000) == ((1000, 1000),)


@pytest.mark.parametrize(
    ("resolution", "bucket"),
    [(1024, (832, 1216)), (512, (416, 608)), (256, (208, 304)), (128, (112, 160))],
)
def test_small_pictures_have_small_steps(resolution: int, bucket: tuple[int, int]) -> None:
    placement = place((832, 1216), trainer("builtin", upscale=True).buckets, resolution)
    assert placement.bucket == bucket
    assert placement.lost < 0.03


def test_a_single_aspect_is_the_square() -> None:
    assert bucket_sizes(Buckets(strategy="log_aspect", step=16, count=1), 512) == ((512, 512),)


@given(profiles, sides, sides, st.booleans(), st.sampled_from([512, 768, 1024, 1536]))
def test_every_crop_lies_in_its_picture_and_fills_its_bucket(
    profile: str,
    width: int,
    height: int,
    upscale: bool,  # noqa: FBT001 - hypothesis draws it
    resolution: int,
) -> None:
    buckets = trainer(profile, upscale=upscale).buckets
    placement = place((width, height), buckets, resolution)
    left, top, right, bottom = placement.crop
    assert 0 <= left < right <= width + 1e-6
    assert 0 <= top < bottom <= height + 1e-6
    assert placement.scale > 0
    assert 0 <= placement.lost < 1
    assert placement.lost == pytest.approx(
        1 - (right - left) * (bottom - top) / (width * height), abs=1e-9
    )
    step = min(buckets.step, 32) if buckets.least_step and resolution <= 512 else buckets.step
    assert all(side % step == 0 for side in placement.bucket)
    if upscale:
        assert placement.bucket in bucket_sizes(buckets, resolution)
        assert (right - left) * placement.scale == pytest.approx(placement.bucket[0])
        assert (bottom - top) * placement.scale == pytest.approx(placement.bucket[1])
    else:
        assert placement.scale <= 1


def with_batching(profile: str, batch: int, accumulation: int) -> Trainer:
    chosen = trainer(profile)
    batching = replace(chosen.batching, accumulation=accumulation)
    return replace(chosen, batch=batch, batching=batching)


@pytest.mark.parametrize(
    ("profile", "batch", "accumulation", "exposures", "steps"),
    [
        # 70 pictures shown 4 times, as in the account that the linter grew from.
        ("anima-lora-toolkit", 1, 4, [104, 176], 70),
        ("anima-lora-toolkit", 2, 4, [7, 4], 1),
        ("builtin", 1, 4, [3, 4], 1),
        ("builtin", 2, 2, [3, 3], 2),
        ("sd-scripts", 2, 1, [3, 3], 4),
        ("sd-scripts", 2, 3, [3, 3], 2),
        ("diffusion-pipe", 2, 2, [7, 3], 1),
    ],
)
def test_the_steps_of_an_epoch_follow_from_how_batches_are_made(
    profile: str, batch: int, accumulation: int, exposures: list[int], steps: int
) -> None:
    by_bucket = {(1024, 64 * i): count for i, count in enumerate(exposures, 1)}
    assert steps_per_epoch(with_batching(profile, batch, accumulation), by_bucket) == steps


def test_an_empty_epoch_has_no_steps() -> None:
    assert [steps_per_epoch(trainer(profile), {}) for profile in known_trainers()] == [0] * 4
