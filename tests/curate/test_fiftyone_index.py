"""A folder and its FiftyOne dataset: upserted, reconciled, never mixed with another's."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.command import SCRIPT
from support.folders import dataset, draw
from support.mongo import curate_as, environment, needs_mongod, python

from curate.browse.fields import Label, label_of, rows
from curate.browse.look import plane
from curate.browse.samples import Entry, match
from curate.browse.views import paint, wanted_views
from curate.judging import judge
from curate.session import open_dataset
from rules.model import Evidence

ONLY_HERE = ("--bind_ip", "127.0.0.1", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25")
DUMP = """
import json, sys
from curate.browse.connection import fiftyone
with fiftyone() as fo:
    told = {}
    for name in fo.list_datasets():
        dataset = fo.load_dataset(name)
        told[name] = {
            "views": dataset.list_saved_views(),
            "workspaces": dataset.list_workspaces(),
            "brain": dataset.list_brain_runs(),
            "persistent": dataset.persistent,
            "samples": {
                s.path: {
                    "id": s.id, "tags": s.tags, "filepath": s.filepath, "pose": s.pose.label,
                    "source": s.pose.source, "findings": s.findings, "caption": s.caption,
                    "width": s.file_width, "metadata": s.metadata.width,
                }
                for s in dataset
            },
        }
print(json.dumps(told))
"""
TAG = """
import sys
from curate.browse.connection import fiftyone
with fiftyone() as fo:
    dataset = fo.load_dataset(sys.argv[1])
    for path, tag in zip(sys.argv[2::2], sys.argv[3::2]):
        dataset.match(fo.ViewField("path") == path).tag_samples(tag)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user with a private database."""
    needs_mongod()
    return tmp_path_factory.mktemp("home")


def _set(root: Path) -> Path:
    captions = {"a": "tk, full body, sitting", "b": "tk, blue_hair", "c": "tk, portrait"}
    return dataset(root, captions)


def _dump(home: Path) -> dict[str, Any]:
    ran = python(DUMP, home)
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out.splitlines()[-1])
    return told


def _index(home: Path, folder: Path, *more: str, uri: str = "") -> str:
    ran = curate_as(home, "index", str(folder), "--fiftyone", *more, FIFTYONE_DATABASE_URI=uri)
    assert ran.code == 0, ran.err
    return ran.out.splitlines()[-1]


def test_a_folder_becomes_a_persistent_dataset_and_stays_in_step(
    home: Path, tmp_path: Path
) -> None:
    folder = _set(tmp_path / "mine")
    assert _index(home, folder) == "FiftyOne dataset mine: 3 samples, 3 added"
    assert _index(home, folder) == "FiftyOne dataset mine: 3 samples, no change"
    mine = _dump(home)["mine"]
    first = mine["samples"]["a.png"]
    assert mine["persistent"]
    assert (first["pose"], first["source"], first["width"], first["metadata"]) == (
        "sit",
        "declared",
        64,
        64,
    )
    assert "TAG001" in mine["samples"]["b.png"]["findings"]
    assert {"pose sit", "finding TAG001", "unclassified"} <= set(mine["views"])
    assert mine["brain"] == ["phash_map"]
    assert mine["workspaces"] == ["pose distribution"]

    assert python(TAG, home, "mine", "a.png", "approve", "b.png", "label:pose=walk").code == 0
    (folder / "a.png").rename(folder / "renamed.png")
    (folder / "a.txt").rename(folder / "renamed.txt")
    (folder / "c.png").unlink()
    draw(folder / "b.png", seed=7)
    assert _index(home, folder) == (
        "FiftyOne dataset mine: 2 samples, 1 changed, 1 renamed, 1 removed"
    )
    samples = _dump(home)["mine"]["samples"]
    assert samples["renamed.png"]["id"] == first["id"]
    assert samples["renamed.png"]["tags"] == ["approve"]
    assert samples["renamed.png"]["filepath"] == str(folder / "renamed.png")
    assert samples["b.png"]["tags"] == ["was:label:pose=walk"]


def test_tags_of_the_app_become_approvals_labels_and_a_manifest(home: Path, tmp_path: Path) -> None:
    folder = _set(tmp_path / "decided")
    (folder / "dataset.yaml").write_text("subject: {trigger: tk}\nlint: {select: [TAG001]}\n")
    _index(home, folder)
    tags = ("a.png", "approve", "b.png", "reject:hand: six fingers", "c.png", "label:pose=upright")
    assert python(TAG, home, "decided", *tags).code == 0
    ran = curate_as(home, "approve", str(folder))
    assert (ran.code, ran.err) == (0, "")
    assert "2 decisions and 1 label from FiftyOne" in ran.out
    assert "2 pictures approved, 1 rejected, 2 by decision" in ran.out
    assert json.loads((folder / "labels.json").read_text())["c.png"]["pose"] == "upright"
    assert "hand: six fingers" in (folder / "approvals.yaml").read_text()
    _index(home, folder)
    samples = _dump(home)["decided"]["samples"]
    assert (samples["c.png"]["pose"], samples["c.png"]["source"]) == ("upright", "labelled")
    assert samples["c.png"]["tags"] == []
    # The file changed since: the App shows what it says, and both are in step.
    text = (folder / "approvals.yaml").read_text()
    (folder / "approvals.yaml").write_text(text.replace("decision: approve", "decision: reject"))
    _index(home, folder)
    assert _dump(home)["decided"]["samples"]["a.png"]["tags"] == ["reject"]
    # Both changed, and differently.
    (folder / "approvals.yaml").write_text("{}\n")
    assert python(TAG, home, "decided", "a.png", "reject:other").code == 0
    ran = curate_as(home, "approve", str(folder))
    assert ran.code == 2
    assert "a.png: approvals.yaml says None, FiftyOne says reject:other" in ran.err


def test_a_label_that_nobody_knows_is_refused_by_name(home: Path, tmp_path: Path) -> None:
    folder = _set(tmp_path / "typo")
    _index(home, folder)
    assert python(TAG, home, "typo", "a.png", "label:pose=uprigth").code == 0
    ran = curate_as(home, "approve", str(folder))
    assert (ran.code, "tags of a.png in FiftyOne: `pose`" in ran.err) == (2, True)


def test_another_folder_of_the_same_name_stays_apart(home: Path, tmp_path: Path) -> None:
    one, two = _set(tmp_path / "x" / "twin"), _set(tmp_path / "y" / "twin")
    assert _index(home, one).startswith("FiftyOne dataset twin:")
    assert _index(home, two).startswith("FiftyOne dataset twin-")
    assert _index(home, two, "--name", "twin").startswith("FiftyOne dataset twin: 3 samples, 3 ch")
    made = python(
        "from curate.browse.connection import fiftyone\n"
        "with fiftyone() as fo: fo.Dataset('theirs', persistent=True)",
        home,
    )
    assert made.code == 0, made.err
    ran = curate_as(home, "index", str(one), "--fiftyone", "--name", "theirs")
    assert (ran.code, "was not made from a folder by curate" in ran.err) == (2, True)


def test_a_name_that_is_no_utf_8_is_shown_through_a_link(home: Path, tmp_path: Path) -> None:
    folder = _set(tmp_path / "odd")
    odd = os.fsencode(folder) + b"/\xff\xfe.png"
    os.rename(os.fsencode(folder / "a.png"), odd)  # noqa: PTH104 - a name of any bytes
    _index(home, folder)
    sample = _dump(home)["odd"]["samples"]["\\xff\\xfe.png"]
    with open(sample["filepath"], "rb") as link, open(odd, "rb") as file:  # noqa: PTH123 - the same
        assert link.read() == file.read()


def test_four_indexes_from_cold_at_once_all_succeed(tmp_path: Path) -> None:
    needs_mongod()
    folders = [_set(tmp_path / f"set{n}") for n in range(4)]
    runs = [
        subprocess.Popen(
            [SCRIPT, "index", str(folder), "--fiftyone"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(tmp_path / "home"),
        )
        for folder in folders
    ]
    said = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0], said
    assert sorted(_dump(tmp_path / "home")) == ["set0", "set1", "set2", "set3"]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_an_external_mongod_serves_two_checkouts(tmp_path: Path) -> None:
    mongod = needs_mongod()
    (tmp_path / "db").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [mongod, "--dbpath", str(tmp_path / "db"), "--port", str(port), *ONLY_HERE],
        stdout=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end and not _answers(port):
            time.sleep(0.1)
        uri = f"mongodb://127.0.0.1:{port}"
        one, two = _set(tmp_path / "one" / "set"), _set(tmp_path / "two" / "set")
        homes = tmp_path / "alice", tmp_path / "bob"
        assert _index(homes[0], one, uri=uri) == "FiftyOne dataset set: 3 samples, 3 added"
        assert _index(homes[1], two, uri=uri).startswith("FiftyOne dataset set-")
        shared = _index(homes[1], two, "--name", "set", uri=uri)
        assert shared == "FiftyOne dataset set: 3 samples, 3 changed"
        assert not (homes[0] / "data").exists()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    needs_mongod()
    uri = "mongodb://me:secret@127.0.0.1:9/?serverSelectionTimeoutMS=300"
    folder = _set(tmp_path / "set")
    ran = curate_as(
        tmp_path / "home", "index", str(folder), "--fiftyone", FIFTYONE_DATABASE_URI=uri
    )
    assert ran.code == 2
    assert "the MongoDB of FIFTYONE_DATABASE_URI (127.0.0.1:9/) fails" in ran.err
    assert "secret" not in ran.err
    assert "Traceback" not in ran.err


def test_a_database_of_another_fiftyone_says_so(tmp_path: Path) -> None:
    needs_mongod()
    newer = (
        "import pymongo\nfrom curate.browse.database import own_uri\n"
        "with pymongo.MongoClient(own_uri()) as c: "
        "c.fiftyone.config.insert_one({'version': '99.0.0', 'type': 'fiftyone'})"
    )
    assert python(newer, tmp_path / "home").code == 0
    ran = curate_as(tmp_path / "home", "index", str(_set(tmp_path / "set")), "--fiftyone")
    assert ran.code == 2
    assert "the database belongs to another version of FiftyOne" in ran.err
    assert "Traceback" not in ran.err


def test_nothing_but_the_browse_package_imports_fiftyone() -> None:
    root = Path(__file__).parents[2]
    importers = {
        path.relative_to(root).as_posix()
        for package in ("rules", "curate", "train", "evaluate")
        for path in (root / package).rglob("*.py")
        if re.search(r"^\s*(import|from) (fiftyone|pymongo|bson)\b", path.read_text(), re.MULTILINE)
    }
    assert importers
    assert all(path.startswith("curate/browse/") for path in importers)


def test_every_fact_becomes_a_field_by_its_type_alone(tmp_path: Path) -> None:
    session = open_dataset(str(_set(tmp_path / "set")))
    report = judge(session, session.dataset.spec.lint)
    seen = Evidence(label="walk", source="seen", p=0.4, abstained=True)
    pictures = tuple(replace(picture, pose=seen) for picture in session.dataset.pictures)
    row = rows(replace(session.dataset, pictures=pictures), report)[1]
    assert row["pose"] == Label(label="abstained", source="seen", confidence=0.4, guess="walk")
    assert label_of(None) == Label(label="unknown")
    assert row["file_width"] == 64
    assert isinstance(row["placement_scale"], float)
    assert row["slot_trigger"] == ["tk"]
    assert row["caption"] == "tk, blue_hair"
    assert "TAG001" in row["findings"]  # type: ignore[operator]


def test_a_renamed_picture_is_known_by_its_content() -> None:
    entries = [
        Entry(path=path, filepath=path, sha256=sha256, row={})
        for path, sha256 in (("kept", "1"), ("new", "2"), ("other", "3"), ("unread", ""))
    ]
    olds = {
        "kept": {"path": "kept", "sha256": "0"},
        "old": {"path": "old", "sha256": "2"},
        "gone": {"path": "gone", "sha256": ""},
    }
    pairs, gone = match(entries, olds)
    assert [old and old["path"] for _, old in pairs] == ["kept", "old", None, None]
    assert [old["path"] for old in gone] == ["gone"]


def test_pictures_that_look_alike_lie_together_on_the_map() -> None:
    points = plane(["ff00ff00ff00ff00", "ff00ff00ff00ff01", "00ff00ff00ff00ff", "0123456789abcdef"])
    gaps = np.linalg.norm(points[0] - points, axis=1)
    assert points.shape == (4, 2)
    assert gaps[1] < min(gaps[2], gaps[3])


def test_unknown_labels_are_grey_and_the_fullest_come_first() -> None:
    assert list(paint({"sit": 1, "unknown": 9, "walk": 3})) == ["walk", "sit", "unknown"]
    assert paint({"unknown": 1}) == {"unknown": "#6b7280"}


def test_views_are_offered_for_what_is_there() -> None:
    known = {axis: Label(label="unknown") for axis in ("framing", "view", "elevation")}
    bust: dict[str, Any] = {**known, "framing": Label(label="bust"), "placement_scale": 2.0}
    bust |= {"pose": Label(label="sit"), "expression": Label(label="smile"), "findings": ["RES001"]}
    names = [view.name for view in wanted_views([("a.png", bust)], {"RES001": "small"})]
    assert names == [
        "pose sit",
        "framing bust",
        "expression smile",
        "finding RES001",
        "upscaled busts",
    ]
