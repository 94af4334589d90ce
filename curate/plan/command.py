"""`curate plan`: open a dataset, look for a plan, write it."""

import datetime as dt
from pathlib import Path

from curate.errors import UserError
from curate.formats.place import Place
from curate.judging import TOOL
from curate.outputs import parse_outputs, write_outputs
from curate.plan.formats import FORMATS, render
from curate.plan.plan import make_plan
from curate.plan.solve import MOST_STEPS, Solver
from curate.progress import progress
from curate.session import open_dataset

# A plan that drops more than this share of the pictures is another dataset.
DROPPED_AT_MOST = 1 / 3
ADDED_AT_MOST = 20


def plan_command(  # noqa: PLR0913 - the options of the command, all by keyword
    directory: str,
    *,
    trainer: str | None,
    max_add: int | None,
    max_drop: int | None,
    forms: tuple[str, ...],
    output_file: Path | None,
    cache_dir: Path | None,
) -> None:
    """Look for a plan and write it.

    Raises:
        UserError, RecordError, RuleCrash: it could not judge.
    """
    outputs = parse_outputs(forms, output_file, FORMATS)
    session = open_dataset(directory, trainer=trainer, cache_dir=cache_dir)
    dataset = session.dataset
    if not dataset.fed:
        raise UserError(f"{session.shown}: the trainer is fed no picture, so there is none to plan")
    most_added = ADDED_AT_MOST if max_add is None else max_add
    most_dropped = int(len(dataset.fed) * DROPPED_AT_MOST) if max_drop is None else max_drop
    today = dt.datetime.now(dt.UTC).date()
    solver = Solver(dataset, dataset.spec.lint, today)
    *_, state = progress(
        solver.solve(most_added, most_dropped), total=MOST_STEPS + 2, doing="looking for a plan"
    )
    plan = make_plan(solver, state, TOOL)
    place = Place(folder=session.shown, texts={}, dataset=dataset, root=session.root)

    def rendered(form: str, *, terminal: bool) -> str:  # noqa: ARG001 - it has no colours
        return render(form, plan, place)

    write_outputs(outputs, rendered, session.store.folder, "plan")
