"""The approved set that a LoRA was trained on, and references that must not be in it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from curate.errors import UserError
from curate.folder import list_folder
from curate.manifest import MANIFEST, drift, read_manifest
from curate.measure import measure
from evaluate.spec.checkpoints import Lora
from evaluate.verdicts.evidence import TRAIN, Training
from rules.model import Dataset, Picture
from rules.quoting import some_of
from rules.records import record

AXES = ("framing", "view", "elevation", "pose")
# Bits of 64 in which perceptual hashes of one picture may differ.
NEAR = 5


@record
class Approved:
    """Pictures that verdicts may compare with; None where nobody knows what was trained.

    Attributes:
        root: of the dataset.
        pictures: path -> sha256.
        why_not: why there are none.
    """

    root: Path | None = None
    pictures: dict[str, str] | None = None
    why_not: str | None = None


def approved_of(root: Path, loras: Iterable[Lora]) -> Approved:
    """The pictures that every LoRA was trained on, by the hash of their manifest.

    Raises:
        UserError: the manifest drifted, or is another one than a LoRA was trained on.
    """
    stamps = {lora.label: lora.manifest for lora in loras}
    unknown = [label for label, stamp in stamps.items() if stamp is None]
    if unknown or not stamps:
        told = f"{some_of(unknown)} does not say which approved set it was trained on"
        return Approved(why_not=told if unknown else "there is no LoRA")
    path = root / MANIFEST
    if not path.exists():
        return Approved(why_not=f"{path} is not there")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    others = [label for label, stamp in stamps.items() if stamp != digest]
    if others:
        raise UserError(
            f"{path}: is not the approved set that {some_of(others)} was trained on; bring that "
            f"manifest back, or evaluate with the dataset that it belongs to"
        )
    manifest = read_manifest(root)
    if drifted := list(drift(root, manifest)):
        raise UserError(f"{path}: RUN011 {some_of(drifted)}; bring the old files back")
    pictures = {picture.path: picture.sha256 for picture in manifest.pictures}
    return Approved(root=root, pictures=pictures)


def trained_files(approved: Approved) -> dict[str, Path]:
    """Name of an embedding -> file of an approved picture; empty where none is known."""
    if approved.root is None or approved.pictures is None:
        return {}
    return {f"{TRAIN}{sha256}": approved.root / path for path, sha256 in approved.pictures.items()}


def training_of(dataset: Dataset, approved: Approved) -> Training | None:
    """What the approved pictures show; None where nobody knows which they are."""
    if approved.pictures is None:
        return None
    pictures = [p for p in dataset.pictures if p.path in approved.pictures]
    return Training(
        labels={axis: dict(_labels(axis, pictures)) for axis in AXES},
        families=tuple(sorted({p.source.family for p in pictures if p.source and p.source.family})),
        base_family=dataset.base.family,
    )


def _labels(axis: str, pictures: Iterable[Picture]) -> Counter[str]:
    found = (getattr(picture, axis) for picture in pictures)
    return Counter(evidence.label for evidence in found if evidence and not evidence.abstained)


def check_references(references: Iterable[Path], dataset: Dataset) -> tuple[str, ...]:
    """Refuse references that are training pictures: they would reward learning by heart.

    Returns:
        References that look like a training picture, which a hash alone cannot decide.

    Raises:
        UserError: naming each that has a training picture's pixels, as DUP006 would.
    """
    by_pixels = {p.file.pixels: p.path for p in dataset.fed if p.file and p.file.pixels}
    hashes = [(int(p.file.phash, 16), p.path) for p in dataset.fed if p.file and p.file.phash]
    faults, doubts = [], []
    for reference in references:
        _, facts = measure(str(reference), {})
        if facts.error is not None or facts.phash is None:
            raise UserError(f"{reference}: cannot be read as a picture ({facts.error})")
        own = int(facts.phash, 16)
        if same := by_pixels.get(facts.pixels or ""):
            faults.append(f"{reference.name} is {same}")
        elif near := next((path for h, path in hashes if (h ^ own).bit_count() <= NEAR), None):
            doubts.append(f"DUP006: {reference.name} looks like {near}, which is trained")
    if faults:
        raise UserError(
            f"DUP006: a reference must not be trained: {some_of(faults)}; take it out of "
            f"`references`, or out of the training set and train again"
        )
    return tuple(doubts)


def reference_files(patterns: Iterable[str]) -> tuple[Path, ...]:
    """Files that references name: a picture, a folder of them, or a glob.

    Raises:
        UserError: a name stands for nothing.
    """
    found: list[Path] = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            some = [Path(file.real) for file in list_folder(path).pictures]
        elif path.is_file():
            some = [path]
        else:
            anchor = Path(path.anchor or ".")
            some = sorted(p for p in anchor.glob(str(path.relative_to(anchor))) if p.is_file())
        if not some:
            raise UserError(f"`references`: {pattern} names no picture")
        found += some
    return tuple(dict.fromkeys(found))
