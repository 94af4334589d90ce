"""Both looks at a picture, and the threads that must not stand in their way."""

import numpy as np
import pytest
from support.eyes import tiny_embedded
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

from curate.classify.blas import one_blas_thread
from curate.classify.embedded import Embedded


def test_the_second_half_is_the_look_at_the_mirror_image(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clip = Embedded(tiny_embedded(tmp_path_factory.mktemp("eyes"))).clip
    dice = np.random.default_rng(1)
    squares = list(dice.integers(0, 256, (3, clip.side, clip.side, 3), np.uint8))
    mirrored = [np.ascontiguousarray(np.fliplr(square)) for square in squares]
    both_nd = clip.encode_both_ways(squares)
    one_nd, other_nd = np.split(both_nd, 2, axis=1)
    assert both_nd.dtype == np.float32
    np.testing.assert_allclose(one_nd, clip.encode_pictures(squares), atol=1e-5)
    np.testing.assert_allclose(other_nd, clip.encode_pictures(mirrored), atol=1e-5)


def test_blas_has_its_threads_back_behind_a_small_product() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    before = threads()
    with one_blas_thread():
        assert threads() == {1}
    assert threads() == before
