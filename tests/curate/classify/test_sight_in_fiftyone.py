"""What classifiers saw shows in FiftyOne by itself: labels with confidence, abstentions apart."""

import json
from pathlib import Path

import numpy as np
from support.folders import dataset
from support.mongo import curate_as, needs_mongod, python

from curate.browse.look import components
from curate.classify.embeddings import save_embeddings
from curate.session import open_dataset
from rules.model import Evidence, Seen

# Nobody can look with it here, so what it saw stays as it is.
ID = "open_clip:tiny:mine:000000000000"
DUMP = """
import json
from curate.browse.connection import fiftyone
with fiftyone() as fo:
    dataset = fo.load_dataset("mine")
    fields = dataset.get_field_schema()
    told = {
        "types": {
            name: fields[name].document_type.__name__
            for name in ("pose", "seen_pose", "seen_upright")
        },
        "map_of": dataset.info["lora_curate"]["map_of"],
        "samples": {
            s.path: [
                [l.label, l.confidence, l.source, getattr(l, "guess", None)] if l else None
                for l in (s.pose, s.seen_pose, s.seen_upright)
            ] + [s.seen_figures, s.seen_classifier]
            for s in dataset
        },
    }
print(json.dumps(told))
"""


def see(folder: Path) -> None:
    """As if a classifier had looked: sure of a, unsure of b, and never at c."""
    session = open_dataset(str(folder), look=None)
    contents = {picture.path: picture.sha256 or "" for picture in session.dataset.pictures}

    def seen(label: str, p: float, *, abstained: bool) -> Seen:
        pose = Evidence(label=label, source="seen", p=p, abstained=abstained)
        upright = Evidence(label="not upright", source="seen", p=0.75)
        return Seen(classifier=ID, pose=pose, upright=upright, figures=1.0)

    told = {
        contents["a.png"]: seen("sit", 0.9, abstained=False),
        contents["b.png"]: seen("run", 0.3, abstained=True),
    }
    session.store.save_sights(ID, told)
    rng = np.random.default_rng(0)
    embeddings = {sha: rng.normal(size=8).astype(np.float32) for sha in contents.values()}
    save_embeddings(session.store, ID, embeddings)


def test_what_is_seen_arrives_with_its_confidence_and_abstentions_are_a_class(
    tmp_path: Path,
) -> None:
    needs_mongod()
    home, folder = tmp_path / "home", dataset(tmp_path / "mine", dict.fromkeys("abc", "tk"))
    see(folder)
    ran = curate_as(
        home, "index", str(folder), "--fiftyone", CURATE_CLASSIFIER="open_clip:tiny:mine"
    )
    assert ran.code == 0, ran.err
    dumped = python(DUMP, home)
    assert dumped.code == 0, dumped.err
    told = json.loads(dumped.out.splitlines()[-1])
    assert set(told["types"].values()) == {"Classification"}
    upright = ["not upright", 0.75, "seen", None]
    assert told["samples"]["a.png"] == [
        ["sit", 0.9, "seen", None],
        ["sit", 0.9, "seen", None],
        upright,
        1.0,
        ID,
    ]
    passed = ["abstained", 0.3, "seen", "run"]
    assert told["samples"]["b.png"] == [passed, passed, upright, 1.0, ID]
    assert told["samples"]["c.png"][0][0] == "unknown"
    assert told["samples"]["c.png"][1:] == [None, None, None, None]
    assert told["map_of"] == "Embeddings"


def test_the_map_is_that_of_two_principal_components() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 6)) * [5, 3, 1, 1, 1, 1]
    left, size, _ = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)
    expected = np.abs(left[:, :2] * size[:2])
    np.testing.assert_allclose(np.abs(components(values)), expected, rtol=1e-6)
