"""The map of pictures that look alike: embeddings or perceptual hashes on a plane.

Shape legend: n pictures, d numbers that tell what each looks like.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from curate.browse.library import OURS
from curate.browse.views import MAP

Points = np.ndarray[tuple[int, int], np.dtype[np.float64]]
LEAST_PICTURES = 3
HASH_BITS = 64


HASHES = "Perceptual hashes"
EMBEDDINGS = "Embeddings"


def plane(hashes: Sequence[str]) -> Points:
    """Where pictures lie by their 64-bit hashes, (n, 2)."""
    return components(
        np.unpackbits(
            np.frombuffer(b"".join(map(bytes.fromhex, hashes)), dtype=np.uint8).reshape(-1, 8),
            axis=1,
        )
    )


def components(values_nd: np.ndarray[Any, Any]) -> Points:
    """Two principal components (n, 2); pictures that look alike lie together.

    Source: Jolliffe, Principal Component Analysis, 2002, by the d x d covariance, so that
    100,000 pictures cost no more than their reading.
    """
    centred = values_nd.astype(np.float64) - values_nd.mean(axis=0, dtype=np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes_ = vectors[:, :-3:-1]
    # The sign of an eigenvector is the library's whim: the largest part points up.
    axes_ = axes_ * np.sign(axes_[np.abs(axes_).argmax(axis=0), [0, 1]])
    return np.asarray(centred @ axes_, dtype=np.float64)


def draw_map(dataset: Any, embeddings: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Keep the map in step with the pictures.

    Args:
        dataset: of FiftyOne.
        embeddings: sha256 -> embedding (d,); they count where every picture has one.
    """
    from fiftyone import brain  # type: ignore[import-untyped]  # noqa: PLC0415 - seconds

    ids, hashes, contents = (
        dataset.exists("file_phash").values(["id", "file_phash", "sha256"])
        if ("file_phash" in dataset.get_field_schema())
        else ([], [], [])
    )
    seen = bool(contents) and all(content in embeddings for content in contents)
    basis = EMBEDDINGS if seen else HASHES
    keys = contents if seen else hashes
    said = "".join(map("".join, zip(ids, keys, strict=True)))
    mark = hashlib.sha256(f"{basis}{said}".encode()).hexdigest()
    told = dict(dataset.info.get(OURS, {}))
    there = MAP in dataset.list_brain_runs()
    if there and told.get("map") == mark:
        return
    if there:
        dataset.delete_brain_run(MAP)
    if len(ids) >= LEAST_PICTURES:
        points = components(np.stack([embeddings[key] for key in keys])) if seen else plane(hashes)
        brain.compute_visualization(
            dataset.select(ids, ordered=True), points=points, brain_key=MAP, method="manual"
        )
    dataset.info = {**dataset.info, OURS: {**told, "map": mark, "map_of": basis}}
    dataset.save()
