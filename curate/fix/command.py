"""`curate fix` and `curate lint --fix`: show what changes, change it, say what is left."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from curate.errors import UserError
from curate.fix.files import Change, unified_diff
from curate.fix.rounds import Mended, codes_of, mend
from curate.fix.write import Written, undo, write_changes
from curate.formats.place import Place, visible
from curate.judging import changed_settings
from curate.session import Session, open_dataset
from curate.store import FACTS, Store
from rules.quoting import counted
from rules.report import Report
from rules.spec import LintSettings

LEFT_SHOWN = 20


def fix_command(  # noqa: PLR0913 - the options of the command, all by keyword
    directory: str,
    *,
    trainer: str | None,
    select: str | None,
    ignore: str | None,
    unsafe: bool,
    diff: bool,
    undoing: bool,
    cache_dir: Path | None,
) -> int:
    """Mend captions, or put them back, and return the exit code.

    Returns:
        0 where everything that could be done was done; 1 where a file was left alone, or with
        `diff` where something would change.

    Raises:
        UserError, RecordError, RuleCrash: it could not judge or write.
    """
    if undoing:
        return _undo(directory, cache_dir, diff=diff)
    session = open_dataset(directory, trainer=trainer, cache_dir=cache_dir)
    settings = changed_settings(session.dataset.spec.lint, select, ignore, None)
    mended = checked_mend(session, settings, unsafe=unsafe)
    _print(diff_lines(mended.changes, session.shown))
    if diff:
        _say(_left(mended.left))
        return int(bool(mended.changes or mended.left))
    written = write_mended(session, mended)
    left = {**mended.left, **written.left}
    _say(_summary(session, mended, written, unsafe=unsafe))
    _say(_left(left))
    return int(bool(left))


def checked_mend(session: Session, settings: LintSettings, *, unsafe: bool) -> Mended:
    """What fixes make of the captions.

    Raises:
        UserError: the captions are declared locked.
    """
    if session.dataset.locked is not None:
        raise UserError(
            f"{session.shown}: captions are declared locked; take `captions_locked` out of "
            "dataset.yaml before they are fixed"
        )
    return mend(session, settings, unsafe=unsafe)


def write_mended(session: Session, mended: Mended) -> Written:
    """Write the mended captions; see `write_changes`."""
    if not mended.changes:
        return Written(done=(), left={})
    return write_changes(session.root, session.store.folder, mended.changes, mended.report.tool)


def diff_lines(changes: tuple[Change, ...], folder: str) -> Iterator[str]:
    """Every change as a unified diff that can be printed as it is."""
    place = Place(folder=folder, texts={})
    for change in changes:
        yield from unified_diff(change, place.path(change.path))


def _undo(directory: str, cache_dir: Path | None, *, diff: bool) -> int:
    root = Path(directory)
    if not root.is_dir():
        raise UserError(f"{directory}: no such folder")
    written = undo(root, Store.of(root, cache_dir).folder, write=not diff)
    _print(diff_lines(written.done, directory))
    if not diff:
        number = counted(len(written.done), "caption file")
        _say([f"{number} put back as before the last fix"])
        if written.kept:
            _say([f"what the others held before is kept in {written.kept}"])
    _say(_left(written.left))
    return int(bool(written.left) or (diff and bool(written.done)))


def _summary(session: Session, mended: Mended, written: Written, *, unsafe: bool) -> Iterator[str]:
    if session.index.measured:
        # A hook before a commit stops where it changed a file, and should say which.
        pictures = counted(session.index.measured, "new picture")
        yield f"{pictures} measured, into {session.store.folder / FACTS}"
    if written.done:
        codes = ", ".join(f"{code} {n:,}" for code, n in sorted(codes_of(written.done).items()))
        yield f"{counted(len(written.done), 'caption file')} changed ({codes})"
        yield f"`curate fix {shlex.quote(session.shown)} --undo` puts the old ones back"
    else:
        yield "no caption file changed"
    yield from _remaining(mended.report, unsafe=unsafe)


def _remaining(report: Report, *, unsafe: bool) -> Iterator[str]:
    asking = sum(finding.fixable for finding in report.findings)
    yield f"{counted(len(report.findings), 'finding')} left" + (
        f", {asking:,} of them with a fix that --unsafe does" if asking and not unsafe else ""
    )


def _left(left: Mapping[str, str]) -> Iterator[str]:
    for path, why in list(left.items())[:LEFT_SHOWN]:
        yield f"left alone: {path} {why}"
    if len(left) > LEFT_SHOWN:
        yield f"left alone: {len(left) - LEFT_SHOWN:,} more"


def _say(lines: Iterable[str]) -> None:
    _print(map(visible, lines))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
