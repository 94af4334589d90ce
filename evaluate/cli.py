"""`evaluate` on the command line: arguments in, exit codes out, no logic.

Commands import what they need when they run, so that `--help` costs click and nothing else.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

STOPPED = 3
File = click.Path(dir_okay=False, path_type=Path)
Folder = click.Path(file_okay=False, path_type=Path)
spec_option = click.option(
    "--spec", type=File, default=Path("evaluate.yaml"), show_default=True, help="What to evaluate."
)
json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")
images_option = click.option(
    "--max-images",
    type=click.IntRange(0),
    envvar="LORA_CURATE_MAX_IMAGES",
    help="Stop after so many pictures; exit 3.",
)
hours_option = click.option(
    "--max-gpu-hours",
    type=click.FloatRange(0),
    envvar="LORA_CURATE_MAX_GPU_HOURS",
    help="Stop when so many are spent; exit 3.",
)
cost_option = click.option(
    "--max-cost",
    type=click.FloatRange(0),
    envvar="LORA_CURATE_JUDGE_MAX_COST",
    help="Stop before judging costs more; exit 3.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lora-curate", prog_name="evaluate")
def cli() -> None:
    """Draw a matrix from checkpoints, judge it, and say only what its seeds can bear."""


@cli.command()
@click.argument("run", type=Folder)
@click.option(
    "--config",
    type=File,
    default=Path("train.yaml"),
    show_default=True,
    help="The train.yaml that RUN came from.",
)
@spec_option
def init(run: Path, config: Path, spec: Path) -> None:
    """Write an evaluate.yaml for the training run in RUN. An existing one stays."""
    from evaluate.spec.template import init_spec

    _print(init_spec(run, config, spec))


@cli.command()
@spec_option
@click.option("--dry-run", is_flag=True, help="Print cells, time and cost; load nothing.")
@images_option
@hours_option
def matrix(
    spec: Path, *, dry_run: bool, max_images: int | None, max_gpu_hours: float | None
) -> None:
    """Draw every cell that is not there yet, canaries first.

    Exit codes: 0 all is drawn, 2 it cannot be, or a canary failed, 3 a budget is spent.
    """
    from evaluate import commands
    from train.launcher import start_all

    start_all(sys.argv[1:], "evaluate")
    _print(commands.matrix(spec, dry_run=dry_run, images=max_images, hours=max_gpu_hours, say=_say))


@cli.command()
@spec_option
@click.option("--from-folder", type=Folder, help="Judge pictures that were made elsewhere.")
@click.option("--pattern", help="Of their names: '{epoch}_{format}_{seed}.png'.")
@click.option(
    "--repeats",
    type=click.IntRange(1, 9),
    envvar="LORA_CURATE_JUDGE_REPEATS",
    help="How often a vision judge looks at a picture; the median counts.",
)
@cost_option
def score(
    spec: Path,
    from_folder: Path | None,
    pattern: str | None,
    repeats: int | None,
    max_cost: float | None,
) -> None:
    """Ask every judge about every picture not judged yet."""
    from evaluate import commands

    _print(
        commands.score(
            spec, folder=from_folder, pattern=pattern, repeats=repeats, cost=max_cost, say=_say
        )
    )


@cli.command()
@spec_option
@click.option("--out", type=File, default=Path("rate.html"), show_default=True)
@click.option("--count", type=click.IntRange(1), help="Pictures to ask about; all by default.")
def rate(spec: Path, out: Path, count: int | None) -> None:
    """Write a blind page on which people judge. Its answers are a judge of evaluate.yaml."""
    from evaluate import commands

    _print(commands.rate(spec, out, count))


@cli.command()
@spec_option
@click.option("--negatives", type=Folder, help="Pictures that do not show her.")
@cost_option
def qualify(spec: Path, negatives: Path | None, max_cost: float | None) -> None:
    """Ask judges about pictures of which the answer is known.

    Exit codes: 0 no judge failed, 1 one did, 2 they could not be asked.
    """
    from evaluate import commands

    lines, failed = commands.qualify(spec, negatives, max_cost)
    _print(lines)
    sys.exit(int(failed))


@cli.command()
@spec_option
@json_option
def verdicts(spec: Path, *, as_json: bool) -> None:
    """Say what the scores bear, and write verdicts.json."""
    from evaluate import commands

    _print(commands.verdicts(spec, as_json=as_json))


@cli.command()
@spec_option
@click.option("--suspect", is_flag=True, help="Only where a verdict is suspect.")
@click.option("--dry-run", is_flag=True, help="Say which seeds; draw nothing.")
@images_option
@hours_option
def extend(
    spec: Path,
    *,
    suspect: bool,
    dry_run: bool,
    max_images: int | None,
    max_gpu_hours: float | None,
) -> None:
    """Draw four more seeds where they would decide a verdict. Twice at most."""
    from evaluate import commands
    from train.launcher import start_all

    start_all(sys.argv[1:], "evaluate")
    _print(
        commands.extend(
            spec,
            suspect=suspect,
            dry_run=dry_run,
            images=max_images,
            hours=max_gpu_hours,
            say=_say,
        )
    )


@cli.command()
@spec_option
def report(spec: Path) -> None:
    """Write tables, contact sheets, report.html and summary.md. Prints where they are."""
    from evaluate import commands

    _print(commands.report(spec))


@cli.command()
@click.argument("one", type=File)
@click.argument("other", type=File)
@click.option(
    "--axis",
    "axes",
    multiple=True,
    default=("fidelity", "mouth", "quality"),
    show_default=True,
    help="What is compared.",
)
@click.option("--out", type=File, help="Keep the verdicts there, for `diff` and `gate`.")
@cost_option
def compare(
    one: Path, other: Path, axes: tuple[str, ...], out: Path | None, max_cost: float | None
) -> None:
    """Have a vision judge compare two evaluations pair by pair. Each pair in both orders."""
    from evaluate import commands

    _print(commands.compare(one, other, axes, out=out, cost=max_cost))


@cli.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@json_option
def diff(old: Path, new: Path, *, as_json: bool) -> None:
    """Say which verdicts of two files or folders differ, and why."""
    from evaluate import commands

    _print(commands.diff(old, new, as_json=as_json))


@cli.command()
@click.argument("found", type=click.Path(path_type=Path), metavar="VERDICTS")
@click.option(
    "--fail-on",
    "fail_on",
    multiple=True,
    metavar="CODE:OUTCOME",
    help="Fail where it is decided so, in place of what fails by default.",
)
@click.option(
    "--require",
    multiple=True,
    metavar="CODE:OUTCOME[@SUBJECT]",
    help="Fail where it is not decided so.",
)
def gate(found: Path, fail_on: tuple[str, ...], require: tuple[str, ...]) -> None:
    """Hold verdicts against conditions. Exit codes: 0 passed, 1 failed, 2 could not judge."""
    from evaluate import commands

    lines, failed = commands.gate(found, fail_on, require)
    _print(lines)
    sys.exit(int(failed))


@cli.command("probe-base")
@spec_option
@click.option("--id", "identity", required=True, help="Of the new profile.")
@click.option("--out", type=File, help="In place of ID.yaml here.")
def probe_base(spec: Path, identity: str, out: Path | None) -> None:
    """Write a base profile from what the base alone drew. Each line has n and interval."""
    from evaluate import commands

    _print(commands.probe_base(spec, identity, out))


@cli.command()
@spec_option
@click.option("--remote", is_flag=True, help="Open no browser here; say how to reach it.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen there.")
def browse(spec: Path, *, remote: bool, port: int | None) -> None:
    """Look at the matrix in the FiftyOne App. A group is a prompt and a seed."""
    from evaluate import commands

    _print(commands.browse(spec, remote=remote, port=port))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    from curate.formats.place import visible

    click.echo("\n".join(map(visible, line.split("\n"))))


def main() -> None:
    """Run a command; exits 0 done, 1 a gate failed, 2 it could not, 3 stopped by a budget."""
    try:
        sys.exit(cli.main(standalone_mode=False, prog_name="evaluate") or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was drawn and scored is kept", err=True)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last resort: exit 2, never 1
        sys.exit(_ended(error))


def _ended(error: Exception) -> int:
    """Say what went wrong in one line, and with which code to end."""
    from curate.errors import as_message
    from evaluate.budget import BudgetStop
    from evaluate.verdicts.engine import VerdictCrash
    from rules.quoting import visible

    if isinstance(error, BudgetStop):
        click.echo(f"stopped: {visible(str(error))}; the same command goes on", err=True)
        return STOPPED
    if isinstance(error, VerdictCrash):
        click.echo(f"error: {visible(str(error))}; nothing was judged: please report it", err=True)
        return 2
    click.echo(as_message(error) or _bug(error), err=True)
    return 2


def _bug(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error)) + "This is a bug: please report it"
