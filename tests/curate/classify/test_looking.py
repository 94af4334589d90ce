"""Looking at a folder: once for each content, kept as it comes, nothing dropped silently."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.folders import dataset, draw

from curate.classify import run
from curate.classify.classifier import Looks
from curate.classify.embeddings import load_embeddings
from curate.classify.prepare import Prepare, Square
from curate.classify.run import look_at, prepared
from curate.index import Index, index_folder, unseen
from curate.store import Store
from rules.model import Evidence, Seen
from rules.records import RecordError

CAPTIONS = {"a": "tk, 1girl", "bust/b": "tk, smile", "bust/deep/c": "tk, hat"}


class Eyes:
    """Sees a bust in a bright picture and a face in a dark one."""

    prepare = Prepare(side=16)

    def __init__(self, name: str = "embedded:1:aaaaaaaaaaaa") -> None:
        self.id = name
        self.looked_at = 0

    def classify(self, squares: list[Square]) -> Looks:
        self.looked_at += len(squares)
        bright = [float(square.mean()) / 255 for square in squares]
        seen = [
            Seen(
                classifier=self.id,
                framing=Evidence(
                    label="bust" if share > 0.5 else "face", source="seen", p=round(share, 4)
                ),
                head_height=round(share, 4),
            )
            for share in bright
        ]
        return Looks(seen=seen, embeddings=np.array([[share, 1.0] for share in bright], np.float32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dataset(tmp_path / "set", CAPTIONS)


def opened(folder: Path) -> tuple[Index, Store]:
    store = Store.of(folder)
    return index_folder(folder, store), store


def test_every_picture_is_looked_at_once(folder: Path) -> None:
    shutil.copy(folder / "a.png", folder / "copy.png")
    index, store = opened(folder)
    eyes = Eyes()
    looked = look_at(index.pictures, folder, store, eyes)
    assert (len(looked.seen), looked.failed, eyes.looked_at) == (3, (), 3)
    assert store.classifiers() == {eyes.id: frozenset(p.sha256 for p in index.pictures)}
    assert not look_at(index.pictures, folder, store, eyes).seen
    assert eyes.looked_at == 3


def test_what_was_seen_comes_back_as_it_was(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    square = Eyes.prepare(Image.open(folder / "a.png"))
    (expected,) = Eyes().classify([square]).seen
    sha = index.pictures[0].sha256
    assert sha is not None
    assert store.sights(Eyes().id)[sha] == expected
    embedding = load_embeddings(store, Eyes().id)[sha]
    assert embedding.tolist() == pytest.approx([expected.head_height, 1.0], abs=1e-4)


def test_only_what_is_new_is_looked_at(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    draw(folder / "new.png")
    index, store = opened(folder)
    eyes = Eyes()
    assert len(look_at(index.pictures, folder, store, eyes).seen) == 1
    assert len(load_embeddings(store, eyes.id)) == 4


def test_what_another_classifier_saw_stays(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes("tagger:wd:bbbbbbbbbbbb"))
    look_at(index.pictures, folder, store, Eyes())
    assert list(store.classifiers()) == ["embedded:1:aaaaaaaaaaaa", "tagger:wd:bbbbbbbbbbbb"]


def test_a_newer_version_takes_the_place_of_an_older_one(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    look_at(index.pictures, folder, store, Eyes("embedded:1:cccccccccccc"))
    assert list(store.classifiers()) == ["embedded:1:cccccccccccc"]


def test_a_picture_that_is_gone_is_forgotten(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    (folder / "a.png").unlink()
    draw(folder / "new.png")
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    alive = {picture.sha256 for picture in index.pictures}
    assert store.classifiers()[Eyes().id] == alive
    assert set(load_embeddings(store, Eyes().id)) == alive


def test_measuring_anew_keeps_what_was_seen(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    draw(folder / "new.png")
    _, store = opened(folder)
    assert len(store.sights(Eyes().id)) == 3


def test_a_picture_that_does_not_decode_is_named_and_not_dropped(folder: Path) -> None:
    index, store = opened(folder)
    whole = (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(whole[:60])
    looked = look_at(index.pictures, folder, store, Eyes())
    assert len(looked.seen) == 2
    ((path, reason),) = looked.failed
    assert path == "a.png"
    assert reason


def test_pictures_that_are_known_to_be_broken_are_not_tried(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"no picture")
    index, _ = opened(folder)
    assert sorted(unseen(index.pictures, ()).values()) == ["bust/b.png", "bust/deep/c.png"]


def test_an_interruption_keeps_what_was_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(items: Iterable[object], **_: object) -> Iterator[object]:
        for number, item in enumerate(items):
            if number == 2:
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr(run, "progress", interrupt)
    monkeypatch.setattr(run, "BATCH", 1)
    index, store = opened(folder)
    with pytest.raises(KeyboardInterrupt):
        look_at(index.pictures, folder, store, Eyes())
    assert len(store.sights(Eyes().id)) == 2
    monkeypatch.undo()
    eyes = Eyes()
    assert len(look_at(index.pictures, folder, store, eyes).seen) == 1


def test_processes_prepare_what_a_thread_prepares(folder: Path) -> None:
    files = [(path.name, str(path)) for path in sorted(folder.rglob("*.png"))]
    files.append(("missing", str(folder / "missing.png")))
    here, there = (list(prepared(files, Eyes.prepare, workers)) for workers in (0, 2))
    for (name, square), (other, same) in zip(here, there, strict=True):
        assert name == other
        np.testing.assert_array_equal(np.asarray(square), np.asarray(same))
    assert isinstance(here[-1][1], str)


def test_a_full_disk_costs_the_memory_and_not_the_result(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, store = opened(folder)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "save_sights", fail)
    looked = look_at(index.pictures, folder, store, Eyes())
    assert (len(looked.seen), looked.fault) == (3, "No space left on device")


def test_embeddings_that_are_torn_are_made_anew(folder: Path) -> None:
    index, store = opened(folder)
    look_at(index.pictures, folder, store, Eyes())
    (path,) = (folder / ".curate" / "embeddings").iterdir()
    path.write_bytes(path.read_bytes()[:20])
    assert load_embeddings(store, Eyes().id) == {}


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ('{"framing":{"label":"cowgirl","p":0.5}}', "no label `cowgirl`; known are face, bust"),
        ('{"framing":{"label":"bust","p":1.5}}', "less than or equal to 1"),
        ('{"framming":{"label":"bust","p":0.5}}', "did you mean `framing`"),
        ('{"view":{"label":"side","p":0.5}', "line 4"),
    ],
)
def test_a_line_that_no_classifier_wrote_is_named_with_its_number(
    folder: Path, facts: str, fault: str
) -> None:
    _, store = opened(folder)
    path = store.folder / "facts.jsonl"
    line = f'{{"measurer":"embedded:1:aa","sha256":"00","facts":{facts}}}\n'
    path.write_text(path.read_text() + line)
    with pytest.raises(RecordError) as caught:
        store.sights("embedded:1:aa")
    assert "line 4" in str(caught.value)
    assert fault in str(caught.value)


def test_a_view_without_its_side_is_a_label_that_taggers_may_use(folder: Path) -> None:
    _, store = opened(folder)
    seen = Seen(classifier="tagger:wd:1", view=Evidence(label="side", source="seen", p=0.75))
    store.save_sights("tagger:wd:1", {"00": seen})
    assert store.sights("tagger:wd:1") == {"00": seen}
