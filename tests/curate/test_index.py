"""A folder becomes an index; what did not change costs nothing; what is known is kept."""

import io
import itertools
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo
from support.folders import dataset, draw

from curate import index as index_module
from curate.index import MEASURER, UnmeasuredPictures, index_folder
from curate.measure import measure_bytes
from curate.store import Store
from rules.model import FileFacts
from rules.records import RecordError

CAPTIONS = {"a": "tk, 1girl", "bust/b": "tk, smile", "bust/deep/c": "tk, hat"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dataset(tmp_path / "set", CAPTIONS)


def png(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def test_pictures_captions_and_orphans_are_found_at_any_depth(folder: Path) -> None:
    (folder / "bust" / "lost.txt").write_text("tk")
    (folder / "labels.json").write_text("{}")
    found = index_folder(folder, Store.of(folder))
    assert [p.path for p in found.pictures] == ["a.png", "bust/b.png", "bust/deep/c.png"]
    assert [p.sidecars[0].text for p in found.pictures] == ["tk, 1girl", "tk, smile", "tk, hat"]
    assert [o.path for o in found.orphans] == ["bust/lost.txt"]
    assert found.measured == 3


def test_an_unchanged_folder_is_not_measured_again(folder: Path) -> None:
    index_folder(folder, Store.of(folder))
    assert index_folder(folder, Store.of(folder), measure=False).measured == 0


def test_a_changed_picture_is_measured_and_the_old_facts_are_forgotten(folder: Path) -> None:
    before = index_folder(folder, Store.of(folder)).pictures[0]
    draw(folder / "a.png", size=(80, 64), seed=5)
    after = index_folder(folder, Store.of(folder)).pictures[0]
    assert before.file is not None
    assert after.file is not None
    assert (before.file.width, after.file.width) == (64, 80)
    assert before.sha256 not in Store.of(folder).facts(MEASURER)


def test_a_renamed_picture_keeps_its_facts_without_measuring(folder: Path) -> None:
    index_folder(folder, Store.of(folder))
    (folder / "a.png").rename(folder / "z.png")
    found = index_folder(folder, Store.of(folder), measure=False)
    assert [p.path for p in found.pictures][-1] == "z.png"
    assert found.measured == 0


def test_facts_alone_are_enough_for_a_fresh_clone(folder: Path, tmp_path: Path) -> None:
    index_folder(folder, Store.of(folder))
    clone = tmp_path / "clone"
    shutil.copytree(folder, clone, ignore=shutil.ignore_patterns("index.jsonl"))
    found = index_folder(clone, Store.of(clone), measure=False)
    assert all(picture.file is not None for picture in found.pictures)


def test_facts_that_are_gone_are_measured_again(folder: Path) -> None:
    index_folder(folder, Store.of(folder))
    (folder / ".curate" / "facts.jsonl").unlink()
    with pytest.raises(UnmeasuredPictures):
        index_folder(folder, Store.of(folder), measure=False)
    found = index_folder(folder, Store.of(folder))
    assert found.measured == 3
    assert all(picture.file is not None for picture in found.pictures)


def test_a_picture_without_facts_is_named_where_measuring_is_forbidden(folder: Path) -> None:
    index_folder(folder, Store.of(folder))
    draw(folder / "new.png")
    with pytest.raises(UnmeasuredPictures) as caught:
        index_folder(folder, Store.of(folder), measure=False)
    assert caught.value.paths == ("new.png",)


def test_facts_of_other_measurers_survive(folder: Path) -> None:
    store = Store.of(folder)
    index_folder(folder, store)
    path = store.folder / "facts.jsonl"
    other = '{"measurer":"clip/9","sha256":"00","facts":{"bytes":1}}\n'
    path.write_text(path.read_text() + other)
    draw(folder / "new.png")
    index_folder(folder, store)
    assert other in path.read_text()


def test_a_torn_line_of_facts_is_named_with_its_number(folder: Path) -> None:
    store = Store.of(folder)
    index_folder(folder, store)
    path = store.folder / "facts.jsonl"
    path.write_text(path.read_text() + '{"measurer":"file/1","sha25')
    with pytest.raises(RecordError, match="line 4"):
        store.facts(MEASURER)


def test_facts_are_ordered_and_the_same_whatever_the_order_of_work(folder: Path) -> None:
    index_folder(folder, Store.of(folder))
    path = folder / ".curate" / "facts.jsonl"
    first = path.read_bytes()
    path.unlink()
    (folder / ".curate" / "index.jsonl").unlink()
    index_folder(folder, Store.of(folder))
    assert path.read_bytes() == first
    assert first.splitlines() == sorted(first.splitlines())


def test_an_interrupted_measurement_keeps_what_it_had(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(items: Iterable[object], **_: object) -> Iterator[object]:
        yield from itertools.islice(items, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(index_module, "progress", interrupt)
    with pytest.raises(KeyboardInterrupt):
        index_folder(folder, Store.of(folder))
    assert len(Store.of(folder).facts(MEASURER)) == 2


def test_a_link_inside_is_followed_and_a_link_outside_is_named(
    folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("private")
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(secret)
    (folder / "copy.png").symlink_to(folder / "a.png")
    (folder / "loop").symlink_to(folder)
    found = index_folder(folder, Store.of(folder))
    assert [p.path for p in found.pictures][:2] == ["a.png", "bust/b.png"]
    assert "copy.png" in [p.path for p in found.pictures]
    assert found.pictures[0].sidecars == ()
    assert "`a.txt` was left out: the link leads out of the folder" in found.notes
    assert "`loop` was left out: links to folders are not followed" in found.notes


def test_a_name_that_is_no_utf8_can_be_shown(folder: Path) -> None:
    (folder / "a.png").rename(folder / os.fsdecode(b"\xff.png"))
    found = index_folder(folder, Store.of(folder))
    assert found.pictures[0].path == r"\xff.png"
    assert index_folder(folder, Store.of(folder)).measured == 0


def test_the_facts_of_a_plain_picture_are_exact() -> None:
    raw = png(Image.new("RGB", (40, 30), (10, 20, 30)))
    facts = measure_bytes(raw)
    assert facts == FileFacts(
        bytes=len(raw),
        format="PNG",
        width=40,
        height=30,
        mode="RGB",
        bits=8,
        alpha_share=0.0,
        pixels=facts.pixels,
        phash=facts.phash,
        phash_mirrored=facts.phash_mirrored,
    )


def test_hidden_colours_are_the_mean_of_what_lies_beneath() -> None:
    image = Image.new("RGBA", (10, 10), (0, 0, 255, 255))
    image.paste((200, 100, 0, 0), (0, 0, 5, 5))
    facts = measure_bytes(png(image))
    assert facts.alpha_share == 0.25
    assert facts.hidden_colour == (200, 100, 0)


def test_equal_pixels_hash_alike_whatever_the_file() -> None:
    image = Image.effect_noise((32, 32), 90).convert("RGB")
    assert measure_bytes(png(image)).pixels == measure_bytes(png(image, compress_level=0)).pixels


@pytest.mark.parametrize("seed", range(20))
def test_a_mirrored_picture_has_the_mirrored_hash(tmp_path: Path, seed: int) -> None:
    with Image.open(draw(tmp_path / "x.png", (64, 96), seed)) as image:
        facts = measure_bytes(png(image))
        mirrored = measure_bytes(png(ImageOps.mirror(image)))
    assert facts.phash == mirrored.phash_mirrored
    assert facts.phash_mirrored == mirrored.phash


def test_the_perceptual_hash_survives_scaling_and_compression(tmp_path: Path) -> None:
    with Image.open(draw(tmp_path / "x.png", (256, 256), 1)) as image:
        small = image.resize((100, 100))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=60)
        here, there = measure_bytes(png(image)).phash, measure_bytes(out.getvalue()).phash
    assert here is not None
    assert there is not None
    assert (int(here, 16) ^ int(there, 16)).bit_count() <= 5


def test_headers_tell_depth_orientation_frames_and_profile() -> None:
    deep = Image.fromarray(np.zeros((4, 4), dtype=np.uint16))
    assert measure_bytes(png(deep)).bits == 16
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(out, "JPEG", exif=exif)
    assert measure_bytes(out.getvalue()).orientation == 6
    out = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), (80 * n, 0, 0)) for n in range(3)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert measure_bytes(out.getvalue()).frames == 3
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert measure_bytes(png(Image.new("RGB", (4, 4)), icc_profile=lab)).icc is not None
    assert measure_bytes(png(Image.new("RGB", (4, 4)), icc_profile=srgb)).icc is None


def test_metadata_tell_generators_and_not_editors() -> None:
    def facts(**text: str) -> FileFacts:
        info = PngInfo()
        for key, value in text.items():
            info.add_text(key, value)
        return measure_bytes(png(Image.new("RGB", (4, 4)), pnginfo=info))

    a1111 = facts(parameters="1girl\nSteps: 20, Model: waiANIMA_v10, Seed: 1")
    assert (a1111.generator, a1111.model) == ("A1111", "waiANIMA_v10")
    comfy = facts(prompt='{"1": {"inputs": {"unet_name": "anima-base-v1.0.safetensors"}}}')
    assert (comfy.generator, comfy.model) == ("ComfyUI", "anima-base-v1.0.safetensors")
    assert facts(Software="NovelAI", Description="1girl").prompt == "1girl"
    assert facts(Software="Adobe Photoshop 27").generator is None
