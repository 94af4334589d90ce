"""The command line: arguments in, exit codes out, no logic.

Commands import what they need when they run, so that `--help` costs click and nothing else.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Any, TextIO

import click

from curate.changing import compare, fix, plan
from curate.figures.command import figures
from curate.options import (
    File,
    cache_option,
    folder,
    formats_option,
    look_options,
    name_option,
    output_option,
    trainer_option,
)

SEVERITIES = ("error", "warning", "info", "never")
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lora-curate", prog_name="curate")
def cli() -> None:
    """Find what is wrong with a character LoRA's dataset before the GPU is rented."""


@cli.command()
@folder
@click.option("--dry-run", is_flag=True, help="Print dataset.yaml instead of writing it.")
@cache_option
def init(directory: str, *, dry_run: bool, cache_dir: Path | None) -> None:
    """Write a commented dataset.yaml from what DIR shows."""
    from curate.formats.place import visible
    from curate.init import init_dataset

    text, notes = init_dataset(directory, cache_dir=cache_dir, write=not dry_run)
    if dry_run:
        click.echo(text, nl=False)
    for note in notes:
        click.echo(visible(note), err=dry_run)


@cli.command()
@folder
@click.option("--fiftyone", is_flag=True, help="Also bring DIR's dataset in FiftyOne up to date.")
@name_option
@look_options
@cache_option
def index(
    directory: str,
    *,
    fiftyone: bool,
    name: str | None,
    cache_dir: Path | None,
    **look: Any,  # noqa: ANN401
) -> None:
    """Measure what is new in DIR, look at it, and keep the facts."""
    from curate.classify.looking import Choice
    from curate.errors import UserError
    from curate.formats.place import visible
    from curate.session import open_dataset

    session = open_dataset(directory, cache_dir=cache_dir, look=Choice(**look))
    for note in (*session.index.notes, *session.sights.notes):
        click.echo(f"note: {visible(note)}", err=True)
    if not session.index.kept:
        raise UserError("the facts are not kept; make room, or name a folder with --cache-dir")
    total = len(session.index.pictures)
    looked = f", {session.sights.looked:,} looked at" if session.sights.looked else ""
    click.echo(
        f"{total:,} pictures, {session.index.measured:,} measured{looked}, in "
        f"{session.store.folder}"
    )
    if fiftyone:
        from curate.browse.command import index_command

        click.echo(index_command(session, name))


@cli.command()
@folder
@click.option("--format", "form", type=click.Choice(["jsonl"]), default="jsonl", show_default=True)
@click.option("--out", type=File, help="Write there instead of to standard output.")
@look_options
@cache_option
def facts(
    directory: str,
    *,
    form: str,
    out: Path | None,
    cache_dir: Path | None,
    **look: Any,  # noqa: ANN401
) -> None:
    """Tell what every picture in DIR shows, one JSON object a line.

    Framing, view, elevation, pose, expression and more, each with its probability, whether the
    classifier would rather not say, and whose word it is.
    """
    from curate.classify.facts import facts_command
    from curate.classify.looking import Choice

    del form  # there is one so far
    facts_command(directory, choice=Choice(**look), out=out, cache_dir=cache_dir)


@cli.command()
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--clip-model", metavar="NAME[:WEIGHTS]", help="In place of the embedded model.")
@click.option(
    "--drawn",
    type=click.IntRange(0),
    default=3000,
    show_default=True,
    help="How many figures are drawn to learn from, and to test.",
)
@click.option("--declared", is_flag=True, help="Let captions count where nobody labelled.")
@click.option(
    "--target",
    type=click.FloatRange(0.5, 0.999),
    default=0.95,
    show_default=True,
    help="Share that has to be right where it speaks.",
)
@cache_option
def calibrate(directory: str | None, **options: Any) -> None:  # noqa: ANN401
    """Say how far a classifier is right on pictures like yours.

    Fits heads to drawn figures and, where labels.json or tags of the App label at least 30 pictures
    in DIR, to those; prints how often each head is right; keeps the heads in DIR/.curate/heads.
    """
    from curate.classify.calibrate_command import calibrate_command

    calibrate_command(directory, **options)


@cli.command()
@folder
@click.option("--remote", is_flag=True, help="Open no browser here; say how to reach it from afar.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen there.  [default: from 5151]")
@name_option
@cache_option
def browse(directory: str, cache_dir: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Look at DIR and decide, in the FiftyOne App."""
    from curate.browse.command import browse_command

    browse_command(directory, cache_dir=cache_dir, **options)


@cli.command()
@folder
@trainer_option
@click.option("--select", metavar="CODES", help="Only rules whose codes begin so: RES,TAG001.")
@click.option("--ignore", metavar="CODES", help="No rules whose codes begin so.")
@click.option(
    "--profile", type=click.Choice(["min", "standard", "strict"]), help="How picky to be."
)
@formats_option(FORMATS)
@output_option
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="error",
    show_default=True,
    help="Exit 1 from this severity on.",
)
@click.option("--no-measure", is_flag=True, help="Exit 2 if a picture has no facts yet.")
@click.option("--fix", is_flag=True, help="First mend captions where that is safe.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Only what this file does not know counts.",
)
@click.option(
    "--write-baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Make it from what is found.",
)
@click.option("--prune-baseline", is_flag=True, help="Take out of it what is gone.")
@cache_option
@click.pass_context
def lint(context: click.Context, /, directory: str, **options: Any) -> None:  # noqa: ANN401
    """Judge the dataset in DIR and say what to do about it.

    Exit codes: 0 nothing at or over --fail-on, 1 findings, 2 it could not judge.
    """
    from curate.gate import lint_command

    context.exit(lint_command(directory, **options))


@cli.command()
@folder
@click.option("--check", is_flag=True, help="Change nothing; say which files differ from it.")
@click.option("--override", "overrides", metavar="CODE", multiple=True, help="Accept this error.")
@click.option("--reason", metavar="TEXT", help="Why it is accepted.")
@cache_option
@click.pass_context
def approve(context: click.Context, /, directory: str, *, check: bool, **options: Any) -> None:  # noqa: ANN401
    """Write DIR/manifest.json from the report and people's decisions.

    Decisions stand in approvals.yaml and in tags set with `curate browse`. Exit codes: 0 approved,
    or as approved; 1 errors stand against it, or files differ; 2 it could not judge.
    """
    from curate import approve as stage
    from curate.formats.place import visible

    done = stage.check(directory) if check else stage.approve(directory, **options)
    for line in done.lines:
        click.echo(visible(line))
    context.exit(done.code)


@cli.command()
@folder
@trainer_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "png"]),
    default="text",
    show_default=True,
    help="Text and JSON are printed, pages and pictures written to a file.",
)
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="In place of DIR/.curate/stats.html or .png.",
)
@cache_option
def stats(directory: str, trainer: str | None, cache_dir: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Count what DIR shows: poses, views, buckets and tags."""
    from curate.session import open_dataset
    from curate.stats.command import stats_command

    session = open_dataset(directory, trainer=trainer, cache_dir=cache_dir)
    click.echo(stats_command(session, **options), nl=False)


@cli.command()
@click.argument("code")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def explain(code: str, form: str) -> None:
    """Print the manual page of a rule."""
    from curate.manual import explain_rule

    click.echo(explain_rule(code, form))


@cli.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def rules(form: str) -> None:
    """List every rule."""
    from curate.manual import list_rules

    click.echo(list_rules(form))


@cli.command()
@folder
@trainer_option
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder instead of DIR/.curate."
)
@cache_option
def preview(directory: str, trainer: str | None, out: Path | None, cache_dir: Path | None) -> None:
    """Show picture by picture what the trainer is fed.

    Writes one HTML page and one PNG sheet and prints where they are.
    """
    from curate.preview import preview as draw
    from curate.session import open_dataset

    session = open_dataset(directory, trainer=trainer, cache_dir=cache_dir)
    for path in draw(session.dataset, session.root, out or session.store.folder):
        click.echo(path)


for command in (compare, figures, fix, plan):
    cli.add_command(command)


def main() -> None:
    """Run, and turn whatever goes wrong into one line and exit code 2."""
    # Records refer to no cycle and live to the end: looking for garbage costs a fifth of a lint.
    gc.disable()
    output = _prepare_streams()
    try:
        sys.exit(cli.main(standalone_mode=False, prog_name="curate") or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except SystemExit as stop:
        # click puts another stdout in place of one whose reader went away, and exits with 1,
        # which here means findings
        sys.exit(stop.code if sys.stdout is output else 141)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was measured is kept", err=True)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last resort: exit 2, never 1
        from curate.errors import as_message

        click.echo(as_message(error) or _bug(error), err=True)
        _drop_unwritten(output)
        sys.exit(2)
    finally:
        # Nor is there anything to look for on the way out, where Python would.
        gc.freeze()


def _prepare_streams() -> TextIO:
    """Make printing safe, and return standard output."""
    # A stream that was closed before the start is None.
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - open to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - the same
    for stream in (sys.stdout, sys.stderr):
        # What a terminal's encoding lacks is escaped; a report is no reason to crash.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    return sys.stdout


def _drop_unwritten(stream: TextIO) -> None:
    """Forget what a full device did not take: Python would try again at its end, and exit 120."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _bug(error: Exception) -> str:
    import traceback

    return f"{''.join(traceback.format_exception(error))}error: this is a bug: please report it"
