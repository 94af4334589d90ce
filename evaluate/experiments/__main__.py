"""Experiments on the miniature base: which of them hold, and what prompts control."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.errors import UserError, run_tool

if TYPE_CHECKING:
    from evaluate.experiments.run import Bench

RESULTS = Path(__file__).with_name("results")
# Whatever was run in another way than this program runs by itself is no result.
TRIAL = "trial"
MINI = "mini"
PROBES, QUICK_PROBES = 3000, 800
# So many times fewer do for the details of one character.
OF_ONE = 2

base_option = click.option(
    "--base", default=MINI, show_default=True, help="One that ships, or a folder of one."
)
work_option = click.option(
    "--work", type=click.Path(file_okay=False, path_type=Path), default=Path("build/evidence"),
    show_default=True, help="Datasets, LoRAs, pictures.",
)  # fmt: skip
clip_option = click.option(
    "--clip-model", default=None, help="Reads the pictures in place of the embedded classifier."
)
probes_option = click.option(
    "--probes", default=None, type=click.IntRange(40),
    help=f"Figures that the probes are fitted to. [default: {PROBES}; {QUICK_PROBES} of --quick]",
)  # fmt: skip
out_option = click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path),
    help="Outcomes and plots. [default: results beside this module; WORK/trial where other options "
    "change what is run]",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Put predictions about datasets to the test."""


@cli.command()
@click.argument("names", nargs=-1)
@base_option
@work_option
@clip_option
@probes_option
@click.option("--quick", is_flag=True, help="Fewer trainings and seeds.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="Of datasets and trainings, in place of the spec's: does a verdict bear out?",
)
@out_option
def run(  # noqa: PLR0913, PLR0917 - options
    names: Sequence[str],
    base: str,
    work: Path,
    clip_model: str | None,
    probes: int | None,
    seed: int | None,
    out: Path | None,
    *,
    quick: bool,
) -> None:
    """Run experiments, all where none is named, and tell what holds."""
    from evaluate.experiments.outcomes import write_outcome
    from evaluate.experiments.report import lines_of, plot
    from evaluate.experiments.run import reseeded, run_experiment
    from evaluate.experiments.spec import load_experiments

    every = {experiment.name: experiment for experiment in load_experiments()}
    if strangers := [name for name in names if name not in every]:
        raise UserError(f"no experiment `{strangers[0]}`; known are {', '.join(every)}")
    asked = [every[name] for name in names or every]
    if seed is not None:
        asked = [reseeded(experiment, seed) for experiment in asked]
    trial = quick or seed is not None or (base, clip_model, probes) != (MINI, None, None)
    out = out or (work / TRIAL if trial else RESULTS)
    bench = _bench(base, work, clip_model, probes or (QUICK_PROBES if quick else PROBES))
    outcomes = []
    for experiment in asked:
        outcome = run_experiment(experiment, bench, quick=quick)
        write_outcome(outcome, out)
        plot(outcome, out / f"{outcome.name}.png")
        click.echo(f"{outcome.name}: {outcome.word}")
        outcomes.append(outcome)
    for line in lines_of(outcomes):
        click.echo(line)


@cli.command()
@base_option
@work_option
@clip_option
@probes_option
@click.option("--count", default=500, show_default=True, type=click.IntRange(1), help="Prompts.")
@click.option("--steps", default=12, show_default=True, help="Of the sampler.")
@click.option("--cfg", default=2.5, show_default=True, help="Guidance; 1 is none.")
def control(  # noqa: PLR0913, PLR0917 - options
    base: str,
    work: Path,
    clip_model: str | None,
    probes: int | None,
    count: int,
    steps: int,
    cfg: float,
) -> None:
    """Measure how far prompts control what the base draws."""
    from evaluate.experiments.control import measure, table
    from evaluate.experiments.studio import Drawing

    bench = _bench(base, work, clip_model, probes or PROBES)
    drawing = Drawing(steps=steps, cfg=cfg)
    rows = measure(bench.studio, bench.reader, drawing, count=count, out=work / "control")
    for line in table(rows):
        click.echo(line)


@cli.command()
@base_option
@work_option
@clip_option
@probes_option
@out_option
@click.option(
    "--datasets", default=None, type=click.IntRange(1), help="In place of the space's number."
)
def calibrate(  # noqa: PLR0913, PLR0917 - options
    base: str,
    work: Path,
    clip_model: str | None,
    probes: int | None,
    out: Path | None,
    datasets: int | None,
) -> None:
    """Ask of random faulty datasets whether findings foretell what goes wrong."""
    from evaluate.experiments.calibration import ROWS, load_space, run_calibration, write_tried
    from evaluate.experiments.foretelling import powers, table

    space = load_space()
    bench = _bench(base, work, clip_model, probes or PROBES)
    tried = run_calibration(space, bench, datasets=datasets)
    trial = (base, clip_model, probes, datasets) != (MINI, None, None, None)
    write_tried(tried, (out or (work / TRIAL if trial else RESULTS)) / ROWS)
    for line in table(powers(space, tried)):
        click.echo(line)


def _bench(base: str, work: Path, clip_model: str | None, probes: int) -> "Bench":
    import torch

    from evaluate.experiments.reading import Reader, fit_reader
    from evaluate.experiments.run import Bench
    from evaluate.experiments.studio import Drawing, SmallStudio, base_files
    from evaluate.judges.classifier import load_classifier
    from evaluate.spec.judges import ClassifierJudge
    from train.quiet import quiet_libraries
    from train.stamps import weights_digest

    quiet_libraries()
    files = base_files(base)
    judge = ClassifierJudge(kind="classifier", clip_model=clip_model)
    classifier = load_classifier(judge, work)
    studio = SmallStudio(files, work / "cache", torch.device("cpu"))
    size = (Drawing().width, Drawing().height)
    vae = weights_digest(Path(files.vae))

    @cache
    def fitted(character: str | None) -> Reader:
        count = probes if character is None else probes // OF_ONE
        return fit_reader(
            classifier,
            studio.through_vae,
            size=size,
            count=count,
            kept=work / "probes",
            stamp=vae,
            character=character,
        )

    return Bench(work=work, studio=studio, reader=fitted(None), fit=fitted)


def main() -> None:
    """Run a command; a user's mistake is told in one line."""
    run_tool(cli, "python -m evaluate.experiments")


if __name__ == "__main__":
    main()
