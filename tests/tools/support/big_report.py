"""Contact sheets of many cells, in a process of their own: `python -m support.big_report`."""

import resource
import sys
from pathlib import Path

from PIL import Image

from evaluate.outputs.layout import Grid, Shown
from evaluate.outputs.sheets import CELL, write_sheets
from evaluate.spec.cells import Cell

COLUMNS = 8


def main(folder: Path, cells: int) -> None:
    """Write the sheets, and print the most MiB that it took."""
    path = folder / "one.png"
    Image.effect_noise(CELL, 60).convert("RGB").save(path, compress_level=1)
    rows = tuple(("portrait", "K", seed) for seed in range(cells // COLUMNS))
    columns = tuple(f"ep{number}" for number in range(COLUMNS))
    shown = {
        (row, column): Shown(
            cell=Cell(seed=row[2], checkpoint=column, epoch=1), key="", path=path, score=3.0
        )
        for row in rows
        for column in columns
    }
    write_sheets(Grid(rows=rows, columns=columns, cells=shown), folder / "sheets", "bench")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)  # noqa: T201 - what is asked of it


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
