"""Scores as one tidy long table: Parquet and CSV, a row a cell and answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluate.rows import ScoreRow
from evaluate.session import Opened
from evaluate.spec.plan import Planned
from rules.records import write_atomically

COLUMNS = (
    "run part checkpoint epoch format scene seed strength angle weight token feature arm key "
    "attribute judge repeat value label state reason cache_hit seconds cost"
).split()
# What a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_rows(opened: Opened) -> Iterator[dict[str, Any]]:
    """One row for every answer about every cell."""
    for planned in opened.plan.cells:
        for rows in opened.scores_of(planned.key).values():
            for row in rows:
                yield _row(opened.spec.name, planned, row)


def _row(run: str, planned: Planned, row: ScoreRow) -> dict[str, Any]:
    cell = planned.cell
    return {
        "run": run,
        "part": cell.part,
        "checkpoint": cell.checkpoint,
        "epoch": cell.epoch,
        "format": cell.format,
        "scene": cell.scene,
        "seed": cell.seed,
        "strength": cell.strength,
        "angle": cell.angle,
        "weight": cell.weight,
        "token": cell.token,
        "feature": cell.feature,
        "arm": cell.arm,
        "key": planned.key,
        "attribute": row.attribute,
        "judge": row.judge,
        "repeat": row.repeat,
        "value": row.value,
        "label": row.label,
        "state": row.state,
        "reason": row.reason,
        "cache_hit": row.cache_hit,
        "seconds": row.seconds,
        "cost": row.cost,
    }


def write_tables(opened: Opened, folder: Path) -> tuple[Path, Path]:
    """results.parquet and results.csv; raises OSError."""
    import io

    import pandas as pd  # type: ignore[import-untyped]

    frame = pd.DataFrame(list(table_rows(opened)), columns=COLUMNS)
    frame["epoch"] = frame["epoch"].astype("Int64")
    parquet = io.BytesIO()
    frame.to_parquet(parquet, index=False)
    plain = frame.copy()
    for name in ("label", "reason", "scene", "token", "angle", "feature", "checkpoint"):
        plain[name] = plain[name].map(as_text, na_action="ignore")
    paths = folder / "results.parquet", folder / "results.csv"
    write_atomically(paths[0], parquet.getvalue())
    write_atomically(paths[1], plain.to_csv(index=False).encode())
    return paths


def as_text(value: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
