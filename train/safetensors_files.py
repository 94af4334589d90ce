"""Safetensors files: headers read without torch, files written in one piece or not at all.

The safetensors package writes metadata in an order of its own, another one in every process, so
equal runs would end in unequal files; and a file that a full disk cut short would stay. Hence a
writer of our own, by the format's page: a length of 8 bytes, JSON, the tensors in a row.
"""

import hashlib
import itertools
import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import UserError
from rules.records import record

if TYPE_CHECKING:
    import torch

DTYPE_BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2,
    "I16": 2, "U16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
TORCH_NAMES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16",
    "int64": "I64", "int32": "I32", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip
LENGTH_BYTES = 8
HEADER_LIMIT = 100_000_000
# How files begin that people take for weights, and what they are.
IMPOSTORS = (
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (b"<", "a web page; download the file itself, not the page about it"),
    (b"PK", "a pickle or zip archive, which can run code; get the .safetensors file"),
    (b"\x80", "a pickle, which can run code; get the .safetensors file"),
    (b"GGUF", "a GGUF file, which cannot be trained; get the .safetensors file"),
)


@record
class TensorInfo:
    """One tensor of a file: its dtype as safetensors names it, its shape, where its bytes lie."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


@record
class Header:
    """What a file says of itself before its tensors."""

    tensors: Mapping[str, TensorInfo]
    metadata: Mapping[str, str]
    bytes: int

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Key -> shape."""
        return {key: info.shape for key, info in self.tensors.items()}


def read_header(path: Path) -> Header:
    """Read and check the header of a file.

    Raises:
        UserError: no such file, no safetensors file, or one that is cut short.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(64)
            for mark, what in IMPOSTORS:
                if start.lstrip().startswith(mark) and not _plausible(start, size):
                    raise UserError(f"{path}: is {what}")
            if not _plausible(start, size):
                raise UserError(f"{path}: is no safetensors file, or is cut short; get it again")
            length = struct.unpack("<Q", start[:LENGTH_BYTES])[0]
            file.seek(LENGTH_BYTES)
            raw = file.read(length)
    except FileNotFoundError as error:
        raise UserError(f"{path}: {error.strerror}; get it, or name where it lies") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: {error.strerror}; name the .safetensors file in it") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    return _parsed(path, raw, size)


def _plausible(start: bytes, size: int) -> bool:
    if len(start) < LENGTH_BYTES + 2:
        return False
    length = struct.unpack("<Q", start[:LENGTH_BYTES])[0]
    fits = bool(length <= min(HEADER_LIMIT, size - LENGTH_BYTES))
    return fits and start[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{"


def _parsed(path: Path, raw: bytes, size: int) -> Header:
    try:
        plain = json.loads(raw)
        metadata = plain.pop("__metadata__", {})
        tensors = {
            key: TensorInfo(
                dtype=value["dtype"],
                shape=tuple(value["shape"]),
                data_offsets=(value["data_offsets"][0], value["data_offsets"][1]),
            )
            for key, value in plain.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UserError(f"{path}: its header cannot be read; get the file again") from error
    wanted = LENGTH_BYTES + len(raw) + max((t.data_offsets[1] for t in tensors.values()), default=0)
    if wanted != size:
        raise UserError(f"{path}: has {size:,} bytes of {wanted:,}; get the file again")
    for key, info in tensors.items():
        begin, end = info.data_offsets
        if end - begin != prod(info.shape) * DTYPE_BYTES.get(info.dtype, 0):
            raise UserError(f"{path}: {key} is {info.dtype} of {info.shape} in {end - begin} bytes")
    return Header(tensors=tensors, metadata=metadata, bytes=LENGTH_BYTES + len(raw))


def header_bytes(
    shapes: Mapping[str, tuple[str, tuple[int, ...]]], metadata: Mapping[str, str]
) -> bytes:
    """The head of a file, with its length in front.

    Args:
        shapes: key -> dtype as safetensors names it, and shape.
        metadata: written in the order of its keys.
    """
    head: dict[str, Any] = {}
    if metadata:
        head["__metadata__"] = dict(sorted(metadata.items()))
    offset = 0
    for key in _in_order(shapes):
        dtype, shape = shapes[key]
        end = offset + prod(shape) * DTYPE_BYTES[dtype]
        head[key] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    raw = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    raw += b" " * (-len(raw) % LENGTH_BYTES)
    return struct.pack("<Q", len(raw)) + raw


def _in_order(shapes: Mapping[str, tuple[str, tuple[int, ...]]]) -> list[str]:
    """The widest dtypes first, so that every tensor lies aligned; then by name."""
    return sorted(shapes, key=lambda key: (-DTYPE_BYTES[shapes[key][0]], key))


def write_safetensors(
    path: Path,
    tensors: Mapping[str, "torch.Tensor"],
    metadata: Mapping[str, str],
    *,
    checksum: bool = False,
) -> None:
    """Write a file so that a crash leaves the old one or the new one, the same bytes every time.

    Args:
        path: the final name.
        tensors: on any device.
        metadata: strings alone, as the format wants it.
        checksum: whether the sha256 of all of it follows in hex, which only our caches read.

    Raises:
        OSError: the disk is full or read-only; nothing is left under the final name.
    """
    shapes = {
        key: (TORCH_NAMES[str(tensor.dtype).removeprefix("torch.")], tuple(tensor.shape))
        for key, tensor in tensors.items()
    }
    parts = (_bytes_of(tensors[key]) for key in _in_order(shapes))
    head: list[bytes | memoryview] = [header_bytes(shapes, metadata)]
    whole = itertools.chain(head, parts)
    write_whole(path, lambda: _with_checksum(whole) if checksum else whole)


def _with_checksum(parts: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    told = hashlib.sha256()
    for part in parts:
        told.update(part)
        yield part
    yield told.hexdigest().encode()


def write_whole(path: Path, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
    """Write parts to a temporary name, sync, and rename to the final one; raises OSError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".train.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts():
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power cut may forget the new name
    finally:
        os.close(folder)


def _bytes_of(tensor: "torch.Tensor") -> memoryview:
    import torch

    flat = tensor.detach().cpu().contiguous().reshape(-1)
    if not flat.numel():
        return memoryview(b"")
    raw: Any = flat.view(torch.uint8).numpy()
    return memoryview(raw)
