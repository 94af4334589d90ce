"""The files of a small base: the published layout, prefixes and formats, and a card beside them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
import yaml

from rules.records import write_atomically
from train.anima.loading import vae_names
from train.anima.names import ADAPTER, to_native
from train.pretrain.networks import Networks
from train.pretrain.recipe import Recipe
from train.pretrain.vocabulary import QWEN, T5
from train.safetensors_files import write_safetensors
from train.stamps import file_digest
from train.untyped import Untyped

KEYS = Path(__file__).with_name("vae_keys.json")
BASE = "base.yaml"
CARD = "README.md"
TRANSFORMER, TEXT_ENCODER, VAE = (
    f"{name}.safetensors" for name in ("transformer", "text_encoder", "vae")
)
PREFIX = "net."
MEBI = 1 << 20


def write_networks(folder: Path, networks: Networks) -> None:
    """Write transformer with adapter, and text encoder, in half precision; raises OSError."""
    tensors = {PREFIX + ADAPTER + k: v for k, v in networks.adapter.state_dict().items()}
    for key, value in networks.transformer.state_dict().items():
        native = to_native(key.removesuffix(".weight"))
        if native is None:
            raise LookupError(f"{key} has no name in the published layout")
        tensors[f"{PREFIX}{native}.weight"] = value
    _write(folder / TRANSFORMER, tensors, {})
    texts = {f"model.{k}": v for k, v in networks.text_encoder.state_dict().items()}
    _write(folder / TEXT_ENCODER, texts, {"format": "pt"})


def write_vae(folder: Path, vae: Untyped) -> None:
    """Write a VAE under the names of the published file, in half precision; raises OSError."""
    keys = json.loads(KEYS.read_text(encoding="utf-8"))
    published = vae_names({key: key for key in keys})
    state = vae.state_dict()
    _write(folder / VAE, {key: state[name] for name, key in published.items()}, {})


def write_base(  # noqa: PLR0913 - all but two by keyword
    folder: Path,
    recipe: Recipe,
    *,
    networks: Networks,
    vae: Untyped,
    write_tokenizers: Callable[[Path], None],
    card: Sequence[str],
) -> None:
    """Write a whole base, `base.yaml` last: what names it is there when all of it is.

    Raises:
        OSError: the disk is full or read-only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BASE).unlink(missing_ok=True)
    write_networks(folder, networks)
    write_vae(folder, vae)
    write_tokenizers(folder)
    write_atomically(folder / CARD, "\n".join([*card, ""]).encode())
    named = {
        "transformer": TRANSFORMER,
        "text_encoder": TEXT_ENCODER,
        "vae": VAE,
        "qwen_tokenizer": QWEN,
        "t5_tokenizer": T5,
        "context_rows": recipe.context_rows,
        "rope_scale": list(recipe.rope_scale),
        "sha256": file_digest(folder / TRANSFORMER),
    }
    write_atomically(folder / BASE, yaml.safe_dump(named, sort_keys=False).encode())


def size_of(folder: Path) -> float:
    """What all files of a base take, in MiB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEBI


def _write(path: Path, tensors: Mapping[str, torch.Tensor], told: Mapping[str, str]) -> None:
    halves = {key: value.detach().to("cpu", torch.float16) for key, value in tensors.items()}
    broken = [key for key, value in halves.items() if not torch.isfinite(value).all()]
    if broken:
        raise ValueError(f"{path}: {broken[0]} does not fit half precision")
    write_safetensors(path, halves, told)
