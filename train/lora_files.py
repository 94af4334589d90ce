"""LoRA files: every layout that trainers write, read into one form; three of them written.

ComfyUI logs unknown keys and goes on, and diffusers loads nothing of some layouts without a word.
Here a file is read whole or refused, and what was loaded is counted.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from safetensors.torch import load_file

from curate.errors import UserError
from rules.quoting import counted
from train.anima.names import ATTENTION, INNER, OUTER, to_diffusers, to_native
from train.safetensors_files import read_header, write_safetensors
from train.untyped import Untyped

Layout = Literal["native", "kohya", "diffusers"]
LAYOUTS: tuple[Layout, ...] = ("native", "kohya", "diffusers")
NATIVE, KOHYA, DIFFUSERS = "diffusion_model.", "lora_unet_", "transformer."
DOWN = (
    ".lora_A.weight", ".lora_A.default.weight", ".lora_down.weight", "_lora.down.weight",
    ".lora.down.weight", ".lora_linear_layer.down.weight", ".lora_A",
)  # fmt: skip
UP = (
    ".lora_B.weight", ".lora_B.default.weight", ".lora_up.weight", "_lora.up.weight",
    ".lora.up.weight", ".lora_linear_layer.up.weight", ".lora_B",
)  # fmt: skip
ALPHA = ".alpha"
ADAPTER_LAYERS = 6
SHOWN = 3


class Pair(NamedTuple):
    """The two matrices of a module: its weight grows by `up` times `down`, alpha included."""

    down: torch.Tensor
    up: torch.Tensor


class Lora(NamedTuple):
    """A LoRA by the native names of its modules, and what its file says of it."""

    modules: Mapping[str, Pair]
    metadata: Mapping[str, str]

    @property
    def rank(self) -> int:
        """Its largest rank."""
        return max(len(pair.down) for pair in self.modules.values())


def native_modules(blocks: int, adapter_layers: int = ADAPTER_LAYERS) -> list[str]:
    """Every module that a LoRA may be attached to, by its name in Anima's files."""
    adapter = [
        f"llm_adapter.blocks.{i}.{part}"
        for i in range(adapter_layers)
        for part in (
            *(f"{a}.{p}_proj" for a in ("self_attn", "cross_attn") for p in "qkvo"),
            "mlp.0",
            "mlp.2",
        )
    ]
    norms = {native for native in ATTENTION if native.endswith("norm")}
    inner = [name for name in INNER if name.rpartition(".")[2] not in norms]
    body = [f"blocks.{i}.{name}" for i in range(blocks) for name in inner]
    return [*body, *(name for name in OUTER if "norm" not in name), *adapter]


def read_lora(path: Path) -> Lora:
    """Read a LoRA in any layout, its alpha folded in.

    Raises:
        UserError: the file is damaged, no module of Anima is in it, or something else is.
    """
    header = read_header(path)
    parts: dict[str, dict[str, str]] = {}
    stray = []
    for key in header.tensors:
        stem, part = _split(key)
        if part is None:
            stray.append(key)
        else:
            parts.setdefault(stem, {})[part] = key
    modules = _named(path, parts, stray)
    tensors = load_file(path)
    pairs = {name: _pair(path, name, parts[stem], tensors) for name, stem in modules.items()}
    return Lora(pairs, header.metadata)


def _split(key: str) -> tuple[str, str | None]:
    for part, suffixes in (("down", DOWN), ("up", UP), ("alpha", (ALPHA,))):
        for suffix in suffixes:
            if key.endswith(suffix):
                return key.removesuffix(suffix), part
    return key, None


def _named(path: Path, parts: Iterable[str], stray: list[str]) -> dict[str, str]:
    """Native name -> stem in the file."""
    stems = list(parts)
    numbers = (int(n) for stem in stems for n in re.findall(r"blocks[._](\d+)[._]", stem))
    known = native_modules(1 + max(numbers, default=0), ADAPTER_LAYERS)
    flat = {name.replace(".", "_"): name for name in known}
    named: dict[str, str] = {}
    for stem in stems:
        name = _native(stem, flat)
        if name is None:
            stray.append(stem)
        else:
            named[name] = stem
    if not named:
        raise UserError(f"{path}: no module of Anima is in it ({', '.join(stray[:SHOWN])})")
    if stray:
        shown = ", ".join(stray[:SHOWN])
        raise UserError(f"{path}: {counted(len(stray), 'key')} of no module of Anima: {shown}")
    return named


def _native(stem: str, flat: Mapping[str, str]) -> str | None:
    if stem.startswith(KOHYA):
        return flat.get(stem.removeprefix(KOHYA))
    if stem.startswith(NATIVE):
        name = stem.removeprefix(NATIVE)
        return name if name.replace(".", "_") in flat else None
    name = stem.removeprefix("base_model.model.").removeprefix(DIFFUSERS)
    if name.startswith("text_conditioner."):
        name = f"llm_adapter.{name.removeprefix('text_conditioner.')}"
        return name if name.replace(".", "_") in flat else None
    return to_native(name)


def _pair(
    path: Path, name: str, parts: Mapping[str, str], tensors: Mapping[str, torch.Tensor]
) -> Pair:
    if not {"down", "up"} <= parts.keys():
        raise UserError(f"{path}: {name} has one matrix of two; get the file again")
    down, up = tensors[parts["down"]], tensors[parts["up"]]
    if down.ndim != up.ndim or len(down) != up.shape[1]:
        raise UserError(f"{path}: the matrices of {name} do not fit: {down.shape} and {up.shape}")
    if "alpha" in parts and (scale := float(tensors[parts["alpha"]]) / len(down)) != 1.0:
        up = (up.to(torch.float32) * scale).to(up.dtype)
    return Pair(down, up)


def write_lora(
    path: Path,
    lora: Lora,
    layout: Layout = "native",
    *,
    dtype: torch.dtype | None = None,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Write a LoRA.

    Args:
        path: the final name; the file appears there whole or not at all.
        lora: what to write.
        layout: `native` is what ComfyUI, diffusers and the official files share.
        dtype: of the file; None for that of the tensors.
        extra: metadata beside the LoRA's own.

    Raises:
        OSError: it cannot be written.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, pair in lora.modules.items():
        down, up = (m.to(dtype) if dtype else m for m in pair)
        if layout == "kohya":
            stem = KOHYA + name.replace(".", "_")
            tensors[f"{stem}.lora_down.weight"] = down
            tensors[f"{stem}.lora_up.weight"] = up
            tensors[f"{stem}.alpha"] = torch.tensor(float(len(down)), dtype=down.dtype)
        else:
            stem = NATIVE + name if layout == "native" else in_diffusers(name)
            tensors[f"{stem}.lora_A.weight"] = down
            tensors[f"{stem}.lora_B.weight"] = up
    write_safetensors(path, tensors, {"format": "pt", **lora.metadata, **(extra or {})})


def in_diffusers(name: str) -> str:
    """The name of a module in diffusers' LoRA files; LookupError for a stranger."""
    if name.startswith("llm_adapter."):
        return f"text_conditioner.{name.removeprefix('llm_adapter.')}"
    theirs = to_diffusers(name)
    if theirs is None:
        raise LookupError(name)
    return DIFFUSERS + theirs


def lora_of(model: Untyped, adapter: str) -> Lora:
    """The LoRA that PEFT holds in a transformer, its scale folded in; tensors on the CPU."""
    modules: dict[str, Pair] = {}
    for name, module in model.named_modules():
        if adapter not in getattr(module, "lora_A", {}):
            continue
        native = to_native(name)
        if native is None:
            raise LookupError(name)
        down = module.lora_A[adapter].weight.detach().cpu().clone()
        up = module.lora_B[adapter].weight.detach().cpu()
        modules[native] = Pair(down, up * module.scaling[adapter])
    return Lora(modules, {})
