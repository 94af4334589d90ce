"""The matrix as people look at it: a row a prompt and seed, a column a checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evaluate.rows import DrawnRow
from evaluate.session import Opened
from evaluate.spec.cells import Cell
from evaluate.verdicts.evidence import Evidence

# Columns of arms without a LoRA stand before every epoch.
BASES = {"base": -2, "base_trigger": -1}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One picture in its place.

    Attributes:
        path: None where it is not drawn.
        score: the composite; None where nothing was scored.
        scored: whether any attribute was.
    """

    cell: Cell
    key: str
    path: Path | None
    score: float | None = None
    scored: bool = False


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Pictures by row and column.

    Attributes:
        rows: (scene, format, seed), scenes first, seeds last.
        columns: labels: base arms, then checkpoints, shallow first.
        cells: (row, column) -> picture.
    """

    rows: tuple[tuple[str, str, int], ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[tuple[str, str, int], str], Shown] = field(default_factory=dict)


def grid_of(opened: Opened, evidence: Evidence) -> Grid:
    """The matrix of a run."""
    composites = {seen.image: seen.value for seen in evidence.composites()}
    scored = {
        key
        for key, attributes in opened.scores.items()
        if any(row.state == "scored" for rows in attributes.values() for row in rows)
    }
    cells: dict[tuple[tuple[str, str, int], str], Shown] = {}
    order: dict[str, tuple[int, str]] = {}
    for planned in opened.plan.cells:
        cell = planned.cell
        if cell.part != "matrix":
            continue
        column = _column(cell)
        order[column] = (BASES.get(cell.arm, cell.epoch or 0), column)
        row = (cell.scene, cell.format, cell.seed)
        cells[row, column] = Shown(
            cell=cell,
            key=planned.key,
            path=_path(opened.spec.folder, opened.rows.get(planned.key)),
            score=composites.get(planned.key),
            scored=planned.key in scored,
        )
    return Grid(
        # In the order in which the plan names them, which people chose.
        rows=tuple(dict.fromkeys(row for row, _ in cells)),
        columns=tuple(sorted(order, key=lambda column: order[column])),
        cells=cells,
    )


def _column(cell: Cell) -> str:
    return cell.checkpoint if cell.checkpoint is not None else cell.arm.replace("_", " + ")


def _path(folder: Path, row: DrawnRow | None) -> Path | None:
    return folder / row.file if row else None
