"""Heads in one safetensors file: tensors by name, and the card in its metadata."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from curate.classify.heads import Familiar, Floats, Heads, HeadsCard, Linear
from curate.classify.labels import HEADS, QUANTITIES
from rules.records import RecordError, parse_json, to_plain, write_atomically

CARD = "card"


def write_heads(heads: Heads, path: Path) -> None:
    """Write the file; equal heads give equal bytes.

    Raises:
        OSError: it cannot be written; an old one is whole.
    """
    tensors = {"mean": heads.mean, "scale": heads.scale}
    for kind, maps in (("heads", heads.heads), ("quantities", heads.quantities)):
        for name, linear in maps.items():
            tensors[f"{kind}.{name}.weight"] = linear.weight
            tensors[f"{kind}.{name}.bias"] = linear.bias
    if heads.familiar is not None:
        tensors["familiar.whiten"] = heads.familiar.whiten
        tensors["familiar.means"] = heads.familiar.means
    whole = {name: np.ascontiguousarray(v, np.float32) for name, v in sorted(tensors.items())}
    card = json.dumps(to_plain(heads.card), sort_keys=True, separators=(",", ":"))
    write_atomically(path, save(whole, metadata={CARD: card}))


def read_heads(path: Path) -> Heads:
    """Read the file.

    Raises:
        RecordError: it is missing, torn, or not as `write_heads` writes it.
    """
    try:
        with safe_open(path, framework="np") as file:
            card = (file.metadata() or {}).get(CARD)
            parts = _Parts({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise RecordError(str(path), [f"is no file of heads: {error}"]) from error
    if card is None:
        raise RecordError(str(path), ["has no card; `curate calibrate` writes heads"])
    heads = _assembled(parse_json(HeadsCard, card, str(path)), parts)
    if faults := [*parts.faults, *parts.unknown()]:
        raise RecordError(str(path), faults)
    return heads


def read_card(path: Path) -> HeadsCard:
    """Read what a file says of itself, and no tensor.

    Raises:
        RecordError: it is missing, torn, or has no card.
    """
    try:
        with safe_open(path, framework="np") as file:
            card = (file.metadata() or {}).get(CARD)
    except (SafetensorError, OSError) as error:
        raise RecordError(str(path), [f"is no file of heads: {error}"]) from error
    return parse_json(HeadsCard, card or "null", str(path))


class _Parts:
    """A file's tensors, handed out by name and shape; whatever does not fit is noted."""

    def __init__(self, tensors: Mapping[str, NDArray[np.generic]]) -> None:
        self.tensors = tensors
        self.faults: list[str] = []
        self._asked: set[str] = set()

    def take(self, name: str, *shape: int | None) -> Floats:
        """The tensor; None stands for any size."""
        self._asked.add(name)
        value = self.tensors.get(name)
        real = None if value is None else value.shape
        if real is None or not _fits(real, shape):
            found = "nothing" if real is None else list(real)
            self.faults.append(f"`{name}`: wanted shape {list(shape)}, found {found}")
        elif value is not None and (value.dtype != np.float32 or not np.isfinite(value).all()):
            self.faults.append(f"`{name}`: wanted finite numbers of 32 bits")
        else:
            return np.asarray(value, np.float32)
        return np.ones([size or 1 for size in shape], np.float32)

    def linear(self, place: str, outputs: int, inputs: int) -> Linear:
        """A map from `inputs` numbers to `outputs`."""
        weight = self.take(f"{place}.weight", outputs, inputs)
        return Linear(weight=weight, bias=self.take(f"{place}.bias", outputs))

    def unknown(self) -> list[str]:
        """Tensors that nobody asked for."""
        return [f"`{name}`: unknown tensor" for name in sorted(self.tensors.keys() - self._asked)]


def _fits(real: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(real) == len(wanted) and all(
        size > 0 and want in {None, size} for size, want in zip(real, wanted, strict=True)
    )


def _assembled(card: HeadsCard, parts: _Parts) -> Heads:
    for name, head in card.heads.items():
        if head.labels != HEADS.get(name):
            parts.faults.append(f"`{name}`: no head of these labels is known")
    if not card.heads:
        parts.faults.append("holds no head")
    mean = parts.take("mean", None)
    dim = len(mean)
    familiar = None
    if "familiar.whiten" in parts.tensors:
        whiten = parts.take("familiar.whiten", dim, None)
        means = parts.take("familiar.means", None, whiten.shape[1])
        familiar = Familiar(whiten=whiten, means=means)
    return Heads(
        card=card,
        mean=mean,
        scale=parts.take("scale", dim),
        heads={
            name: parts.linear(f"heads.{name}", len(head.labels), dim)
            for name, head in card.heads.items()
        },
        quantities={
            name: parts.linear(f"quantities.{name}", size, dim)
            for name, size in QUANTITIES.items()
            if f"quantities.{name}.weight" in parts.tensors
        },
        familiar=familiar,
    )
