"""`curate lint`: open a dataset, judge it, say what was found."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from curate.errors import UserError
from curate.formats import FORMATS, render
from curate.formats.as_json import as_plain
from curate.formats.place import Place
from curate.judging import changed_settings, judge
from curate.outputs import Output, parse_outputs, write_outputs
from curate.session import Session, open_dataset
from curate.stats.as_text import distribution
from curate.stats.count import bars
from rules.model import Dataset
from rules.records import write_atomically
from rules.report import Report
from rules.spec import LintSettings, RuleProfile
from rules.violation import Severity

REPORT = "report.json"


def lint_command(  # noqa: PLR0913 - the options of the command, all by keyword
    directory: str,
    *,
    trainer: str | None,
    select: str | None,
    ignore: str | None,
    profile: RuleProfile | None,
    forms: tuple[str, ...],
    output_file: Path | None,
    fail_on: str,
    no_measure: bool,
    cache_dir: Path | None,
    fix: bool = False,
    baseline: Path | None = None,
    write_baseline: Path | None = None,
    prune_baseline: bool = False,
) -> int:
    """Lint a folder, write the report, and return the exit code: 0 or 1.

    Raises:
        UserError, RecordError, RuleCrash: it could not judge.
    """
    outputs = parse_outputs(forms, output_file, FORMATS)
    _check_baselines(baseline, write_baseline, prune=prune_baseline)
    opened = partial(
        open_dataset, directory, trainer=trainer, cache_dir=cache_dir, measure=not no_measure
    )
    session = opened()
    settings = changed_settings(session.dataset.spec.lint, select, ignore, profile)
    notes: tuple[str, ...] = ()
    if fix:
        notes = _fixed(session, settings)
        session = opened()
    report = remember(session, judge(session, settings))
    report = replace(report, notes=(*report.notes, *notes))
    if baseline is not None or write_baseline is not None:
        from curate.baseline import hold_against  # noqa: PLC0415 - rarely used

        report = hold_against(report, baseline, write_baseline, prune=prune_baseline)
    _write(session, report, outputs, fail_on)
    return exit_code(report, fail_on)


def _check_baselines(baseline: Path | None, written: Path | None, *, prune: bool) -> None:
    """Refuse what cannot be meant, before anything is judged."""
    if baseline is not None and written is not None:
        raise UserError("--baseline reads a file and --write-baseline makes one; name one of them")
    if prune and baseline is None:
        raise UserError("--prune-baseline needs --baseline FILE, which it makes smaller")


def _fixed(session: Session, settings: LintSettings) -> tuple[str, ...]:
    """Mend what is safe to mend, its differences on standard error; notes on what was left."""
    from curate.fix.command import checked_mend, diff_lines, write_mended  # noqa: PLC0415 - rarely used

    mended = checked_mend(session, settings, unsafe=False)
    for line in diff_lines(mended.changes, session.shown):
        click.echo(line, err=True)
    written = write_mended(session, mended)
    left = {**mended.left, **written.left}
    return tuple(f"`{path}` was left alone: {why}" for path, why in left.items())


def _write(session: Session, report: Report, outputs: tuple[Output, ...], fail_on: str) -> None:
    forms = {output.form for output in outputs}
    place = Place(
        folder=session.shown,
        texts=caption_texts(session.dataset),
        distribution=tuple(distribution(bars(session.dataset.fed))) if "text" in forms else (),
        fail_on=fail_on,
        dataset=session.dataset,
        root=session.root,
    )

    def rendered(form: str, *, terminal: bool) -> str:
        return render(form, report, place, colour=form == "text" and terminal)

    write_outputs(outputs, rendered, session.store.folder, "report")


def remember(session: Session, report: Report) -> Report:
    """Keep the report beside the facts; where it cannot be kept, the report says so."""
    content = json.dumps(as_plain(report), ensure_ascii=False, separators=(",", ":"))
    try:
        write_atomically(session.store.folder / REPORT, content.encode())
    except OSError as error:
        note = f"the report could not be kept in `{session.store.folder}`: {error.strerror}"
        return replace(report, notes=(*report.notes, note))
    return report


def caption_texts(dataset: Dataset) -> Mapping[str, str]:
    """Caption file -> its text, for lines and columns."""
    texts = {
        sidecar.path: sidecar.text
        for picture in dataset.pictures
        for sidecar in picture.sidecars
        if sidecar.text is not None
    }
    return texts | {orphan.path: orphan.text for orphan in dataset.orphans if orphan.text}


def exit_code(report: Report, fail_on: str) -> int:
    """1 where a finding is at or over the threshold, else 0."""
    return int(fail_on != "never" and bool(report.at_least(Severity(fail_on))))
