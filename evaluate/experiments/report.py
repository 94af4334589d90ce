"""What the experiments found, as a table in Markdown and a plot of each."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

from curate.errors import UserError
from evaluate.experiments.effects import Found
from evaluate.experiments.outcomes import LEAST_SKILL, Outcome, Row

WIDTH, LINE, TITLE, TOP = 7.0, 0.42, 0.16, 1.45
# Of a line of the title.
LETTERS = 84
MUTED, STRONG = "#a8a29e", "#1c1917"


def lines_of(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """All outcomes, what decides a verdict in front of what is told beside it."""
    yield "| claim | verdict | what was counted | difference | trainings | a pair says otherwise |"
    yield "| --- | --- | --- | --- | ---: | ---: |"
    for outcome in outcomes:
        title = f"{outcome.claim}. {outcome.title} ({', '.join(outcome.codes)})"
        yield f"| {title} | **{outcome.word}** | | | | |"
        for found in sorted(outcome.found, key=lambda one: not one.decides):
            beside = "" if found.decides else "*beside it:* "
            yield (
                f"| | {found.word} | {beside}{found.name} | {difference(found)} | {found.n} "
                f"| {'' if found.otherwise is None else f'{found.otherwise:.0%}'} |"
            )
    poor = {
        f"{name.replace('_', ' ')} of claim {outcome.claim} ({skill:.3f})"
        for outcome in outcomes
        for name, skill in outcome.skills.items()
        if skill < LEAST_SKILL
    }
    if poor:
        yield ""
        yield f"Not read well enough to decide anything: {', '.join(sorted(poor))}."


def difference(found: Found) -> str:
    """An estimate with its bounds and what was predicted."""
    if found.estimate is None:
        return "not measured"
    wanted = "within" if found.kind == "equal" else "at least"
    bounds = ""
    if found.low is not None and found.high is not None:
        bounds = f" ({found.low:+.2f} to {found.high:+.2f})"
    return f"{found.estimate:+.2f}{bounds}, {wanted} {found.least:.2f} predicted"


def plot(outcome: Outcome, path: Path) -> None:
    """Every condition as a row: a dot for each training, a bar for their mean.

    Raises:
        UserError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        wanted = "install lora-curate[browse]"
        raise UserError(f"a plot needs matplotlib, which is not installed; {wanted}") from error

    names = list(dict.fromkeys(row.condition for row in outcome.rows))
    parts = [f"{f.name}: {f.word}, {difference(f)}" for f in outcome.found if f.decides]
    height = TOP + LINE * len(names) + TITLE * len(parts)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for place, name in enumerate(names):
        means = list(_means(row for row in outcome.rows if row.condition == name))
        axes.plot(means, [place] * len(means), "o", color=MUTED, markersize=6, alpha=0.7)
        if means:
            axes.plot([fmean(means)], [place], "|", color=STRONG, markersize=18, markeredgewidth=2)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(-0.03, 1.03)
    counted = all(v in {None, 0.0, 1.0} for row in outcome.rows for v in row.values)
    what = "share of pictures" if counted else "likeness to the character"
    axes.set_xlabel(f"{what}, a dot for each training")
    title = textwrap.fill(outcome.title, LETTERS)
    figure.suptitle("\n".join([title, *parts]), fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _means(rows: Iterator[Row]) -> Iterator[float]:
    for row in rows:
        known = [value for value in row.values if value is not None]
        if known:
            yield fmean(known)
