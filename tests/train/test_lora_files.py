"""A LoRA keeps its modules and numbers through every layout, and nothing is lost in silence."""

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from support.miniature import write_base

from curate.errors import UserError
from train.adapter import NAME, attach, target_modules, trainable
from train.anima import loading
from train.anima.names import to_diffusers
from train.anima.velocity import velocity
from train.lora_files import (
    LAYOUTS,
    Layout,
    lora_of,
    native_modules,
    read_lora,
    write_lora,
)
from train.safetensors_files import header_bytes
from train.settings import AdapterSettings
from train.untyped import Untyped, library

KEYS = Path(__file__).parent / "keys" / "anima_base_v1.json"
CPU = torch.device("cpu")


def published_layers() -> dict[str, tuple[int, int]]:
    """Native name -> shape of every linear layer of the published transformer and adapter."""
    shapes = json.loads(KEYS.read_text())
    return {
        key.removeprefix("net.").removesuffix(".weight"): (shape[0], shape[1])
        for key, shape in shapes.items()
        if len(shape) == 2 and "embed.weight" not in key
    }


def size_at_rank_32(modules: list[str]) -> float:
    layers = published_layers()
    return sum(32 * sum(layers[module]) * 2 for module in modules) / 1e6


@pytest.mark.parametrize(
    ("targets", "number", "megabytes"), [("attn-mlp", 280, 91.75), ("attn-mlp+adaln", 448, 138.54)]
)
def test_target_sets_are_counted_on_the_published_layers(
    targets: str, number: int, megabytes: float
) -> None:
    native = {to_diffusers(name): name for name in published_layers() if "llm_" not in name}
    found = target_modules([name for name in native if name], targets)
    assert len(found) == number
    assert size_at_rank_32([native[name] for name in found]) == pytest.approx(megabytes, abs=0.01)


def test_the_official_turbo_lora_would_have_its_published_head_size() -> None:
    layers = published_layers()
    modules = [m for m in native_modules(28) if ".blocks." in m or m.startswith("blocks.")]
    assert len(modules) == 508
    shapes: dict[str, tuple[str, tuple[int, int]]] = {}
    for module in modules:
        out, inner = layers[module]
        shapes[f"diffusion_model.{module}.lora_A.weight"] = ("BF16", (32, inner))
        shapes[f"diffusion_model.{module}.lora_B.weight"] = ("BF16", (out, 32))
    head = len(header_bytes(shapes, {"format": "pt"}))
    assert head == 135_896
    assert head + 2 * sum(a * b for _, (a, b) in shapes.values()) == 148_902_616


def test_targets_that_match_nothing_are_an_error() -> None:
    with pytest.raises(UserError, match=r"`attn9` matches none of 1 layer, such as a\.b"):
        target_modules(["a.b"], "attn9")
    with pytest.raises(UserError, match=r"`adapter\.targets`: .*; name attn-mlp"):
        target_modules(["a.b"], "(")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


def trained(base: Path, targets: str = "attn-mlp", alpha: float = 4.0) -> Untyped:
    """A transformer with a LoRA of rank 4 whose matrices are all random."""
    file = base / "transformer.safetensors"
    model = loading.load_transformer(file, dtype=torch.float32, device=CPU)
    attach(model, AdapterSettings(rank=4, alpha=alpha, targets=targets), seed=1)
    torch.manual_seed(3)
    with torch.no_grad():
        for _, parameter in trainable(model):
            parameter.copy_(torch.randn_like(parameter) / 8)
    return model


def moved(model: Untyped) -> torch.Tensor:
    given = torch.Generator().manual_seed(0)
    noisy = torch.randn(1, 16, 8, 8, generator=given)
    with torch.no_grad():
        return velocity(model, noisy, torch.tensor([0.5]), torch.randn(1, 24, 32, generator=given))


@pytest.mark.parametrize(("targets", "per_block"), [("attn-mlp", 10), ("attn-mlp+adaln", 16)])
def test_a_new_lora_changes_nothing_and_trains_only_itself(
    base: Path, targets: str, per_block: int
) -> None:
    file = base / "transformer.safetensors"
    model = loading.load_transformer(file, dtype=torch.bfloat16, device=CPU)
    before = moved(model)
    found = attach(model, AdapterSettings(rank=4, targets=targets), seed=1)
    assert len(found) == 2 * per_block
    assert torch.equal(moved(model), before)
    assert {p.dtype for _, p in trainable(model)} == {torch.float32}
    assert all(".lora_" in name for name, _ in trainable(model))
    assert len(trainable(model)) == 4 * per_block


def test_at_strength_0_the_network_is_the_base_bit_for_bit(base: Path) -> None:
    file = base / "transformer.safetensors"
    bare = moved(loading.load_transformer(file, dtype=torch.float32, device=CPU))
    model = trained(base)
    with_lora = moved(model)
    model.set_adapters([NAME], [0.0])
    assert torch.equal(moved(model), bare)
    model.set_adapters([NAME], [1.0])
    assert torch.equal(moved(model), with_lora)
    assert not torch.equal(with_lora, bare)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_comes_back_exactly(tmp_path: Path, base: Path, layout: Layout) -> None:
    lora = lora_of(trained(base, "attn-mlp+adaln"), NAME)
    write_lora(tmp_path / "a.safetensors", lora, layout, dtype=torch.bfloat16, extra={"k": "v"})
    read = read_lora(tmp_path / "a.safetensors")
    assert read.modules.keys() == lora.modules.keys()
    assert (len(read.modules), read.rank, read.metadata["k"]) == (32, 4, "v")
    for other in LAYOUTS:
        write_lora(tmp_path / f"{other}.safetensors", read, other)
        again = read_lora(tmp_path / f"{other}.safetensors")
        for name, pair in read.modules.items():
            assert all(map(torch.equal, again.modules[name], pair)), name


def test_alpha_is_folded_into_the_second_matrix(tmp_path: Path, base: Path) -> None:
    halved = lora_of(trained(base, alpha=2.0), NAME)
    whole = lora_of(trained(base, alpha=4.0), NAME)
    for name, pair in halved.modules.items():
        assert torch.equal(pair.up * 2, whole.modules[name].up)
    kohya: dict[str, torch.Tensor] = {}
    for name, pair in whole.modules.items():
        stem = f"lora_unet_{name.replace('.', '_')}"
        kohya |= {f"{stem}.lora_down.weight": pair.down, f"{stem}.lora_up.weight": pair.up}
        kohya[f"{stem}.alpha"] = torch.tensor(2.0)
    save_file(kohya, tmp_path / "kohya.safetensors")
    read = read_lora(tmp_path / "kohya.safetensors")
    for name, pair in halved.modules.items():
        assert all(map(torch.equal, read.modules[name], pair))


def test_diffusers_own_loader_makes_the_same_network_of_it(tmp_path: Path, base: Path) -> None:
    model = trained(base, "attn-mlp+adaln", alpha=2.0)
    path = tmp_path / "lora.safetensors"
    write_lora(path, lora_of(model, NAME), "native", dtype=torch.float32)
    mixin = library("diffusers.loaders").AnimaLoraLoaderMixin
    state = mixin.lora_state_dict(load_file(path))
    theirs = loading.load_transformer(
        base / "transformer.safetensors", dtype=torch.float32, device=CPU
    )
    theirs.load_lora_adapter(state, prefix="transformer")
    torch.testing.assert_close(moved(theirs), moved(model), atol=1e-5, rtol=1e-5)
    assert len([n for n, _ in theirs.named_parameters() if "lora_A" in n]) == 32


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["unet.down.0.lora_A.weight"], "no module of Anima is in it (unet.down.0)"),
        (["hello"], "no module of Anima is in it (hello)"),
        (
            [
                "diffusion_model.blocks.0.mlp.layer1.lora_A.weight",
                "diffusion_model.blocks.0.mlp.layer1.lora_B.weight",
                "diffusion_model.blocks.0.what.lora_A.weight",
            ],
            "1 key of no module of Anima: diffusion_model.blocks.0.what",
        ),
        (["diffusion_model.blocks.0.mlp.layer1.lora_A.weight"], "has one matrix of two"),
    ],
)
def test_a_file_with_anything_else_in_it_is_refused(
    tmp_path: Path, keys: list[str], said: str
) -> None:
    save_file({key: torch.ones(4, 4) for key in keys}, tmp_path / "x.safetensors")
    with pytest.raises(UserError, match=re.escape(said)):
        read_lora(tmp_path / "x.safetensors")
