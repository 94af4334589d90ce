"""The embedded model loads from its folder, and from nothing that is not it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from support.eyes import CONFIG, PIXELS, WIDTH, heads_of, tiny_embedded

from curate.classify.clip import build
from curate.classify.embedded import Embedded
from curate.classify.heads_file import read_card, write_heads
from curate.classify.naming import embedded_id, is_there
from curate.classify.prepare import Square
from curate.errors import UserError
from rules.records import RecordError


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    return Embedded(tiny_embedded(tmp_path_factory.mktemp("embedded")))


def squares(eyes: Embedded, count: int = 5) -> list[Square]:
    return [eyes.prepare(Image.effect_noise((90, 60 + n), 60).convert("RGB")) for n in range(count)]


def test_it_sees_what_open_clip_and_the_heads_compute(tmp_path: Path) -> None:
    eyes = Embedded(tiny_embedded(tmp_path))
    model = build(CONFIG)
    model.load_state_dict(load_file(tmp_path / "model.safetensors"))
    pictures = squares(eyes)
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    normal = (pixels - PIXELS.mean[0]) / PIXELS.std[0]
    with torch.no_grad():
        expected = model.eval().encode_image(normal).numpy()
    looks = eyes.classify(pictures)
    np.testing.assert_allclose(eyes.clip.encode_pictures(pictures), expected, atol=1e-5)
    mirrored = model.encode_image(normal.flip(3)).detach().numpy()
    np.testing.assert_allclose(
        eyes.features(pictures), np.concatenate([expected, mirrored], axis=1), atol=1e-5
    )
    assert looks.seen == eyes.heads.see(eyes.features(pictures), eyes.id)
    assert looks.embeddings is not None
    np.testing.assert_allclose(np.linalg.norm(looks.embeddings, axis=1), 1.0, rtol=1e-5)


def test_a_picture_is_seen_the_same_in_any_company(eyes: Embedded) -> None:
    pictures = squares(eyes)
    together = eyes.clip.encode_pictures(pictures)
    alone = np.concatenate([eyes.clip.encode_pictures([picture]) for picture in pictures])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_its_id_covers_weights_and_heads(tmp_path: Path) -> None:
    one = embedded_id(folder=tiny_embedded(tmp_path / "one"))
    assert embedded_id(folder=tiny_embedded(tmp_path / "again")) == one
    assert embedded_id(folder=tiny_embedded(tmp_path / "other", seed=1)) != one
    own = tmp_path / "own.safetensors"
    write_heads(heads_of(seed=3), own)
    assert embedded_id(own, tmp_path / "one") != one
    assert one.startswith("embedded:1:")


def test_texts_have_embeddings_of_length_one(eyes: Embedded) -> None:
    texts = eyes.clip.encode_texts(["a girl seen from behind", "a boy"])
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1.0, rtol=1e-5)


def test_heads_that_read_another_number_of_looks_are_refused(tmp_path: Path) -> None:
    folder = tiny_embedded(tmp_path)
    backbone = read_card(folder / "heads.safetensors").backbone
    write_heads(heads_of(WIDTH, backbone=backbone), folder / "heads.safetensors")
    with pytest.raises(RecordError, match="read 16 numbers of a picture, not 32"):
        Embedded(folder)


def test_weights_that_the_heads_do_not_know_are_refused(tmp_path: Path) -> None:
    folder = tiny_embedded(tmp_path / "one")
    other = tiny_embedded(tmp_path / "other", seed=1)
    (folder / "model.safetensors").write_bytes((other / "model.safetensors").read_bytes())
    with pytest.raises(RecordError, match="is not what the heads were fitted to"):
        Embedded(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = tiny_embedded(tmp_path)
    assert is_there(folder)
    (folder / "model.safetensors").unlink()
    assert not is_there(folder)
    with pytest.raises(UserError, match=r"model\.safetensors: No such file"):
        Embedded(folder)


def test_a_config_of_another_architecture_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = tiny_embedded(tmp_path)
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text(config.replace("test_byobnet", "test_resnet"))
    with pytest.raises(RecordError) as caught:
        Embedded(folder)
    assert len(str(caught.value).splitlines()) == 1
    (folder / "config.json").write_text(config.replace('"image_size"', '"imagesize"'))
    with pytest.raises(RecordError, match="describes no model"):
        Embedded(folder)
