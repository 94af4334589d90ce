"""From nothing to a small base: draw figures, fit the encoder, learn, write.

Every step leaves what it made, and goes on from there when it is started again.
"""

import sys
import time
from pathlib import Path

import click

from curate.errors import run_tool
from train.pretrain.recipe import ON_CUDA, RECIPE, load_recipe

STOPPED = 3
OUT = Path(__file__).parents[1] / "bases" / "mini"
MINUTE = 60.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--recipe", "path", type=click.Path(dir_okay=False, path_type=Path), default=RECIPE,
    show_default="recipe.yaml beside this module", help="Sizes, figures and schedules.",
)  # fmt: skip
@click.option(
    "--work", type=click.Path(file_okay=False, path_type=Path), default=Path("build/mini"),
    show_default=True, help="Figures, latents, states and sheets.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=OUT,
    show_default="train/bases/mini", help="What ships.",
)  # fmt: skip
@click.option("--workers", default=2, show_default=True, help="Processes that draw figures.")
@click.option("--threads", default=1, show_default=True, help="Threads of each that learns.")
@click.option("--device", default="cpu", show_default=True, help="cpu or cuda.")
@click.option("--prepare", is_flag=True, help="Draw and encode the figures, and end.")
@click.option("--minutes", type=float, default=None, help="Stop after so many, and exit 3.")
def command(  # noqa: PLR0913, PLR0917 - options
    path: Path,
    work: Path,
    out: Path,
    workers: int,
    threads: int,
    device: str,
    minutes: float | None,
    *,
    prepare: bool,
) -> None:
    """Make a small base after a recipe; started again, it goes on."""
    import torch

    from train.launcher import start_all
    from train.pretrain.run import make_base, prepare_base
    from train.quiet import quiet_libraries

    start_all(sys.argv[1:], "train.pretrain")
    quiet_libraries()
    torch.set_num_threads(threads)
    recipe = load_recipe(path, ON_CUDA if device == "cuda" and path == RECIPE else None)
    if prepare:
        prepare_base(recipe, work, workers=workers)
        return
    until = time.monotonic() + (minutes * MINUTE if minutes else float("inf"))
    done = make_base(recipe, work, out, workers=workers, device=device, until=until)
    sys.exit(0 if done else STOPPED)


def main() -> None:
    """Make a base; a user's mistake is told in one line."""
    run_tool(command, "python -m train.pretrain")


if __name__ == "__main__":
    main()
