"""`evaluate matrix`: plan, freeze, draw; and what a plan comes to before anything is loaded."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import torch

from curate.errors import UserError
from curate.session import open_dataset
from evaluate.budget import BudgetStop
from evaluate.generate.run import Limits, Say, draw_plan, rows_of
from evaluate.spec.checkpoints import find_loras
from evaluate.spec.judges import VisionJudge
from evaluate.spec.plan import (
    Digests,
    Plan,
    check_frozen,
    digests_of,
    make_plan,
    read_plan,
    write_plan,
)
from evaluate.spec.prompts import Wording, wording_of
from evaluate.spec.spec import EvalSpec
from rules.model import Dataset
from rules.quoting import counted
from rules.records import record
from train.lock import locked
from train.processes import Processes

# Tokens of one question with two pictures and its answer, until a run has counted its own.
TOKENS = (2_500, 400)
MILLION = 1_000_000
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A plan, and what it was made from.

    Attributes:
        frozen: whether the run has begun with it.
    """

    plan: Plan
    digests: Digests
    wording: Wording
    dataset: Dataset | None
    frozen: bool


def prepare(spec: EvalSpec, extra: Iterable[tuple[str, int]] = ()) -> Prepared:
    """The plan of a spec, held against the one that is frozen.

    Args:
        spec: with absolute paths.
        extra: seeds to add to those that were added before: (checkpoint label, seed).

    Raises:
        UserError: something is missing, or the spec changed since the plan was frozen.
    """
    loras, digests = find_loras(spec), digests_of(spec)
    dataset = open_dataset(spec.dataset, look=None).dataset if spec.dataset else None
    wording = wording_of(dataset, spec.matrix.assist) if dataset else Wording()
    if wording.trigger is None and loras:
        triggers = {lora.trigger for lora in loras if lora.trigger}
        if len(triggers) != 1:
            raise UserError("no trigger is known: name a `dataset` whose dataset.yaml has one")
        wording = replace(wording, trigger=triggers.pop())
    old = read_plan(spec.folder)
    added = dict.fromkeys((*(old.extra_seeds if old else ()), *extra))
    plan = make_plan(spec, digests, loras, wording, added)
    if not plan.cells:
        raise UserError(
            "there is nothing to draw: name a `run`, `checkpoints`, or attributes with what is "
            "`described` to the base"
        )
    if old is not None:
        check_frozen(old, plan, spec.folder)
    return Prepared(
        plan=plan, digests=digests, wording=wording, dataset=dataset, frozen=old is not None
    )


@contextmanager
def drawing_alone(spec: EvalSpec, processes: Processes) -> Iterator[None]:
    """Hold the run's folder against other runs; the first of several processes holds it.

    Raises:
        UserError: another run holds it.
    """
    if processes.rank:
        yield
        return
    with locked(spec.folder):
        yield


def run_matrix(
    spec: EvalSpec, *, limits: Limits, say: Say, extra: Iterable[tuple[str, int]] = ()
) -> None:
    """Draw what a spec asks for, from where it stopped.

    Raises:
        UserError: it cannot be drawn, or a canary failed.
        BudgetStop: a budget is spent.
    """
    processes = Processes(spec.device)
    try:
        prepared = prepare(spec, extra)
        with drawing_alone(spec, processes):
            if processes.rank == 0:
                write_plan(spec.folder, prepared.plan)
            processes.wait()
            stopped, drawn = None, 0
            try:
                drawn = draw_plan(
                    spec,
                    prepared.plan,
                    digests=prepared.digests,
                    processes=processes,
                    limits=limits,
                    say=say if processes.rank == 0 else lambda _: None,
                )
            except BudgetStop as stop:
                stopped = stop
            # One that has drawn its part waits here for those whose budget ended theirs.
            if processes.gathered(torch.tensor(int(stopped is not None))):
                raise stopped or BudgetStop("another process's budget is spent")
        if processes.rank == 0:
            total = len(prepared.plan.keys)
            say(f"{counted(drawn, 'picture')} drawn, {total:,} in {spec.folder}")
    finally:
        processes.close()


@record
class Estimate:
    """What a plan comes to.

    Attributes:
        cells: of the plan; several may be one picture.
        pictures: in all, and `left` those that are not drawn.
        seconds: a picture, as the run measured it; None before the first.
        swaps: how often LoRAs change.
        calls: of vision judges, for what is left to score at most.
        cost: of those and of GPU hours, where prices are known.
    """

    cells: int
    pictures: int
    left: int
    parts: dict[str, int]
    seconds: float | None
    swaps: int
    calls: int
    cost: float | None


def estimate(spec: EvalSpec, plan: Plan) -> Estimate:
    """Count a plan."""
    rows = rows_of(spec.folder)
    keys = plan.keys
    left = sum(key not in rows for key in keys)
    times = [row.seconds for row in rows.values() if row.seconds > 0]
    seconds = median(times) if times else None
    judges = [judge for judge in spec.judges if isinstance(judge, VisionJudge)]
    calls = sum(round(len(keys) * (judge.repeats + judge.double)) for judge in judges)
    prices = [judge.prices for judge in judges]
    cost: float | None = 0.0
    for judge, price in zip(judges, prices, strict=True):
        if price is None or cost is None:
            cost = None
            continue
        each = (TOKENS[0] * price[0] + TOKENS[1] * price[1]) / MILLION
        cost += each * len(keys) * (judge.repeats + judge.double)
    if cost is not None and spec.gpu_hour and seconds is not None:
        cost += left * seconds / SECONDS_PER_HOUR * spec.gpu_hour
    parts: dict[str, int] = {}
    for planned in plan.cells:
        parts[planned.cell.part] = parts.get(planned.cell.part, 0) + 1
    loaded = [(p.cell.checkpoint, p.cell.strength) for p in plan.cells]
    swaps = sum(a != b for a, b in itertools.pairwise(loaded))
    return Estimate(
        cells=len(plan.cells), pictures=len(keys), left=left, parts=parts, seconds=seconds,
        swaps=swaps, calls=calls, cost=cost,
    )  # fmt: skip


def estimate_lines(spec: EvalSpec, prepared: Prepared) -> Iterator[str]:
    """A plan for people, before anything is drawn."""
    plan = prepared.plan
    told = estimate(spec, plan)
    matrix = spec.matrix
    yield (
        f"{len(plan.loras)} checkpoints x {len(matrix.formats)} formats x "
        f"{len(matrix.scenes)} scenes x {len(matrix.seeds)} seeds"
    )
    for part, number in told.parts.items():
        yield f"  {part:<9} {number:>6,} cells"
    yield f"{told.pictures:,} pictures, {told.left:,} to draw; LoRAs change {told.swaps:,} times"
    if told.seconds is None:
        yield "time: unknown until three pictures are drawn; `--max-images 3` measures it"
    else:
        yield f"time: {told.left * told.seconds / 60:,.0f} min at {told.seconds:.2f} s a picture"
    cost = "unknown: give `prices`" if told.cost is None else f"{told.cost:,.2f}"
    yield f"judging: {told.calls:,} calls of vision models; cost in all {cost}"
    yield f"plan {plan.hash[:12]}{', frozen' if prepared.frozen else ''}"


def folder_of(spec: EvalSpec) -> Path:
    """Where a run lies that has begun.

    Raises:
        UserError: it has not.
    """
    if read_plan(spec.folder) is None:
        raise UserError(
            f"{spec.folder}: no plan there; draw with `evaluate matrix`, or take pictures in with "
            f"`evaluate score --from-folder`"
        )
    return spec.folder
