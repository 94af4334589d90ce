"""Hours, money and memory are told from what there is to compute, and then from what was seen."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import yaml
from click.testing import CliRunner
from support.folders import draw
from support.runs import write_run
from torch.utils.flop_counter import FlopCounterMode

from train import estimate
from train.adapter import attach
from train.anima import loading, names
from train.anima.shapes import TransformerSize, transformer_size
from train.cli import cli
from train.safetensors_files import header_bytes
from train.settings import AdapterSettings
from train.untyped import library

KEYS = json.loads((Path(__file__).parent / "keys" / "anima_base_v1.json").read_text())
SHAPES = {key.removeprefix("net."): tuple(shape) for key, shape in KEYS.items()}
BODY = {key: shape for key, shape in SHAPES.items() if not key.startswith(names.ADAPTER)}


def test_operations_of_the_published_network_are_counted_as_torch_counts_them() -> None:
    model = loading.build_transformer(BODY)
    with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.no_grad():
        model(
            hidden_states=torch.zeros(1, 16, 1, 128, 128),
            timestep=torch.zeros(1),
            encoder_hidden_states=torch.zeros(1, 512, 1024),
            padding_mask=torch.zeros(1, 1, 128, 128),
        )
    told = estimate.forward_flops(transformer_size(BODY), 4096, 512)
    assert told == pytest.approx(counter.get_total_flops(), rel=1e-3)
    assert told == pytest.approx(estimate.ANCHOR_FLOPS, rel=1e-3)


@pytest.mark.parametrize("checkpointing", [False, True])
def test_what_is_kept_for_the_way_back_is_what_autograd_saves(*, checkpointing: bool) -> None:
    kept = [_saved(blocks, checkpointing=checkpointing) for blocks in (2, 4)]
    sizes = [_size(blocks) for blocks in (2, 4)]
    told = [
        estimate.kept_bytes(
            size, tokens=1024, rows=512, batch=1, checkpointing=checkpointing, wide=False
        )
        for size in sizes
    ]
    # what is kept outside of the blocks is little and the same
    assert told[1] - told[0] == pytest.approx(kept[1] - kept[0], rel=0.05)


def _size(blocks: int) -> TransformerSize:
    return TransformerSize(
        latent_channels=16, heads=4, head_dim=64, blocks=blocks, mlp_ratio=4.0, context_dim=64,
        adaln_dim=16,
    )  # fmt: skip


def _saved(blocks: int, *, checkpointing: bool) -> int:
    """Bytes of all tensors that a forward pass in bf16 saves, parameters left out."""
    model = library("diffusers").CosmosTransformer3DModel(
        in_channels=16, out_channels=16, num_attention_heads=4, attention_head_dim=64,
        num_layers=blocks, text_embed_dim=64, adaln_lora_dim=16, extra_pos_embed_type=None,
    )  # fmt: skip
    for parameter in model.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
        parameter.requires_grad_(requires_grad=False)
    attach(model, AdapterSettings(rank=8), seed=1)
    if checkpointing:
        model.enable_gradient_checkpointing()
    model.train()
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    held: list[torch.Tensor] = []
    half = torch.bfloat16

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        held.append(tensor)
        return tensor

    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast("cpu", dtype=torch.bfloat16),
    ):
        model(
            hidden_states=torch.randn(1, 16, 1, 64, 64, dtype=half),
            timestep=torch.rand(1),
            encoder_hidden_states=torch.randn(1, 512, 64, dtype=half),
            padding_mask=torch.zeros(1, 1, 64, 64, dtype=half),
        )
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in held}
    return sum(size for place, size in storages.items() if place not in own)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Path]:
    """The recipe for seventy pictures on a base of the published size, a file that is all hole."""
    path = write_run(tmp_path, epochs=180, repeats=4, accumulation=4, dtype="bf16")
    for n in range(70):
        draw(tmp_path / "set" / f"{n:02}.png", (32, 32), seed=n)
        (tmp_path / "set" / f"{n:02}.txt").write_text("safe, keichan, smile")
    for name in "abc":
        (tmp_path / "set" / f"{name}.png").unlink()
        (tmp_path / "set" / f"{name}.txt").unlink()
    (tmp_path / "set" / "dataset.yaml").write_text("subject: {trigger: keichan}\n")
    told = {f"net.{key}": ("BF16", shape) for key, shape in SHAPES.items()}
    base = tmp_path / "hole.safetensors"
    head = header_bytes(told, {})
    base.write_bytes(head)
    with base.open("r+b") as file:
        file.truncate(4_182_218_328)
    assert struct.unpack("<Q", head[:8])[0] + 8 == 80_472
    settings = yaml.safe_load(path.read_text())
    settings["base"]["transformer"] = "hole.safetensors"
    del settings["base"]["sha256"], settings["adapter"], settings["optimizer"]
    path.write_text(yaml.safe_dump({**settings, "price_per_hour": 0.5, "checkpointing": True}))
    yield path
    base.unlink()


def test_the_recipe_is_planned_before_anything_is_loaded(published: Path) -> None:
    ran = CliRunner().invoke(cli, ["plan", "--config", str(published)])
    assert ran.exit_code == 0, ran.output
    said = dict(line.split(maxsplit=1) for line in ran.output.splitlines())
    assert said["steps"] == "280 shown / (1 x 4) = 70 an epoch, x 180 = 12,600"
    assert said["adapter"] == "rank 32 on 280 modules of 28 blocks, 45,875,200 numbers"
    # the miniature keeps texts at 24 rows, which saves a few minutes
    assert said["time"].startswith("10.0 h, 4.98 at 0.5 an hour at 1.41 pictures/s (as of a rented")
    parts = "3.91 GB base, 0.73 GB LoRA and optimizer, 1.03 GB for the backward pass"
    assert parts in said["memory"]
    assert said["disk"].startswith("16.52 GB LoRA files, 1.65 GB states, 73.4 MB latents;")


def test_a_plan_tells_machines_the_same(published: Path) -> None:
    ran = CliRunner().invoke(cli, ["plan", "--json", "--config", str(published)])
    told = json.loads(ran.output)
    assert (told["steps"], told["steps_per_epoch"], told["modules"]) == (12_600, 70, 280)
    assert told["hours"] == pytest.approx(9.96, abs=0.01)
    assert told["cost"] == pytest.approx(told["hours"] / 2)
    assert [finding["code"] for finding in told["findings"]] == ["RUN013"]


def test_what_was_measured_counts_more_than_what_others_saw(published: Path) -> None:
    run = published.parent / "runs" / "tiny"
    run.mkdir(parents=True)
    lines = [{"step": n, "samples_per_second": 0.1 if n < 2 else 2.0} for n in range(20)]
    (run / "metrics.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    ran = CliRunner().invoke(cli, ["plan", "--config", str(published)])
    assert "7.0 h, 3.50 at 0.5 an hour at 2.00 pictures/s (measured in this run)" in ran.output


def test_a_run_tells_its_end_once_and_again_where_it_moved() -> None:
    said: list[str] = []
    forecast = estimate.Forecast(2.0, said.append)
    for step in range(300):
        slow = step >= 150
        forecast.step({"samples_per_second": 0.5 if slow else 1.0}, 7200 - step)
    assert said == [
        "to go: 2.0 h, 3.99 at 2 an hour at 1.00 pictures/s (measured in this run)",
        "to go: 3.9 h, 7.82 at 2 an hour at 0.50 pictures/s (measured in this run)",
    ]
