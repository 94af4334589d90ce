"""Words find pictures: the nearest embeddings first."""

from pathlib import Path

import numpy as np
import pytest
from support.eyes import tiny_embedded
from support.folders import dataset

from curate.classify import naming
from curate.classify.embedded import Embedded
from curate.classify.embeddings import load_embeddings
from curate.classify.search import rank, search, text_embedding
from curate.session import open_dataset


def test_the_nearest_come_first_and_ties_are_by_name() -> None:
    known = {
        "far": np.array([0.0, 1.0], np.float32),
        "near": np.array([1.0, 0.0], np.float32),
        "also near": np.array([1.0, 0.0], np.float32),
        "between": np.array([0.6, 0.8], np.float32),
    }
    wanted = np.array([1.0, 0.0], np.float32)
    assert rank(known, wanted) == [
        ("also near", 1.0),
        ("near", 1.0),
        ("between", 0.6),
        ("far", 0.0),
    ]
    assert rank(known, wanted, limit=1) == [("also near", 1.0)]
    assert rank({}, wanted) == []


def test_a_text_is_compared_with_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "FOLDER", tiny_embedded(tmp_path / "model"))
    monkeypatch.delenv("CURATE_CLASSIFIER")
    session = open_dataset(str(dataset(tmp_path / "set", {"a": "tk", "b": "tk", "c": "tk"})))
    eyes = Embedded()
    found = search(eyes.clip, session.store, eyes.id, "a girl seen from behind", limit=2)
    wanted = text_embedding(eyes.clip, "a girl seen from behind")
    kept = load_embeddings(session.store, eyes.id)
    likeness = {sha: float(embedding @ wanted) for sha, embedding in kept.items()}
    best = sorted(likeness, key=lambda sha: -likeness[sha])[:2]
    assert [sha for sha, _ in found] == best
    assert found[0][1] == pytest.approx(likeness[best[0]], abs=1e-5)
    assert np.linalg.norm(wanted) == pytest.approx(1.0)
