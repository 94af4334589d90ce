"""Pictures that were made elsewhere, taken in by a pattern of their names."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from curate.errors import UserError
from curate.folder import list_folder
from evaluate.generate.png_text import pixel_digest
from evaluate.rows import DrawnRow
from evaluate.spec.cells import ARMS, Cell
from evaluate.spec.plan import Plan, Planned
from rules.quoting import counted, some_of
from rules.records import RecordError, parse
from train.stamps import key_of

FIELDS: Mapping[str, Callable[[str], Any]] = {
    "epoch": int,
    "seed": int,
    "format": str,
    "scene": str,
    "arm": str,
    "part": str,
    "checkpoint": str,
    "angle": str,
    "token": str,
    "feature": str,
    "strength": float,
    "weight": float,
}
NUMBERS = {"epoch": r"\d+", "seed": r"\d+", "strength": r"\d*\.?\d+", "weight": r"\d*\.?\d+"}
NO_LORA = {"base", "base_trigger"}


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression of a pattern such as `{epoch}_{format}_{seed}.png`.

    Raises:
        UserError: it names no seed, or something that no cell has.
    """
    names = re.findall(r"\{(\w+)\}", pattern)
    if unknown := [name for name in names if name not in FIELDS]:
        raise UserError(f"--pattern: {some_of(unknown)} is unknown; known are {', '.join(FIELDS)}")
    if "seed" not in names:
        raise UserError("--pattern: name the {seed}: verdicts count seeds, not pictures")
    if len(set(names)) < len(names):
        raise UserError("--pattern: names a field twice")
    parts = re.split(r"(\{\w+\})", pattern)
    return re.compile("".join(map(_part, parts)))


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part[1:-1]
    return f"(?P<{name}>{NUMBERS.get(name, '[^/]+?')})"


def take_in(
    root: Path, pattern: str, folder: Path, name: str
) -> tuple[Plan, list[DrawnRow], tuple[str, ...]]:
    """A plan of pictures that are there already, by the content of each.

    Args:
        root: folder of the pictures, which stay where they are.
        pattern: of their names below it, `/` included.
        folder: of the evaluation, from which rows name their files.
        name: of the evaluation.

    Returns:
        The plan, its rows, and the names that the pattern does not fit.

    Raises:
        UserError: nothing matches, or a name says what no cell can be.
    """
    expression = compile_pattern(pattern)
    cells: list[Planned] = []
    rows: list[DrawnRow] = []
    others: list[str] = []
    files = list_folder(root).pictures
    for file in files:
        found = expression.fullmatch(file.path)
        if found is None:
            others.append(file.path)
            continue
        digest = _digest(file.real)
        key = key_of("taken in", file.path, digest)
        cells.append(Planned(cell=_cell(file.path, found.groupdict()), key=key))
        rows.append(DrawnRow(key=key, file=_from(folder, file.real), pixels=digest))
    if not cells:
        raise UserError(
            f"{root}: none of {counted(len(files), 'picture')} is named like {pattern}"
            + (f", such as {files[0].path}" if files else "")
        )
    settings = {"from_folder": str(root), "pattern": pattern}
    stamp = key_of(settings, [(one.key, one.cell.label) for one in cells])
    plan = Plan(name=name, settings=settings, loras=(), cells=tuple(cells), hash=stamp)
    return plan, rows, tuple(others)


def _digest(path: str) -> str:
    try:
        with Image.open(path) as picture:
            return pixel_digest(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"{path}: is no picture that can be read: {error}") from error


def _cell(path: str, told: Mapping[str, str]) -> Cell:
    plain: dict[str, Any] = {name: FIELDS[name](value) for name, value in told.items()}
    arm = plain.setdefault("arm", "lora")
    if arm not in ARMS:
        raise UserError(f"{path}: `{arm}` is no arm; known are {', '.join(ARMS)}")
    if arm in NO_LORA:
        plain["checkpoint"] = plain["epoch"] = None
    elif "checkpoint" not in plain:
        plain["checkpoint"] = f"ep{plain['epoch']}" if "epoch" in plain else "LoRA"
    if arm not in NO_LORA:
        plain.setdefault("epoch", 0)
    try:
        return parse(Cell, plain, path)
    except RecordError as error:
        raise UserError("; ".join(f"{path}: {fault}" for fault in error.faults)) from error


def _from(folder: Path, path: str) -> str:
    import os

    return Path(os.path.relpath(path, folder)).as_posix()
