"""Anima's files load strictly, at any size, under every prefix; what is no Anima is named."""

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from support.miniature import transformer_tensors, write_base

from curate.errors import UserError
from train.anima import loading, names
from train.anima.shapes import transformer_size
from train.safetensors_files import header_bytes, read_header, write_safetensors

KEYS = Path(__file__).parent / "keys"
CPU = torch.device("cpu")
F32 = torch.float32


def published(name: str) -> dict[str, tuple[int, ...]]:
    """Key -> shape of a published file."""
    listed = json.loads((KEYS / f"{name}.json").read_text())
    return {key: tuple(shape) for key, shape in listed.items()}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


def test_the_published_transformer_and_adapter_match_their_networks() -> None:
    bare = {key.removeprefix("net."): shape for key, shape in published("anima_base_v1").items()}
    adapter = {
        key.removeprefix(names.ADAPTER): shape
        for key, shape in bare.items()
        if key.startswith(names.ADAPTER)
    }
    body = {key: shape for key, shape in bare.items() if not key.startswith(names.ADAPTER)}
    assert (len(bare), len(adapter)) == (685, 118)
    renamed = {
        f"{names.to_diffusers(key.removesuffix('.weight'))}.weight": shape
        for key, shape in body.items()
    }
    built = loading.build_transformer(body)
    assert {k: tuple(v.shape) for k, v in built.state_dict().items()} == renamed
    built_adapter = loading.build_adapter(adapter)
    assert {k: tuple(v.shape) for k, v in built_adapter.state_dict().items()} == adapter
    assert sum(p.numel() for p in built.parameters()) == 1_956_405_248
    assert sum(p.numel() for p in built_adapter.parameters()) == 134_663_680
    assert (built.config.num_layers, built.config.num_attention_heads) == (28, 16)


def test_the_published_text_encoder_matches_its_network() -> None:
    shapes = {k.removeprefix("model."): v for k, v in published("qwen3_06b_base").items()}
    built = loading.build_qwen(shapes)
    assert {k: tuple(v.shape) for k, v in built.state_dict().items()} == shapes
    assert len(shapes) == 310


def test_the_published_vae_matches_its_network() -> None:
    shapes = published("qwen_image_vae")
    back = loading.vae_names({key: key for key in shapes})
    found = {name: shapes[key] for name, key in back.items()}
    assert len(found) == 194
    assert {k: tuple(v.shape) for k, v in loading.build_vae(shapes).state_dict().items()} == found


@pytest.mark.parametrize(
    ("name", "metadata", "head", "size"),
    [
        ("anima_base_v1", {}, 80_472, 4_182_218_328),
        ("qwen3_06b_base", {"format": "pt"}, 35_256, 1_192_135_096),
        ("qwen_image_vae", {}, 21_184, 253_806_246),
    ],
)
def test_heads_have_the_published_sizes(
    name: str, metadata: dict[str, str], head: int, size: int
) -> None:
    shapes = {key: ("BF16", shape) for key, shape in published(name).items()}
    assert len(header_bytes(shapes, metadata)) == head
    numbers = sum(torch.Size(shape).numel() for _, shape in shapes.values())
    assert head + 2 * numbers == size


@pytest.mark.parametrize(
    "prefix", ["net.", "model.diffusion_model.", "model.diffusion_model.net.", ""]
)
def test_every_prefix_loads_to_the_same_network(tmp_path: Path, base: Path, prefix: str) -> None:
    other = write_base(tmp_path, prefix=prefix) / "transformer.safetensors"
    one = loading.load_transformer(base / "transformer.safetensors", dtype=F32, device=CPU)
    two = loading.load_transformer(other, dtype=F32, device=CPU)
    assert all(map(torch.equal, one.state_dict().values(), two.state_dict().values()))
    assert loading.load_adapter(other, dtype=F32, device=CPU).config.num_layers == 2


@pytest.mark.parametrize("blocks", [28, 40, 52])
def test_blocks_are_counted_by_keys(blocks: int) -> None:
    block = {k: v for k, v in published("anima_base_v1").items() if k.startswith("net.blocks.0.")}
    shapes = {k.removeprefix("net."): v for k, v in published("anima_base_v1").items()}
    for i in range(28, blocks):
        shapes |= {k.replace("net.blocks.0.", f"blocks.{i}."): v for k, v in block.items()}
    assert transformer_size(shapes).blocks == blocks


def test_position_tables_and_connectors_are_left_out_and_strangers_named(tmp_path: Path) -> None:
    tensors = {f"net.{key}": value for key, value in transformer_tensors(1).items()}
    extra = {"net.pos_embedder.seq": torch.zeros(4), "net.anima_v2_connector.a": torch.zeros(1)}
    path = tmp_path / "expanded.safetensors"
    write_safetensors(path, tensors | extra, {})
    assert loading.load_transformer(path, dtype=F32, device=CPU).config.num_layers == 1
    write_safetensors(path, tensors | {"net.blocks.0.self_attn.w.weight": torch.zeros(1)}, {})
    said = r"1 unknown key: net\.blocks\.0\.self_attn\.w\.weight; the published file has none"
    with pytest.raises(UserError, match=said):
        loading.load_transformer(path, dtype=F32, device=CPU)
    del tensors["net.blocks.0.mlp.layer2.weight"]
    write_safetensors(path, tensors, {})
    said = r"1 key missing: transformer_blocks\.0\.ff\.net\.2\.weight; get the published file"
    with pytest.raises(UserError, match=said):
        loading.load_transformer(path, dtype=F32, device=CPU)


def test_text_encoder_loads_as_file_and_as_folder(tmp_path: Path, base: Path) -> None:
    one = loading.load_qwen(base / "text_encoder.safetensors", dtype=F32, device=CPU)
    (tmp_path / "model.safetensors").write_bytes((base / "text_encoder.safetensors").read_bytes())
    two = loading.load_qwen(tmp_path, dtype=F32, device=CPU)
    ids = torch.tensor([[1, 2, 3]])
    assert torch.equal(one(ids).last_hidden_state, two(ids).last_hidden_state)


def test_a_file_of_another_network_says_so(base: Path) -> None:
    with pytest.raises(UserError, match="it is no transformer of Anima"):
        loading.load_transformer(base / "vae.safetensors", dtype=F32, device=CPU)
    with pytest.raises(UserError, match=r"is not what it was named as: .*; name the file"):
        loading.load_vae(base / "transformer.safetensors", dtype=F32, device=CPU)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"PK\x03\x04archive/data.pkl", "a pickle or zip"),
        (b"", "no safetensors file, or is cut short"),
        (b"\x10\0\0\0\0\0\0\0{not json at all", "its header cannot be read"),
    ],
)
def test_files_that_are_no_weights_are_named_for_what_they_are(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        read_header(path)


def test_a_file_that_is_not_there_is_no_riddle(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file or directory; get it, or name where it"):
        read_header(tmp_path / "model.safetensors")
    with pytest.raises(UserError, match=r"Is a directory; name the \.safetensors file in it"):
        read_header(tmp_path)


def test_a_truncated_file_tells_how_much_is_there(tmp_path: Path, base: Path) -> None:
    whole = (base / "vae.safetensors").read_bytes()
    path = tmp_path / "vae.safetensors"
    path.write_bytes(whole[:-1])
    with pytest.raises(UserError, match=f"has {len(whole) - 1:,} bytes of {len(whole):,}"):
        read_header(path)


def test_our_files_are_read_by_the_safetensors_package(tmp_path: Path) -> None:
    tensors = {
        "b": torch.arange(5, dtype=torch.uint8),
        "a": torch.randn(3, 2).to(torch.bfloat16),
        "empty": torch.zeros(0, 4),
        "scalar": torch.tensor(7, dtype=torch.int64),
    }
    write_safetensors(tmp_path / "x.safetensors", tensors, {"z": "1", "a": "é"})
    read = load_file(tmp_path / "x.safetensors")
    assert all(torch.equal(tensors[key], read[key]) for key in tensors)
    assert read_header(tmp_path / "x.safetensors").metadata == {"a": "é", "z": "1"}


def test_a_place_that_cannot_be_written_is_named_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "x.safetensors", Path("/proc/x.safetensors")):
        with pytest.raises(OSError, match=re.escape(str(place))):
            write_safetensors(place, {"a": torch.ones(1)}, {})


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_safetensors(path, {"a": torch.ones(1)}, {})
    with pytest.raises(KeyError):
        write_safetensors(path, {"a": torch.ones(1, dtype=torch.complex64)}, {})
    assert [file.name for file in tmp_path.iterdir()] == ["x.safetensors"]
