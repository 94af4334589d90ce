"""`curate calibrate`: fit a model's heads, say how good they are, and keep them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from curate.browse.marker import marked_name
from curate.classify.calibrate import (
    DRAWN,
    ENOUGH,
    OWN,
    Plan,
    adapt_heads,
    fit_heads,
    never_speaking,
    rate_heads,
)
from curate.classify.heads import Heads
from curate.classify.heads_file import write_heads
from curate.classify.naming import heads_place, is_there, user_folder
from curate.classify.reliability import Reliability
from curate.classify.samples import Eyes, draw_pictures, labelled_pictures
from curate.errors import UserError
from curate.formats.place import visible
from curate.session import Session, open_dataset
from rules.quoting import counted

# Of three drawn figures one is drawn otherwise, and tests.
TESTING = 3
LEAST_DRAWN = 30


def calibrate_command(  # noqa: PLR0913 - the options of the command
    directory: str | None,
    *,
    clip_model: str | None,
    drawn: int,
    declared: bool,
    target: float,
    cache_dir: Path | None,
) -> None:
    """Fit heads, print their table, and write them beside the dataset's facts.

    Args:
        directory: a dataset whose labelled pictures test and move the heads; None for none.
        clip_model: as `--clip-model`; None for the embedded model, whose own heads are kept.
        drawn: how many figures are drawn.
        declared: whether captions count as labels where nobody labelled.
        target: share that has to be right where a head speaks.
        cache_dir: in place of DIR/.curate.

    Raises:
        UserError, RecordError: the model or the dataset will not do.
    """
    session = _opened(directory, cache_dir) if directory is not None else None
    folder = session.store.folder if session else user_folder()
    plan = Plan(target=target)
    eyes, heads = _start(clip_model)
    if heads is None and drawn < LEAST_DRAWN:
        raise UserError(f"--drawn {drawn}: heads cannot learn from so few; wanted {LEAST_DRAWN}")
    others = drawn // TESTING
    test = draw_pictures(eyes, others, "held_out") if others else None
    if heads is None and test is not None:
        heads = fit_heads(eyes.backbone, draw_pictures(eyes, drawn - others, "train"), test, plan)
    assert heads is not None  # noqa: S101 - fitted above where the model has none
    table = rate_heads(heads, test, DRAWN, plan) if test is not None else []
    if session is not None:
        own = labelled_pictures(session, eyes, declared=declared)
        if len(own.embeddings):
            heads, more = adapt_heads(heads, own, plan)
            table += more
    _print(table, target)
    place = heads_place(folder, eyes.family)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_heads(heads, place)
    except OSError as error:
        raise UserError(f"{place}: {error.strerror or error}") from error
    for line in _summary(heads, place, session, clip_model):
        click.echo(visible(line))


def _opened(directory: str, cache_dir: Path | None) -> Session:
    """The dataset, after what people tagged in the App where it was ever shown there."""
    session = open_dataset(directory, cache_dir=cache_dir, look=None)
    name = marked_name(session)
    if name is not None:
        from curate.browse.decisions import read_tags  # noqa: PLC0415 - brings FiftyOne

        for line in read_tags(session, name):
            click.echo(visible(line))
    return session


def _start(clip_model: str | None) -> tuple[Eyes, Heads | None]:
    """The model, and the heads that it comes with."""
    if clip_model is None:
        from curate.classify.embedded import Embedded  # noqa: PLC0415 - seconds

        if not is_there():
            raise UserError(
                "the embedded model is not part of this installation: --clip-model NAME"
            )
        embedded = Embedded()
        return embedded, embedded.heads
    from curate.classify.open_clip_model import OpenClip  # noqa: PLC0415 - seconds
    from curate.classify.open_clip_source import find_source  # noqa: PLC0415 - seconds

    return OpenClip(find_source(clip_model)), None


def _print(table: Sequence[Reliability], target: float) -> None:
    from rich.console import Console  # noqa: PLC0415 - only here
    from rich.table import Table  # noqa: PLC0415 - the same

    shown = Table(title=f"Right {target:.0%} of the time where it speaks?", title_justify="left")
    for name in ("head", "pictures"):
        shown.add_column(name)
    for name in ("n", "right", "95%", "ECE", "calibrated", "speaks", "right then"):
        shown.add_column(name, justify="right")
    for row in table:
        low, high = row.interval
        shown.add_row(
            row.head,
            row.pictures,
            f"{row.n:,}",
            f"{row.right / row.n:.3f}",
            f"{low:.2f}-{high:.2f}",
            f"{row.error_before:.3f}",
            f"{row.error_after:.3f}",
            f"{row.spoke / row.n:.0%}",
            f"{row.right_spoken / row.spoke:.3f}" if row.spoke else "",
        )
    Console(width=100).print(shown)


def _summary(
    heads: Heads, place: Path, session: Session | None, clip_model: str | None
) -> Iterator[str]:
    silent = never_speaking(heads)
    if silent:
        yield f"no threshold keeps the promise for {', '.join(silent)}: there it always abstains"
    tested = heads.card.tested_on
    if session is not None and tested < ENOUGH:
        yield (
            f"{counted(tested, 'labelled picture')} of {ENOUGH}: rules that set what is seen "
            "against captions only advise; label more in `curate browse` or labels.json"
        )
    elif session is not None:
        yield f"tested on {tested:,} of {OWN}: rules that set what is seen against captions judge"
    where = session.shown if session else "DIR"
    option = f" --clip-model {clip_model}" if clip_model else ""
    yield f"heads in {place}; `curate index {where}{option}` looks with them"
