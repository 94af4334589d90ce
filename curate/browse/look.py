"""The map of pictures that look alike: perceptual hashes on a plane, no model involved."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from curate.browse.library import OURS
from curate.browse.views import MAP

Points = np.ndarray[tuple[int, int], np.dtype[np.float64]]
LEAST_PICTURES = 3
HASH_BITS = 64


def plane(hashes: Sequence[str]) -> Points:
    """Two principal components of 64-bit hashes (N, 2); pictures that look alike lie together.

    Source: Jolliffe, Principal Component Analysis, 2002, by the 64 x 64 covariance, so that
    100,000 pictures cost no more than their reading.
    """
    bits = np.unpackbits(
        np.frombuffer(b"".join(map(bytes.fromhex, hashes)), dtype=np.uint8).reshape(-1, 8), axis=1
    )
    centred = bits.astype(np.float64) - bits.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes_ = vectors[:, :-3:-1]
    # The sign of an eigenvector is the library's whim: the largest part points up.
    axes_ = axes_ * np.sign(axes_[np.abs(axes_).argmax(axis=0), [0, 1]])
    return np.asarray(centred @ axes_, dtype=np.float64)


def draw_map(dataset: Any) -> None:
    """Keep the map in step with the pictures."""
    from fiftyone import brain  # type: ignore[import-untyped]  # noqa: PLC0415 - seconds

    ids, hashes = (
        dataset.exists("file_phash").values(["id", "file_phash"])
        if ("file_phash" in dataset.get_field_schema())
        else ([], [])
    )
    mark = hashlib.sha256("".join(map("".join, zip(ids, hashes, strict=True))).encode()).hexdigest()
    told = dict(dataset.info.get(OURS, {}))
    there = MAP in dataset.list_brain_runs()
    if there and told.get("map") == mark:
        return
    if there:
        dataset.delete_brain_run(MAP)
    if len(ids) >= LEAST_PICTURES:
        points = plane(hashes)
        brain.compute_visualization(
            dataset.select(ids, ordered=True), points=points, brain_key=MAP, method="manual"
        )
    dataset.info = {**dataset.info, OURS: {**told, "map": mark}}
    dataset.save()
