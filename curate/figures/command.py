"""The command line of the figures."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to draw into; pictures of the same name are replaced.",
)
@click.option(
    "--spec",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="What to draw, as YAML: see docs/figures.md.",
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option(
    "--contact-sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also lay all pictures out on one sheet (PNG or JPEG).",
)
def figures(out: Path, spec: Path, workers: int, contact_sheet: Path | None) -> None:
    """Draw labelled pictures of a posable doll."""
    from curate.figures.dataset import draw_set, num_pictures  # noqa: PLC0415 - numba is slow
    from curate.figures.sheets import sheet_of_files  # noqa: PLC0415 - the same
    from curate.figures.spec import read_spec  # noqa: PLC0415 - the same
    from curate.progress import progress  # noqa: PLC0415 - the same

    plan = read_spec(spec)
    total = num_pictures(plan)
    names = []
    for done in progress(draw_set(plan, out, workers), total=total, doing="drawing"):
        names.append(done.name)
        if done.complaint is not None:
            click.echo(f"warning: {done.complaint}", err=True)
    if contact_sheet is not None:
        sheet_of_files([out / f"{name}.png" for name in names], contact_sheet)
    click.echo(f"{total} pictures in {out}")
