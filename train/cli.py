"""`train` on the command line: arguments in, exit codes out, no logic.

Commands import what they need when they run, so that `--help` costs click and nothing else.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from train.config import TrainConfig

STOPPED = 3
config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("train.yaml"),
    show_default=True,
    help="The run's settings.",
)
approved_option = click.option(
    "--approved-only",
    is_flag=True,
    help="Train what manifest.json approves, and refuse when anything drifted.",
)


class RunByDefault(click.Group):
    """`train --approved-only` is `train run --approved-only`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` in front where no command stands there."""
        own = {"-h", "--help", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=RunByDefault, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lora-curate", prog_name="train")
def cli() -> None:
    """Train a LoRA for Anima from a dataset, approved or as it is. Without a command: run."""


@cli.command()
@config_option
@approved_option
@click.option("--force", is_flag=True, help="Resume although the settings have changed.")
def run(config: Path, *, approved_only: bool, force: bool) -> None:
    """Train, or go on where a run was stopped."""
    from train.launcher import start_all
    from train.quiet import quiet_libraries
    from train.stopping import interruptible

    start_all(sys.argv[1:])
    with interruptible():
        from train.run import run as train_run

        settings = _config(config)
        quiet_libraries()
        done = train_run(settings, approved_only=approved_only, force=force, say=click.echo)
    sys.exit(0 if done else STOPPED)


@cli.command()
@click.option("--dataset", default="dataset", show_default=True, help="Folder of the pictures.")
@config_option
def init(dataset: str, config: Path) -> None:
    """Write a commented train.yaml; an existing one stays."""
    from train.template import write_template

    write_template(config, dataset)
    click.echo(f"{config} is written; name the base's files in it, then `train doctor`")


@cli.command()
@config_option
@approved_option
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def plan(config: Path, *, approved_only: bool, as_json: bool) -> None:
    """Tell steps, hours, cost, disk and memory. Nothing is loaded."""
    from train.plan import plan_json, plan_lines

    if as_json:
        click.echo(plan_json(_config(config), approved_only=approved_only))
        return
    for line in plan_lines(_config(config), approved_only=approved_only):
        click.echo(line)


@cli.command()
@config_option
@approved_option
def doctor(config: Path, *, approved_only: bool) -> None:
    """Check everything that would stop a run, the cheap things first."""
    from train.doctor import examine
    from train.quiet import quiet_libraries

    quiet_libraries()
    ill = False
    for finding in examine(_config(config), approved_only=approved_only):
        click.echo(finding.line)
        ill = ill or finding.severity == "error"
    sys.exit(1 if ill else 0)


@cli.command()
@click.argument("one", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("other", type=click.Path(dir_okay=False, path_type=Path))
def diff(one: Path, other: Path) -> None:
    """Name what changes between two configurations. More than one factor is a warning."""
    from rules.run.several_changes import said
    from train.comparison import differences, factors

    found = differences(_config(one), _config(other))
    for factor in found:
        click.echo(f"{factor.key}: {factor.before} -> {factor.after}")
    if len(learned := factors(found)) > 1:
        click.echo(f"RUN008 {said(len(learned))}: no one of them can be judged")


@cli.command()
@click.argument("configs", nargs=-1, required=True, type=click.Path(path_type=Path))
@approved_option
def queue(configs: Sequence[Path], *, approved_only: bool) -> None:
    """Train several configurations in turn. One that fails does not stop the next."""
    from train.queue import run_queue

    sys.exit(run_queue(configs, approved_only=approved_only, say=click.echo))


@cli.command()
@click.argument("loras", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@config_option
@click.option("--strength", type=float, default=1.0, show_default=True, help="Of each LoRA.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("samples"),
    show_default=True, help="Folder of the pictures.",
)  # fmt: skip
def sample(loras: Sequence[Path], config: Path, *, strength: float, out: Path) -> None:
    """Draw by the base and by each LoRA what `samples` names."""
    from train.quiet import quiet_libraries
    from train.sample import sample as draw_samples

    settings = _config(config)
    quiet_libraries()
    click.echo(draw_samples(settings, loras, strength=strength, out=out, say=click.echo))


@cli.command()
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--layout", type=click.Choice(["native", "kohya", "diffusers"]), default="native",
    show_default=True, help="Native is what ComfyUI, diffusers and the official files share.",
)  # fmt: skip
def export(source: Path, target: Path, layout: str) -> None:
    """Write a LoRA in another layout; any that is known is read."""
    from train.lora_files import LAYOUTS, read_lora, write_lora

    lora = read_lora(source)
    write_lora(target, lora, next(known for known in LAYOUTS if known == layout))
    click.echo(f"{target}: {len(lora.modules):,} modules of rank {lora.rank}, {layout} layout")


def _config(path: Path) -> "TrainConfig":
    from train.config import load_config

    return load_config(path)


def main() -> None:
    """Run a command; exits 0 done, 1 the doctor found errors, 2 it could not, 3 stopped."""
    try:
        sys.exit(cli.main(standalone_mode=False, prog_name="train") or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was written is whole", err=True)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last resort: exit 2, never 1
        from curate.errors import as_message

        click.echo(as_message(error) or _bug(error), err=True)
        sys.exit(2)


def _bug(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error)) + "This is a bug: please report it"
