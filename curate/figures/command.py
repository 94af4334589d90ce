"""The command line of the figures."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from curate.figures.dataset import Done


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to draw into.",
)
@click.option(
    "--spec",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What to draw: see docs/figures.md.",
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
def figures(out: Path, spec: Path, workers: int) -> None:
    """Draw labelled pictures of a posable doll."""
    from curate.figures.dataset import draw_set
    from curate.figures.spec import read_spec

    plan = read_spec(spec)
    done: "list[Done]" = draw_set(plan, out, workers=workers)
    for result in done:
        if result.complaint:
            click.echo(result.complaint, err=True)
    click.echo(f"{len(done)} pictures in {out}")
    sys.exit(0)


if __name__ == "__main__":
    figures()
