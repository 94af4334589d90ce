"""Whatever a file holds becomes a square of pixels, or a reason in one line."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.folders import draw

from curate.classify.prepare import Prepare, UnreadablePicture, read_prepared

PREPARE = Prepare(side=64)


def read(path: Path) -> np.ndarray:
    return read_prepared(PREPARE, str(path))


@pytest.mark.parametrize("size", [(1, 1), (20000, 200), (3, 900), (64, 64), (640, 480)])
def test_a_picture_of_any_shape_fits_the_square(tmp_path: Path, size: tuple[int, int]) -> None:
    square = read(draw(tmp_path / "a.png", size))
    assert square.shape == (64, 64, 3)
    assert square.dtype == np.uint8


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_picture_of_any_mode_keeps_its_brightness(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tiff"
    plain = Image.new("L", (80, 80), 255)
    if mode == "I;16":
        Image.fromarray(np.full((80, 80), 65535, np.uint16)).save(path)
    else:
        plain.convert(mode).save(path)
    assert read(path).min() == 255


def test_the_content_stands_in_the_middle_of_a_grey_ground() -> None:
    square = PREPARE(Image.new("RGB", (200, 100), (255, 0, 0)))
    assert (square[:16] == 128).all()
    assert (square[48:] == 128).all()
    assert (square[16:48] == (255, 0, 0)).all()


def test_shrinking_is_that_of_a_mean_over_blocks() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    blocks = noise.reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(PREPARE(Image.fromarray(noise)), blocks, atol=1)


def test_what_is_transparent_is_seen_over_white() -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 64, 32))
    square = PREPARE(image)
    assert (square[:32] == (0, 0, 255)).all()
    assert (square[32:] == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (64, 64))
    upright.paste((255, 255, 255), (0, 0, 20, 40))
    turns = Image.Transpose
    backwards = {
        1: None,
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if backwards is None else upright.transpose(backwards)
    stored.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read(tmp_path / "a.png"), PREPARE(upright))


def test_a_moving_picture_is_seen_by_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (read(tmp_path / "a.gif") == (255, 0, 0)).all()


def test_a_large_jpeg_is_decoded_no_finer_than_needed_and_looks_the_same(tmp_path: Path) -> None:
    picture = Image.effect_noise((16, 16), 80).resize((2048, 1024)).convert("RGB")
    picture.save(tmp_path / "a.jpg", quality=95)
    np.testing.assert_allclose(read(tmp_path / "a.jpg").astype(int), PREPARE(picture), atol=6)


def test_what_does_not_decode_says_why_in_one_line(tmp_path: Path) -> None:
    whole = draw(tmp_path / "a.png", (300, 300))
    (tmp_path / "torn.png").write_bytes(whole.read_bytes()[:-40])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "program.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    for name in ("torn", "text", "program", "missing"):
        with pytest.raises(UnreadablePicture) as caught:
            read(tmp_path / f"{name}.png")
        assert str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_bomb_is_not_decoded(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (20000, 20000)).save(out, "PNG")
    (tmp_path / "bomb.png").write_bytes(out.getvalue())
    with pytest.raises(UnreadablePicture, match="20000x20000 is too large"):
        read(tmp_path / "bomb.png")


def test_preparing_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(PREPARE)) == PREPARE  # noqa: S301 - our own
