"""Report -> text, for people and for machines: one module a format."""

from collections.abc import Callable
from importlib import import_module

from curate.formats.place import Place
from rules.report import Report

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html")


def render(form: str, report: Report, place: Place, *, colour: bool = False) -> str:
    """A report in one of `FORMATS`.

    Args:
        form: its name.
        report: what was found.
        place: where the files lie, and what the caption files say.
        colour: whether the reader is a terminal; only `text` cares.
    """
    if form == "text":
        from curate.formats.as_text import render_text  # noqa: PLC0415 - one format a run

        return render_text(report, place, colour=colour)
    module = import_module(f"curate.formats.as_{form}")
    chosen: Callable[[Report, Place], str] = getattr(module, f"render_{form}")
    return chosen(report, place)
