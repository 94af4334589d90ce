"""Embeddings of the pictures that were looked at, for likenesses and search; never committed.

Shape legend: n pictures, d numbers of an embedding.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from curate.classify.classifier import Embeddings
from curate.store import Store
from rules.records import write_atomically

FOLDER = "embeddings"
TENSOR, KEYS = "embeddings", "sha256"


def load_embeddings(store: Store, classifier: str) -> dict[str, Embeddings]:
    """sha256 -> embedding (d,) of unit length; empty where none are kept, or the file is torn."""
    try:
        with safe_open(_path(store, classifier), framework="np") as file:
            keys = json.loads((file.metadata() or {}).get(KEYS, "[]"))
            embeddings_nd = file.get_tensor(TENSOR)
    except (OSError, SafetensorError, ValueError):  # only a memory: it can be made anew
        return {}
    if embeddings_nd.ndim != 2 or len(keys) != len(embeddings_nd):  # noqa: PLR2004 - n and d
        return {}
    return dict(zip(keys, embeddings_nd, strict=True))


def save_embeddings(store: Store, classifier: str, embeddings: Mapping[str, Embeddings]) -> None:
    """Keep them in place of those that were kept.

    Raises:
        OSError: the disk is full; the old file is whole.
    """
    path = _path(store, classifier)
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = sorted(embeddings)
    whole_nd = np.stack([embeddings[key] for key in keys]).astype(np.float32)
    write_atomically(path, save({TENSOR: whole_nd}, metadata={KEYS: json.dumps(keys)}))


def _path(store: Store, classifier: str) -> Path:
    return store.folder / FOLDER / f"{classifier.replace(':', '-')}.safetensors"
