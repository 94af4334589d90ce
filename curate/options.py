"""Arguments and options that several commands share; imports click and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
File = click.Path(dir_okay=False, path_type=Path)


def formats_option(formats: tuple[str, ...]) -> Callable[[F], F]:
    """`--format`, several times in one run."""
    return click.option(
        "--format",
        "forms",
        metavar="FORMAT[=FILE]",
        multiple=True,
        help=f"{', '.join(formats)}; several, each with a file.  [default: {formats[0]}]",
    )


output_option = click.option(
    "--output-file", type=File, help="Write there instead of to standard output."
)
folder = click.argument("directory", metavar="DIR")
trainer_option = click.option("--trainer", metavar="ID", help="Judge by this trainer's profile.")
name_option = click.option("--name", help="The dataset in FiftyOne.  [default: the folder's name]")
cache_option = click.option(
    "--cache-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep facts here instead of DIR/.curate.",
)


def look_options(command: F) -> F:
    """Classifiers to look with."""
    options = (
        click.option(
            "--clip-model",
            metavar="NAME[:WEIGHTS]",
            help="Look with this open_clip model; WEIGHTS is a tag of its hub, or a file.",
        ),
        click.option("--tagger", type=File, help="Look with this WD14-type tagger: model.onnx."),
        click.option(
            "--tags", type=File, help="Its table.  [default: selected_tags.csv beside it]"
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
