"""Anima's split files as diffusers' and transformers' own networks, strictly.

Built on meta, names mapped, assigned: a network is never in memory twice, and a key that is
missing, unknown or of another shape is an error that names it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from curate.errors import UserError
from rules.quoting import counted
from train.anima import names
from train.anima.shapes import (
    CONTEXT_ROWS,
    QWEN_EPS,
    QWEN_THETA,
    ROPE_SCALE,
    AdapterSize,
    QwenSize,
    TransformerSize,
    VaeSize,
    adapter_size,
    qwen_size,
    transformer_size,
    vae_size,
)
from train.safetensors_files import read_header
from train.untyped import Untyped, library

SHOWN = 5
QWEN_FILE = "model.safetensors"
META = torch.device("meta")


def transformer_keys(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Key without prefix -> key in the file, of the transformer and of the adapter.

    Raises:
        UserError: it is no such file, or holds what no Anima has.
    """
    keys = read_header(path).tensors
    prefix = names.find_prefix(keys)
    if prefix is None:
        raise UserError(
            f"{path}: holds no {names.LANDMARK}, so it is no transformer of Anima; name the file "
            f"that is meant"
        )
    stray = [key for key in keys if not key.startswith(prefix)]
    bare = {key.removeprefix(prefix): key for key in keys if key.startswith(prefix)}
    bare = {key: name for key, name in bare.items() if not names.IGNORED.fullmatch(key)}
    adapter = {
        key.removeprefix(names.ADAPTER): name
        for key, name in bare.items()
        if key.startswith(names.ADAPTER)
    }
    body = {key: name for key, name in bare.items() if not key.startswith(names.ADAPTER)}
    stray += [
        name
        for key, name in body.items()
        if names.to_diffusers(key.removesuffix(".weight")) is None
    ]
    if stray:
        raise UserError(
            f"{path}: {counted(len(stray), 'unknown key')}: {_listed(stray)}; the published file "
            f"has none"
        )
    return body, adapter


def build_transformer(
    shapes: Mapping[str, tuple[int, ...]], rope_scale: tuple[float, float, float] = ROPE_SCALE
) -> Untyped:
    """A transformer on meta of the size that the shapes tell; KeyError where one is missing."""
    return make_transformer(transformer_size(shapes), rope_scale, META)


def make_transformer(
    size: TransformerSize, rope_scale: tuple[float, float, float], device: torch.device
) -> Untyped:
    """A transformer of a size, with the library's own first weights where it is not on meta."""
    with device:
        return library("diffusers").CosmosTransformer3DModel(
            in_channels=size.latent_channels,
            out_channels=size.latent_channels,
            num_attention_heads=size.heads,
            attention_head_dim=size.head_dim,
            num_layers=size.blocks,
            mlp_ratio=size.mlp_ratio,
            text_embed_dim=size.context_dim,
            adaln_lora_dim=size.adaln_dim,
            rope_scale=rope_scale,
            concat_padding_mask=True,
            extra_pos_embed_type=None,
        )


def load_transformer(
    path: Path,
    *,
    dtype: torch.dtype,
    device: torch.device,
    rope_scale: tuple[float, float, float] = ROPE_SCALE,
) -> Untyped:
    """The transformer of a split file, frozen, in evaluation mode.

    Raises:
        UserError: the file is damaged, or is no Anima.
    """
    body, _ = transformer_keys(path)
    shapes = _shapes(path, body)
    model = _built(path, lambda: build_transformer(shapes, rope_scale))
    renamed = {
        f"{names.to_diffusers(key.removesuffix('.weight'))}.weight": name
        for key, name in body.items()
    }
    return _filled(model, path, renamed, dtype, device)


def build_adapter(
    shapes: Mapping[str, tuple[int, ...]], context_rows: int = CONTEXT_ROWS
) -> Untyped:
    """An adapter on meta of the size that the shapes tell; KeyError where one is missing."""
    return make_adapter(adapter_size(shapes), context_rows, META)


def make_adapter(size: AdapterSize, context_rows: int, device: torch.device) -> Untyped:
    """An adapter of a size, with the library's own first weights where it is not on meta."""
    with device:
        model = library("diffusers").AnimaTextConditioner(
            source_dim=size.source_dim,
            target_dim=size.target_dim,
            model_dim=size.model_dim,
            num_layers=size.layers,
            num_attention_heads=size.heads,
            mlp_ratio=size.mlp_ratio,
            target_vocab_size=size.vocabulary,
            min_sequence_length=context_rows,
        )
    # Its table of frequencies is in no file, so it must not stay on meta.
    model.rotary_emb = type(model.rotary_emb)(size.model_dim // size.heads)
    return model


def load_adapter(
    path: Path, *, dtype: torch.dtype, device: torch.device, context_rows: int = CONTEXT_ROWS
) -> Untyped:
    """The adapter in a transformer's split file, frozen; raises UserError."""
    _, keys = transformer_keys(path)
    if not keys:
        raise UserError(f"{path}: holds no {names.ADAPTER}* keys; use the file with its adapter")
    shapes = _shapes(path, keys)
    model = _built(path, lambda: build_adapter(shapes, context_rows))
    return _filled(model, path, keys, dtype, device)


def qwen_file(path: Path) -> Path:
    """The weights of a text encoder that is given as a file or as a folder of the hub's layout."""
    return path / QWEN_FILE if path.is_dir() else path


def build_qwen(shapes: Mapping[str, tuple[int, ...]]) -> Untyped:
    """A text encoder on meta of the size that the shapes tell; KeyError where one is missing."""
    return make_qwen(qwen_size(shapes), META)


def make_qwen(size: QwenSize, device: torch.device) -> Untyped:
    """A text encoder of a size, with the library's own first weights where it is not on meta."""
    config = library("transformers").Qwen3Config(
        vocab_size=size.vocabulary,
        hidden_size=size.hidden,
        intermediate_size=size.mlp,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.kv_heads,
        head_dim=size.head_dim,
        rms_norm_eps=QWEN_EPS,
        rope_parameters={"rope_type": "default", "rope_theta": QWEN_THETA},
        tie_word_embeddings=True,
        use_cache=False,
    )
    with device:
        model = library("transformers").Qwen3Model(config)
    model.rotary_emb = type(model.rotary_emb)(config)
    return model


def load_qwen(path: Path, *, dtype: torch.dtype, device: torch.device) -> Untyped:
    """The text encoder, from a split file or a folder; raises UserError."""
    file = qwen_file(path)
    every = read_header(file).tensors
    keys = {key.removeprefix("model."): key for key in every if not key.startswith("lm_head.")}
    shapes = _shapes(file, keys)
    return _filled(_built(file, lambda: build_qwen(shapes)), file, keys, dtype, device)


def build_vae(shapes: Mapping[str, tuple[int, ...]]) -> Untyped:
    """A VAE on meta of the size that the shapes tell; KeyError where one is missing."""
    return make_vae(vae_size(shapes), META)


def make_vae(size: VaeSize, device: torch.device) -> Untyped:
    """A VAE of a size, with the library's own first weights where it is not on meta."""
    with device:
        return library("diffusers").AutoencoderKLQwenImage(base_dim=size.base_dim, z_dim=size.z_dim)


def vae_names(keys: Mapping[str, str]) -> dict[str, str]:
    """Name in diffusers -> key in the file, by diffusers' own table for VAEs of this layout."""
    convert = library("diffusers.loaders.single_file_utils").convert_wan_vae_to_diffusers
    return dict(convert(dict(keys)))


def load_vae(path: Path, *, dtype: torch.dtype, device: torch.device) -> Untyped:
    """The VAE of a single file; raises UserError."""
    keys = {key: key for key in read_header(path).tensors}
    shapes = _shapes(path, keys)
    model = _built(path, lambda: build_vae(shapes))
    return _filled(model, path, vae_names(keys), dtype, device)


def load_tokenizer(where: str) -> Untyped:
    """A tokenizer from a folder, or from the hub by its name.

    Raises:
        UserError: it is in neither.
    """
    try:
        return library("transformers").AutoTokenizer.from_pretrained(where)
    except (OSError, ValueError, ImportError) as error:
        hint = "name a folder with tokenizer.json, or a model of the hub that can be reached"
        raise UserError(f"{where}: no tokenizer could be loaded; {hint}") from error


def _shapes(path: Path, keys: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    shapes = read_header(path).shapes
    return {key: shapes[name] for key, name in keys.items()}


def _built(path: Path, build: Callable[[], Untyped]) -> Untyped:
    try:
        return build()
    except (KeyError, ZeroDivisionError, IndexError, ValueError, TypeError) as error:
        raise UserError(
            f"{path}: is not what it was named as: {error!s} is missing; name the file that is "
            f"meant"
        ) from error


def _filled(
    model: Untyped,
    path: Path,
    keys: Mapping[str, str],
    dtype: torch.dtype,
    device: torch.device,
) -> Untyped:
    """The network with the tensors of a file.

    Args:
        model: on meta.
        path: a file whose header was checked.
        keys: name in the network -> key in the file.
        dtype: of every tensor afterwards.
        device: where they lie afterwards.
    """
    from safetensors import safe_open

    wanted = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    check_keys(path, wanted, _shapes(path, keys))
    with safe_open(path, "pt", device=str(device)) as file:
        tensors = {key: file.get_tensor(name).to(dtype) for key, name in keys.items()}
    model.load_state_dict(tensors, strict=True, assign=True)
    return model.to(device).requires_grad_(requires_grad=False).eval()


def check_keys(
    path: Path, wanted: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]]
) -> None:
    """Hold the tensors of a file against those that a network wants.

    Raises:
        UserError: naming what is missing, unknown or of another shape.
    """
    faults = []
    if missing := [key for key in wanted if key not in found]:
        faults.append(f"{counted(len(missing), 'key')} missing: {_listed(missing)}")
    if unknown := [key for key in found if key not in wanted]:
        faults.append(f"{counted(len(unknown), 'unknown key')}: {_listed(unknown)}")
    if other := [key for key in wanted if key in found and wanted[key] != found[key]]:
        shapes = [f"{key} is {list(found[key])}, not {list(wanted[key])}" for key in other]
        faults.append(f"{counted(len(other), 'key')} of another shape: {_listed(shapes)}")
    if faults:
        raise UserError(f"{path}: {'; '.join(faults)}; get the published file, or a whole one")


def _listed(keys: list[str]) -> str:
    more = f" and {len(keys) - SHOWN:,} more" if len(keys) > SHOWN else ""
    return ", ".join(keys[:SHOWN]) + more
