"""`curate stats`: print, or write and say where."""

from pathlib import Path

from curate.formats.place import visible
from curate.session import Session
from curate.stats import render
from rules.records import write_atomically


def stats_command(session: Session, *, form: str, output_file: Path | None) -> str:
    """What to print: the statistics themselves, or the file that holds them.

    Raises:
        UserError: the format needs a package that is not installed.
        OSError: the file cannot be written.
    """
    content = render(form, session.dataset)
    if output_file is None and form in {"text", "json"}:
        text = content.decode()
        return text if form == "json" else "".join(visible(x) + "\n" for x in text.splitlines())
    path = output_file or session.store.folder / f"stats.{form}"
    write_atomically(path, content)
    return f"{path}\n"
