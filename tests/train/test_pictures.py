"""A picture reaches the trainer upright, on the declared colour, as the preview shows it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support.miniature import write_base

from curate.buckets import place
from curate.errors import UserError
from rules.finding_profiles import load_trainer
from rules.spec import TrainerChoice
from train.anima import loading
from train.anima.latents import decode_latents, encode_picture
from train.pictures import read_picture, to_bucket

# Of every channel of a latent, as published with the VAE.
MEAN = (
    -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517,
    -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
)  # fmt: skip
STD = (
    2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579,
    1.6382, 1.1253, 2.8251, 1.9160,
)  # fmt: skip
BUCKETS = load_trainer(TrainerChoice(profile="builtin")).buckets


def corner(path: Path) -> tuple[int, ...]:
    pixel = read_picture(path, "#ffffff").getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return pixel


def test_the_orientation_is_applied(tmp_path: Path) -> None:
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[:, 2:] = 200
    exif = Image.Exif()
    exif[0x0112] = 6  # seen upright after a turn of 90 degrees clockwise
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    picture = read_picture(tmp_path / "a.png", "#fff")
    assert picture.size == (2, 4)
    assert np.asarray(picture)[:, 0, 0].tolist() == [0, 0, 200, 200]


def test_what_is_transparent_shows_the_declared_colour(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(tmp_path / "a.png")
    assert corner(tmp_path / "a.png") == (255, 255, 255)
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([9, 9, 9])
    palette.save(tmp_path / "b.png", transparency=0)
    assert corner(tmp_path / "b.png") == (255, 255, 255)


def test_sixteen_bits_keep_their_brightness(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 0x8000, np.uint16)).save(tmp_path / "a.png")
    assert corner(tmp_path / "a.png") == (128, 128, 128)


def test_a_picture_fills_its_bucket_by_the_previewed_crop(tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((300, 100)).save(tmp_path / "a.png")
    placement = place((300, 100), BUCKETS, 128)
    picture = read_picture(tmp_path / "a.png", "#fff")
    pixels = to_bucket(picture, placement, mirrored=False)
    assert pixels.shape == (3, placement.bucket[1], placement.bucket[0])
    assert (pixels.min() >= -1) & (pixels.max() <= 1)
    assert torch.equal(to_bucket(picture, placement, mirrored=True), pixels.flip(-1))


def test_a_picture_that_is_gone_or_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.png: is gone"):
        read_picture(tmp_path / "a.png", "#fff")
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"a\.png: does not decode"):
        read_picture(tmp_path / "a.png", "#fff")


def test_latents_are_normalised_and_come_back_by_the_same_numbers(tmp_path: Path) -> None:
    file = write_base(tmp_path) / "vae.safetensors"
    vae = loading.load_vae(file, dtype=torch.float32, device=torch.device("cpu"))
    pixels = torch.rand(3, 64, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    latent = encode_picture(vae, pixels)
    assert latent.shape == (16, 8, 16)
    raw = vae.encode(pixels[None, :, None]).latent_dist.mode()[0, :, 0]
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (MEAN, STD))
    torch.testing.assert_close(latent * std + mean, raw)
    wanted = vae.decode(raw[None, :, None]).sample[:, :, 0]
    torch.testing.assert_close(decode_latents(vae, latent[None]), wanted)


def test_one_frame_needs_only_the_last_slice_of_a_causal_convolution(tmp_path: Path) -> None:
    file = write_base(tmp_path) / "vae.safetensors"
    vae = loading.load_vae(file, dtype=torch.float32, device=torch.device("cpu"))
    conv = vae.encoder.conv_in
    pixels = torch.rand(1, 3, 1, 16, 16)
    flat = torch.nn.functional.conv2d(pixels[:, :, 0], conv.weight[:, :, -1], conv.bias, padding=1)
    torch.testing.assert_close(conv(pixels)[:, :, 0], flat, atol=1e-6, rtol=1e-5)
