"""`base: mini` stands for a folder's files and for what no tensor tells."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
import yaml
from support.miniature import ROPE, ROWS, named_folder, write_base
from support.runs import train, write_run

from curate.errors import UserError
from train.anima import loading
from train.anima.conditioning import Tokens, context
from train.anima.latents import decode_latents, encode_picture
from train.anima.names import ADAPTER
from train.anima.velocity import velocity
from train.config import load_config
from train.named_bases import FOLDER
from train.safetensors_files import read_header
from train.untyped import Untyped

CPU, META = torch.device("cpu"), torch.device("meta")
KEYS = Path(__file__).parent / "keys"
NUMBER = re.compile(r"\.\d+\.")


def test_a_word_stands_for_all_files_of_a_base(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    by_paths = load_config(path)
    named_folder(tmp_path / "small")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "small"}))
    config = load_config(path)
    assert config.base.transformer == str(tmp_path / "small" / "transformer.safetensors")
    assert config.base.qwen_tokenizer == str(tmp_path / "small" / "qwen")
    assert (config.base.context_rows, config.base.rope_scale) == (ROWS, ROPE)
    assert config.base.sha256 == by_paths.base.sha256


def test_a_base_that_nobody_knows_names_those_that_ship(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "minni"}))
    with pytest.raises(UserError, match=r"`base`: minni is no folder with a base\.yaml; bases"):
        load_config(path)


def test_the_doctor_and_the_plan_take_a_named_base(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    shutil.move(named_folder(tmp_path / "made", blocks=3), tmp_path / "small")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "small"}))
    plan = train("plan", "--config", str(path))
    assert "modules of 3 blocks" in plan.stdout, plan.stderr
    doctor = train("doctor", "--config", str(path))
    assert (doctor.returncode, "error" in doctor.stdout) == (0, False), doctor.stdout


def test_what_ships_is_small_and_says_what_it_is() -> None:
    for folder in FOLDER.glob("*/"):
        whole = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        assert whole <= 20 << 20
        assert {"README.md", "base.yaml"} <= {file.name for file in folder.iterdir()}


class Networks(NamedTuple):
    """Four networks of one base."""

    text_encoder: Untyped
    adapter: Untyped
    transformer: Untyped
    vae: Untyped


def small(folder: Path) -> Networks:
    """A miniature, loaded from its files."""
    write_base(folder)
    whole = folder / "transformer.safetensors"
    return Networks(
        loading.load_qwen(folder / "text_encoder.safetensors", dtype=torch.float32, device=CPU),
        loading.load_adapter(whole, dtype=torch.float32, device=CPU, context_rows=ROWS),
        loading.load_transformer(whole, dtype=torch.float32, device=CPU, rope_scale=ROPE),
        loading.load_vae(folder / "vae.safetensors", dtype=torch.float32, device=CPU),
    )


def published() -> Networks:
    """The published sizes, by the listed shapes of their tensors and without any numbers."""
    whole = shapes_of("anima_base_v1", "net.")
    adapter = {k.removeprefix(ADAPTER): v for k, v in whole.items() if k.startswith(ADAPTER)}
    body = {key: value for key, value in whole.items() if not key.startswith(ADAPTER)}
    networks = Networks(
        loading.build_qwen(shapes_of("qwen3_06b_base", "model.")),
        loading.build_adapter(adapter),
        loading.build_transformer(body),
        loading.build_vae(shapes_of("qwen_image_vae", "")),
    )
    return Networks(*(network.to(META).eval() for network in networks))


def shapes_of(name: str, prefix: str) -> dict[str, tuple[int, ...]]:
    listed = json.loads((KEYS / f"{name}.json").read_text())
    return {key.removeprefix(prefix): tuple(shape) for key, shape in listed.items()}


@pytest.mark.parametrize("which", ["miniature", "published"])
def test_the_same_steps_run_at_every_size(tmp_path: Path, which: str) -> None:
    networks = small(tmp_path) if which == "miniature" else published()
    device = CPU if which == "miniature" else META
    # The fused one looks at the mask's numbers, and there are none.
    networks.text_encoder.set_attn_implementation("eager")
    with torch.no_grad():
        texts = [Tokens(qwen=(1, 2), t5=(3, 4, 1), weights=(1.0, 1.0, 1.0))]
        rows_BRC = context(networks.text_encoder, networks.adapter, texts)
        latent_CHW = encode_picture(networks.vae, torch.zeros(3, 64, 96, device=device))
        noisy_BCHW = latent_CHW[None]
        sigma_B = torch.full((1,), 0.5, device=device)
        moved_BCHW = velocity(networks.transformer, noisy_BCHW, sigma_B, rows_BRC)
        pixels_BCHW = decode_latents(networks.vae, noisy_BCHW - 0.5 * moved_BCHW)
    assert rows_BRC.shape[1] == (ROWS if which == "miniature" else 512)
    assert moved_BCHW.shape == (1, 16, 8, 12)
    assert pixels_BCHW.shape == (1, 3, 64, 96)
    assert pixels_BCHW.device == device


def test_a_miniature_and_the_published_files_differ_in_numbers_alone(tmp_path: Path) -> None:
    write_base(tmp_path)
    for name, file in (
        ("anima_base_v1", "transformer"),
        ("qwen3_06b_base", "text_encoder"),
        ("qwen_image_vae", "vae"),
    ):
        found = read_header(tmp_path / f"{file}.safetensors").shapes
        listed = json.loads((KEYS / f"{name}.json").read_text())
        assert layout(found) == layout(listed), name


def layout(shapes: Mapping[str, Sequence[int]]) -> set[tuple[str, int]]:
    """Names without the numbers of blocks, and how many axes each tensor has."""
    return {(NUMBER.sub(".N.", key), len(shape)) for key, shape in shapes.items()}
