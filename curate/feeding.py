"""What a trainer profile feeds: which sidecar wins, and what of its text reaches the encoder."""

import json
import re
from collections.abc import Mapping
from typing import Any

from curate.captions import SlotTable, parse_caption
from curate.folder import suffix_of
from curate.metadata import encodable
from rules.model import Caption, Sidecar
from rules.profiles import CaptionHandling, Trainer
from rules.reach import lies_under

BOM = "\ufeff"
LINE_END = re.compile(r"[\r\n]")
WEIGHT = re.compile(r"[+-]?\d+(?:\.\d+)?")
BRACKETS = frozenset({("(", ")"), ("[", "]")})


def choose_sidecar(sidecars: tuple[Sidecar, ...], handling: CaptionHandling) -> Sidecar | None:
    """The one that the trainer reads, None where it reads none of them."""
    for suffix in handling.suffixes:
        for sidecar in sidecars:
            if sidecar.suffix == suffix:
                return sidecar
    return None


def feed_caption(sidecar: Sidecar, handling: CaptionHandling, slots: SlotTable) -> Caption | None:
    """The caption as it is fed before any shuffling; None where the file cannot be decoded.

    White space about separators, which no token holds, is left as it is in the file, so that
    findings and fixes find their place.
    """
    if sidecar.suffix == ".json" and handling.json_fields:
        if sidecar.text is None and handling.json_broken != "empty":
            return None
        return parse_caption(_join_json(sidecar.text, handling), sidecar.path, slots, offset=None)
    if sidecar.text is None:
        return None
    fed, offset = _read(sidecar.text, handling)
    if "," in fed and handling.weights != "removed":
        return parse_caption(fed, sidecar.path, slots, offset=offset)
    pieces = fed.split(",") if "," in fed or handling.commaless == "kept" else fed.split()
    bare = [_unweighted(p) for p in pieces] if handling.weights == "removed" else pieces
    if bare == pieces and (len(pieces) <= 1 or "," in fed):
        return parse_caption(fed, sidecar.path, slots, offset=offset)
    joined = ", ".join(stripped for piece in bare if (stripped := piece.strip()))
    return parse_caption(joined, sidecar.path, slots, offset=None)


def _read(text: str, handling: CaptionHandling) -> tuple[str, int]:
    """What is read of a caption file's text, and where in it that starts."""
    start = 1 if text.startswith(BOM) and handling.bom == "stripped" else 0
    end = len(text)
    if handling.lines == "first" and (line_end := LINE_END.search(text, start)):
        end = line_end.start()
    read = text[start:end]
    return read.strip(), start + len(read) - len(read.lstrip())


def _unweighted(piece: str) -> str:
    """A piece without the marks of a weight about it, unchanged where it bears none."""
    tag = piece.strip()
    if tag[:1] == "(" and tag[-1:] == ")":
        name, _, weight = tag[1:-1].rpartition(":")
        if name.strip() and WEIGHT.fullmatch(weight.strip()):
            return name.strip()
    bare = tag
    while len(bare) > 1 and (bare[0], bare[-1]) in BRACKETS:
        bare = bare[1:-1].strip()
    return piece if bare == tag else bare


def _join_json(text: str | None, handling: CaptionHandling) -> str:
    """The values that the trainer joins, each once; nothing where the JSON is broken."""
    try:
        value = json.loads(text or "")
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    tags: dict[str, str] = {}
    for field in handling.json_fields:
        for tag in _words(_first(value, field)):
            tags.setdefault(tag.lower(), tag)
    prose = " ".join(_words(_first(value, handling.json_prose)))
    joined = ", ".join(tags.values())
    return f"{joined}. {prose}" if joined and prose else joined or prose


def _first(value: Mapping[str, Any], paths: str) -> Any:  # noqa: ANN401 - any value of JSON
    """The value under the first of the paths `a.b|c` that leads to text or a list."""
    for path in paths.split("|"):
        found: Any = value
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str | list):
            return found
    return None


def _words(value: str | list[Any] | None) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    texts = (encodable(part) for part in parts if isinstance(part, str))
    return [stripped for text in texts if (stripped := text.strip())]


def why_unfed(
    path: str, trainer: Trainer, *, decodes: bool, has_caption: bool, empty: bool
) -> str | None:
    """Why a trainer leaves a picture out, None where it trains it."""
    suffix = suffix_of(path)
    if suffix not in trainer.pictures.suffixes:
        return f"{trainer.id} does not read {suffix or 'files without a suffix'}"
    if (reason := _why_folder_unfed(path, trainer)) is not None:
        return reason
    if not decodes:
        return "it does not decode"
    if not has_caption and trainer.captions.missing == "dropped":
        return f"{trainer.id} drops pictures without a caption"
    if empty and trainer.captions.empty == "dropped":
        return f"{trainer.id} drops pictures with an empty caption"
    return None


def _why_folder_unfed(path: str, trainer: Trainer) -> str | None:
    folder = path.rpartition("/")[0]
    if not folder:
        return None
    if not trainer.pictures.recursive:
        return f"{trainer.id} does not look into sub-folders"
    if not lies_under(path, trainer.pictures.skipped_folders):
        return None
    if trainer.pictures.listed_folders:
        return f"{trainer.id} trains listed folders only, and {folder}/ is taken for not listed"
    return f"{trainer.id} leaves out the folder {folder}/"


def folder_repeats(path: str, trainer: Trainer) -> int:
    """How often an epoch shows a picture: the number before `_` in its folder's name, or 1."""
    folder = path.rpartition("/")[0].rpartition("/")[2]
    number, _, rest = folder.partition("_")
    if not (trainer.pictures.folder_repeats and rest and number.isdecimal()):
        return 1
    return max(1, int(number))
