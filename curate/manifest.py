"""manifest.json: approved pictures and captions by the hash of their bytes, and its check.

Imports neither a picture library nor FiftyOne: a trainer's gate costs the hashing.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from curate.errors import UserError
from curate.folder import list_folder
from curate.progress import progress
from rules.records import RecordError, parse_json, record, to_plain, write_atomically

MANIFEST = "manifest.json"
SPEC_FILE = "dataset.yaml"
MANIFEST_BYTES = 2**28
ANEW = "`curate approve` writes it anew"
THREADS = (os.cpu_count() or 1) + 1
VERSION = 2


@record
class ApprovedPicture:
    """A picture that may be trained, with the caption that its trainer reads.

    Attributes:
        sha256: of the picture's bytes.
        caption: path of its caption file, None where it has none.
        caption_sha256: of the caption file's bytes.
    """

    path: str
    sha256: str
    caption: str | None = None
    caption_sha256: str | None = None


@record
class RejectedPicture:
    """A picture that people rejected, and why."""

    path: str
    reason: str | None = None


@record
class Override:
    """Errors that were accepted all the same.

    Attributes:
        reason: a person's.
        findings: fingerprints of the errors that it covers.
    """

    code: str
    reason: str
    findings: tuple[str, ...]


@record
class Manifest:
    """The whole file.

    Attributes:
        version: of this format.
        tool: name and version of the program that wrote it.
        trainer: the profile that captions were judged by.
        dataset_yaml: sha256, None where there was no such file.
        report: sha256 of the report that the approval rests on.
        overridden: errors that people accepted.
        seal: hash of everything else, so that an entry that was added, changed or taken out by
            hand does not pass for approved.
    """

    version: int
    tool: str
    dataset: str
    trainer: str
    dataset_yaml: str | None
    report: str
    overridden: tuple[Override, ...]
    pictures: tuple[ApprovedPicture, ...]
    rejected: tuple[RejectedPicture, ...] = ()
    seal: str = ""


def real_files(root: Path) -> dict[str, str]:
    """Shown path -> where to open it; nothing outside the folder is among them."""
    listing = list_folder(root)
    captions = (file for files in listing.captions.values() for file in files)
    return {file.path: file.real for file in (*listing.pictures, *captions)}


def digests(places: Mapping[str, str]) -> dict[str, str | None]:
    """sha256 of every file by its name; None for one that cannot be read."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = progress(
            zip(places, pool.map(_digest, places.values()), strict=True),
            total=len(places),
            doing="hashing files",
        )
        return dict(found)


def _digest(place: str) -> str | None:
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - a name of any bytes
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Seal it and write it: the last file of an approval.

    Raises:
        OSError: it cannot be written; the old manifest is whole.
    """
    sealed = replace(manifest, seal=seal_of(manifest))
    content = json.dumps(to_plain(sealed), ensure_ascii=False, indent=1)
    write_atomically(root / MANIFEST, f"{content}\n".encode())


def seal_of(manifest: Manifest) -> str:
    """sha256 of what a manifest says, whatever the order of its keys and its white space."""
    plain = to_plain(replace(manifest, seal=""))
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def read_manifest(root: Path) -> Manifest:
    """Read a dataset's manifest.

    Raises:
        UserError: there is none.
        RecordError: it cannot be understood, or was edited since it was written.
    """
    path = root / MANIFEST
    try:
        if path.exists() and not path.is_file():
            raise RecordError(str(path), [f"is no regular file; {ANEW}"])
        if path.stat().st_size > MANIFEST_BYTES:
            raise RecordError(str(path), [f"is over {MANIFEST_BYTES:,} bytes; {ANEW}"])
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; `curate approve` writes it") from error
    try:
        manifest = parse_json(Manifest, raw, str(path))
    except RecordError as error:
        raise RecordError(str(path), [*error.faults, ANEW]) from error
    if manifest.version != VERSION:
        fault = f"is of version {manifest.version}, not {VERSION}; {ANEW}"
        raise RecordError(str(path), [fault])
    if manifest.seal != seal_of(manifest):
        fault = f"was edited, so it is not what somebody approved; {ANEW}"
        raise RecordError(str(path), [fault])
    return manifest


def drift(root: Path, manifest: Manifest) -> Iterator[str]:
    """What differs from the manifest, one sentence a file."""
    files = real_files(root)
    wanted: dict[str, str] = {}
    for picture in manifest.pictures:
        wanted[picture.path] = picture.sha256
        if picture.caption is not None and picture.caption_sha256 is not None:
            wanted[picture.caption] = picture.caption_sha256
    found = digests({path: files[path] for path in wanted if path in files})
    for path, sha256 in wanted.items():
        if path not in found:
            yield f"{path} is gone"
        elif found[path] is None:
            yield f"{path} cannot be read"
        elif found[path] != sha256:
            yield f"{path} has changed"
    yield from _drifted_spec(root, manifest.dataset_yaml)


def _drifted_spec(root: Path, sha256: str | None) -> Iterator[str]:
    found = spec_digest(root)
    if found != sha256:
        what = "is gone" if found is None else "has changed" if sha256 else "is new"
        yield f"{SPEC_FILE} {what}"


def spec_digest(root: Path) -> str | None:
    """sha256 of dataset.yaml, None where there is none."""
    return _digest(str(root / SPEC_FILE))
