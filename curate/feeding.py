"""What a trainer profile feeds: which sidecar wins, and what of its text reaches the encoder."""

import json
from dataclasses import replace
from pathlib import PurePosixPath

from curate.captions import SlotTable, parse_caption
from rules.model import Caption, Sidecar
from rules.profiles import CaptionHandling, Trainer

BOM = "\ufeff"


def choose_sidecar(sidecars: tuple[Sidecar, ...], handling: CaptionHandling) -> tuple[Sidecar, ...]:
    """The same sidecars, with the one marked that the trainer reads."""
    by_suffix = {sidecar.suffix: sidecar for sidecar in sidecars}
    winner = next((by_suffix[s] for s in handling.suffixes if s in by_suffix), None)
    return tuple(replace(s, fed=True) if s is winner else s for s in sidecars)


def feed_caption(sidecar: Sidecar, handling: CaptionHandling, slots: SlotTable) -> Caption | None:
    """The caption as it is fed before any shuffling; None where the file cannot be decoded."""
    if sidecar.text is None:
        return None
    if sidecar.suffix == ".json":
        text = _join_json(sidecar.text, handling.json_fields)
        return parse_caption(text, sidecar.path, slots, offset=None)
    text = sidecar.text
    start = 1 if text.startswith(BOM) and handling.bom == "stripped" else 0
    end = len(text)
    if handling.lines == "first":
        newline = text.find("\n", start)
        end = end if newline < 0 else newline
    fed = text[start:end].rstrip("\r\n")
    return parse_caption(fed, sidecar.path, slots, offset=start)


def _join_json(text: str, fields: tuple[str, ...]) -> str:
    """The values of the fields that the trainer joins; nothing where the JSON is broken."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    parts: list[str] = []
    for name in fields:
        part = value.get(name)
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, list):
            parts += [str(item) for item in part if isinstance(item, str | int | float)]
    return ", ".join(part for part in parts if part)


def why_unfed(
    path: str, trainer: Trainer, *, decodes: bool, has_caption: bool, empty: bool
) -> str | None:
    """Why a trainer leaves a picture out, None where it trains it."""
    pure = PurePosixPath(path)
    suffix, folders = pure.suffix.lower(), pure.parts[:-1]
    pictures, captions = trainer.pictures, trainer.captions
    if suffix not in pictures.suffixes:
        return f"{trainer.id} does not read {suffix or 'files without a suffix'}"
    if folders and not pictures.recursive:
        return f"{trainer.id} does not look into sub-folders"
    if in_skipped_folder(path, pictures.skipped_folders):
        return f"{trainer.id} leaves out the folder {'/'.join(folders)}/"
    if not decodes:
        return "it does not decode"
    if not has_caption and captions.missing == "dropped":
        return f"{trainer.id} drops pictures without a caption"
    if empty and captions.empty == "dropped":
        return f"{trainer.id} drops pictures with an empty caption"
    return None


def in_skipped_folder(path: str, names: tuple[str, ...]) -> bool:
    """Whether one of the folders above a picture bears a name that is left out."""
    return any(
        folder.lower() in names or (folder.startswith(".") and ".*" in names)
        for folder in PurePosixPath(path).parts[:-1]
    )


def folder_repeats(path: str, trainer: Trainer) -> int:
    """How often an epoch shows a picture: the number before `_` in its folder's name, or 1."""
    parent = PurePosixPath(path).parent.name
    number, _, rest = parent.partition("_")
    return (
        max(1, int(number))
        if trainer.pictures.folder_repeats and rest and number.isdecimal()
        else 1
    )
