"""Where reports go: one run can be written in several formats, each to a place of its own."""

import difflib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import click

from curate.errors import UserError
from rules.records import record, write_atomically

# What a terminal would be flooded with.
PAGES = frozenset({"html"})


@record
class Output:
    """A format and the file for it, None for standard output."""

    form: str
    file: Path | None = None


def parse_outputs(
    wanted: Sequence[str], output_file: Path | None, known: Sequence[str]
) -> tuple[Output, ...]:
    """Read `FORMAT` and `FORMAT=FILE`; `--output-file` is the file of the one without.

    Raises:
        UserError: an unknown format, two of them for standard output, or two for one file.
    """
    outputs = [_parse(text, known) for text in wanted or (known[0],)]
    unplaced = [output for output in outputs if output.file is None]
    if len(unplaced) > 1:
        raise UserError(
            f"--format: {' and '.join(output.form for output in unplaced)} cannot both go to one "
            f"place; name a file, as in --format {unplaced[-1].form}=FILE"
        )
    if output_file is not None:
        if not unplaced:
            raise UserError("--output-file: every --format names a file of its own; leave it out")
        outputs = [Output(form=o.form, file=o.file or output_file) for o in outputs]
    places = [os.path.realpath(output.file) for output in outputs if output.file]
    if len(places) > len(set(places)):
        raise UserError("--format: two formats name the same file; each needs its own")
    return tuple(outputs)


def _parse(text: str, known: Sequence[str]) -> Output:
    form, equals, file = text.partition("=")
    if form not in known:
        close = difflib.get_close_matches(form, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
        raise UserError(f"--format: there is no `{form}`; {hint}")
    if equals and not file:
        raise UserError(f"--format {form}=: name a file behind the equals sign")
    return Output(form=form, file=Path(file) if file else None)


class Render(Protocol):
    """From a format to text, coloured perhaps where it goes to a terminal."""

    def __call__(self, form: str, *, terminal: bool) -> str:
        """Render."""


def write_outputs(outputs: Iterable[Output], render: Render, page_folder: Path, stem: str) -> None:
    """Write or print every format.

    Args:
        outputs: where each goes.
        render: makes the text of a format.
        page_folder: where a page goes that would be printed on a terminal.
        stem: the name of that page, without its suffix.

    Raises:
        OSError: a file cannot be written; an old one is whole.
    """
    for output in outputs:
        terminal = output.file is None and sys.stdout.isatty()
        text = render(output.form, terminal=terminal)
        if output.file is not None:
            write_atomically(output.file, text.encode(errors="backslashreplace"))
        elif terminal and output.form in PAGES:
            path = page_folder / f"{stem}.{output.form}"
            write_atomically(path, text.encode(errors="backslashreplace"))
            click.echo(path)
        else:
            click.echo(text, nl=False)
