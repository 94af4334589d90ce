"""Embeddings of drawn, trained and held-out pictures, one file a classifier; no pickle.

Shape legend: n pictures, d numbers of an embedding.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.records import write_atomically

FOLDER, TENSOR, NAMES = "embeddings", "embeddings", "names"


def save_vectors(folder: Path, judge: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Add embeddings to those that are kept; raises OSError."""
    from safetensors.numpy import save

    both = {**load_vectors(folder, judge), **vectors}
    names = sorted(both)
    whole_nd = np.stack([both[name] for name in names]).astype(np.float32)
    path = _path(folder, judge)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, save({TENSOR: whole_nd}, metadata={NAMES: json.dumps(names)}))


def load_vectors(folder: Path, judge: str) -> dict[str, NDArray[Any]]:
    """Name -> embedding of unit length; empty where none are kept, or the file is torn."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(_path(folder, judge), framework="np") as file:
            names = json.loads((file.metadata() or {}).get(NAMES, "[]"))
            whole_nd = file.get_tensor(TENSOR)
    except (OSError, SafetensorError, ValueError):  # only a memory: it can be made anew
        return {}
    if whole_nd.ndim != 2 or len(names) != len(whole_nd):  # noqa: PLR2004 - n and d
        return {}
    return dict(zip(names, whole_nd, strict=True))


def classifiers_in(folder: Path) -> list[str]:
    """Files of embeddings, the fullest first."""
    files = sorted((folder / FOLDER).glob("*.safetensors"), key=lambda path: -path.stat().st_size)
    return [path.stem for path in files]


def _path(folder: Path, judge: str) -> Path:
    return folder / FOLDER / f"{judge.replace(':', '-').replace('/', '-')}.safetensors"
