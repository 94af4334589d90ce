"""What an evaluation costs beside bare forwards, a swap of LoRAs, and a report of many cells.

Prints a Markdown table of ratios within one run; exits 1 where one is over its bound.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch
from PIL import Image
from support.evaluations import random_lora, write_evaluation

from evaluate.generate.easel import Easel
from evaluate.generate.png_text import encoded
from evaluate.generate.run import recipes_of
from evaluate.matrix import prepare
from evaluate.outputs.layout import Grid, Shown
from evaluate.outputs.sheets import write_sheets
from evaluate.rows import picture_file
from evaluate.spec.cells import Cell
from evaluate.spec.spec import load_spec
from rules.records import write_atomically
from train.drawing import autocast
from train.stamps import weights_digest

OVERHEAD, SWAP, MEGABYTES = 1.05, 1.0, 600
STEPS, SIDE = 8, 512
ROWS, COLUMNS = 1_250, 8


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """The median of some runs."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return median(found)


def drawing(folder: Path) -> tuple[float, float]:
    """Drawing and keeping a picture over its bare forwards and decode; a swap over a forward."""
    spec = load_spec(
        write_evaluation(
            folder,
            sampling={"drawing": {"steps": STEPS}, "width": SIDE, "height": SIDE},
            matrix={"formats": ["K"], "scenes": {"portrait": "smile"}, "seeds": [1]},
        )
    )
    prepared = prepare(spec)
    recipes = list(recipes_of(spec, prepared.plan, prepared.digests).values())
    files = {lora.sha256: Path(lora.file) for lora in prepared.plan.loras}
    assert spec.turbo is not None
    assert spec.base is not None
    files[weights_digest(Path(spec.turbo.file))] = Path(spec.turbo.file)
    easel = Easel(spec.base, Path(spec.cache), files, torch.device("cpu"), spec.dtype)
    easel.prepare([recipe.prompt for recipe in recipes])
    recipe = recipes[-1]
    easel.put(recipe.loras)
    model = easel.model
    side = SIDE // 8
    noisy = torch.randn(1, model.config.in_channels, 1, side, side)
    sigma = torch.full((1,), 0.5)
    rows = torch.zeros(1, spec.base.context_rows, 32)
    mask = torch.zeros(1, 1, side, side)
    latents = easel.latents(recipe)

    def forward() -> None:
        with torch.no_grad(), autocast(torch.device("cpu"), torch.float32):
            model(hidden_states=noisy, timestep=sigma, encoder_hidden_states=rows,
                  padding_mask=mask, return_dict=False)  # fmt: skip

    def bare() -> None:
        for _ in range(STEPS):
            forward()
        easel.decode(latents)

    def whole() -> None:
        path = folder / picture_file(recipe.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, encoded(easel.draw(recipe), recipe, {}))

    others = [replace(recipe, loras=other.loras).loras for other in recipes[-2:]]

    def swap() -> None:
        for loras in others:
            easel.put(loras)

    forward()
    # Both in turn, so that a busy machine is busy for both.
    ratios = [seconds(whole, 1) / seconds(bare, 1) for _ in range(7)]
    return median(ratios), seconds(swap) / 2 / seconds(forward)


REPORT = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from bench_evaluate import big_report
big_report(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def big_report(folder: str) -> None:
    """Sheets of ten thousand cells."""
    path = Path(folder) / "one.png"
    Image.effect_noise((832, 1216), 60).convert("RGB").save(path)
    rows = tuple(("portrait", "K", seed) for seed in range(ROWS))
    columns = tuple(f"ep{number}" for number in range(COLUMNS))
    cells = {
        (row, column): Shown(
            cell=Cell(seed=row[2], checkpoint=column, epoch=1), key="", path=path, score=3.0
        )
        for row in rows
        for column in columns
    }
    write_sheets(Grid(rows=rows, columns=columns, cells=cells), Path(folder) / "sheets", "bench")


def memory(folder: Path) -> int:
    """Most megabytes that sheets of ten thousand cells took."""
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", REPORT, str(folder), here],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout.split()[-1])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-report", action="store_true", help="leave out the slow one")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        random_lora(Path(folder) / "run/epoch-0020/a.safetensors", 1)
        overhead, swap = drawing(Path(folder))
        told = [
            (f"a picture of {STEPS} steps over its bare forwards and decode", overhead, OVERHEAD),
            ("a swap of LoRAs over one forward", swap, SWAP),
        ]
        if not options.no_report:
            told.append(
                (
                    f"megabytes for sheets of {ROWS * COLUMNS:,} cells",
                    memory(Path(folder)),
                    MEGABYTES,
                )
            )
    print("| what | measured | bound |\n| --- | ---: | ---: |")
    for what, found, bound in told:
        print(f"| {what} | {found:.3g} | {bound:g} |")
    return int(any(found > bound for _, found, bound in told))


if __name__ == "__main__":
    sys.exit(main())
