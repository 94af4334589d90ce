"""Draw the loss of a pretraining from its log: `python tests/tools/loss_curve.py LOG BATCH OUT`.

LOG is a base's `training-log.jsonl`, BATCH the recipe's `drawing.batch`.
"""

import json
import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

STRONG, ROOM = "#1c1917", 0.02
SIGMA_COLOURS = ("#f59e0b", "#10b981", "#0ea5e9", "#6366f1", "#d946ef")
SIGMA_WIDTH = 0.2


def main(log: str, batch: str, out: str) -> None:
    """Write the picture."""
    lines = [json.loads(line) for line in Path(log).read_text(encoding="utf-8").splitlines()]
    figure = Figure(figsize=(7.0, 3.6), layout="constrained", dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for low, colour in zip(sorted(lines[0]["loss_by_sigma"]), SIGMA_COLOURS, strict=True):
        shown = [line for line in lines if low in line["loss_by_sigma"]]
        axes.plot(
            [line["step"] * int(batch) for line in shown],
            [line["loss_by_sigma"][low] for line in shown],
            color=colour,
            linewidth=1,
            label=f"sigma {float(low):.1f} to {float(low) + SIGMA_WIDTH:.1f}",
        )
    exposures = [line["step"] * int(batch) for line in lines]
    axes.plot(exposures, [line["loss"] for line in lines], color=STRONG, linewidth=2, label="all")
    axes.set_xlabel("pictures shown")
    axes.set_ylabel("mean square of the velocity's error")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_yticks([0.4, 0.5, 0.6, 0.8, 1.0, 1.5], ["0.4", "0.5", "0.6", "0.8", "1.0", "1.5"])
    axes.minorticks_off()
    axes.margins(x=ROOM)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
