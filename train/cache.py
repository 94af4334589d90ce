"""Tensors kept by the content that they were made from.

A name is the hash of everything that decided the tensor, so an entry can never be stale. An entry
whose bytes are not those that were written is taken for absent, and made again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load

from curate.progress import progress
from train.safetensors_files import write_safetensors

T = TypeVar("T")
TENSOR = "tensor"


class TensorCache:
    """One kind of tensors in one folder.

    Attributes:
        made: how many entries were made rather than read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.made = 0

    def read(self, key: str) -> torch.Tensor | None:
        """The tensor of a key; None where there is none, or none whole."""
        try:
            raw = self._path(key).read_bytes()
            payload, told = raw[:-64], raw[-64:]
            if hashlib.sha256(payload).hexdigest().encode() != told:
                return None
            return load(payload)[TENSOR]
        except (OSError, ValueError, KeyError):
            return None

    def write(self, key: str, tensor: torch.Tensor) -> None:
        """Keep a tensor; raises OSError where the disk is full."""
        write_safetensors(self._path(key), {TENSOR: tensor}, {}, checksum=True)
        self.made += 1

    def fill(
        self,
        wanted: Iterable[tuple[str, T]],
        make: Callable[[Sequence[T]], Iterable[torch.Tensor]],
        *,
        doing: str,
        batch: int = 1,
    ) -> None:
        """Make what is not there.

        Args:
            wanted: key and what its tensor is made from.
            make: tensors for some of those, in their order.
            doing: for the progress bar.
            batch: how many are made at once.
        """
        absent = [(key, what) for key, what in dict(wanted).items() if self.read(key) is None]
        groups = [absent[i : i + batch] for i in range(0, len(absent), batch)]
        for group in progress(groups, total=len(groups), doing=doing):
            tensors = make([what for _, what in group])
            for (key, _), tensor in zip(group, tensors, strict=True):
                self.write(key, tensor)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.safetensors"


def each(items: Iterable[T], make: Callable[[T], torch.Tensor]) -> Iterator[torch.Tensor]:
    """Make tensors one by one."""
    return (make(item) for item in items)
