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
from support.evaluations import random_lora, write_evaluation

from evaluate.generate.easel import Easel
from evaluate.generate.png_text import encoded
from evaluate.generate.run import recipes_of
from evaluate.matrix import prepare
from evaluate.rows import picture_file
from evaluate.spec.spec import load_spec
from rules.records import write_atomically
from train.precision import autocast
from train.stamps import weights_digest

OVERHEAD, SWAP, GROWTH = 1.05, 1.0, 1.1
STEPS, SIDE = 8, 512
# Both fill more than one page.
CELLS = 1_000, 10_000


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


def memory(folder: Path, cells: int) -> int:
    """Most MiB that contact sheets of so many cells took."""
    done = subprocess.run(
        [sys.executable, "-m", "support.big_report", str(folder), str(cells)],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


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
            few, many = (memory(Path(folder), cells) for cells in CELLS)
            print(f"sheets of {CELLS[0]:,} and {CELLS[1]:,} cells take {few} and {many} MiB")
            told.append((f"memory of {CELLS[1]:,} cells over {CELLS[0]:,}", many / few, GROWTH))
    print("| what | measured | bound |\n| --- | ---: | ---: |")
    for what, found, bound in told:
        print(f"| {what} | {found:.3g} | {bound:g} |")
    return int(any(found > bound for _, found, bound in told))


if __name__ == "__main__":
    sys.exit(main())
