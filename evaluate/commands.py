"""What each command does, as lines to print; exit codes are the command line's."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.errors import UserError
from evaluate.generate.run import Limits, Say
from evaluate.spec.judges import Box, ColourJudge, CommandJudge, Judge, VisionJudge
from evaluate.spec.spec import EvalSpec, load_spec
from rules.quoting import counted, some_of
from rules.records import to_plain, write_atomically


def matrix(
    spec: Path, *, dry_run: bool, images: int | None, hours: float | None, say: Say
) -> Iterator[str]:
    """Draw, or say what would be drawn; `say` takes at once what a stop must not swallow."""
    from evaluate.matrix import estimate_lines, prepare, run_matrix

    settings = load_spec(spec)
    if dry_run:
        yield from estimate_lines(settings, prepare(settings))
        return
    _quiet()
    run_matrix(settings, limits=_limits(settings, images, hours), say=say)


def _limits(spec: EvalSpec, images: int | None, hours: float | None) -> Limits:
    budget = spec.budget
    return Limits(
        images=budget.images if images is None else images,
        gpu_hours=budget.gpu_hours if hours is None else hours,
    )


def _quiet() -> None:
    from train.quiet import quiet_libraries

    quiet_libraries()


def score(  # noqa: PLR0913 - all but one by keyword
    spec: Path,
    *,
    folder: Path | None,
    pattern: str | None,
    repeats: int | None,
    cost: float | None,
    say: Say,
) -> Iterator[str]:
    """Ask judges, of a run or of pictures from elsewhere."""
    from evaluate.approved import trained_files
    from evaluate.scoring import score as ask
    from evaluate.scoring import task_of
    from evaluate.session import open_run

    settings = load_spec(spec)
    if (folder is None) != (pattern is None):
        raise UserError("--from-folder and --pattern go together")
    if folder is not None and pattern is not None:
        yield from _take_in(settings, folder, pattern)
    if not settings.judges:
        raise UserError(f"{spec}: name `judges`, such as `{{kind: classifier}}`")
    if repeats is not None:
        settings = dataclasses.replace(
            settings, judges=tuple(_repeating(judge, repeats) for judge in settings.judges)
        )
    opened = open_run(settings)
    for note in opened.notes:
        yield f"note: {note}"
    task = task_of(settings, opened.dataset, opened.references)
    trained = trained_files(opened.approved)
    ask(settings, opened.plan, task, trained=trained, limit=cost, say=say)


def _repeating(judge: Judge, repeats: int) -> Judge:
    return dataclasses.replace(judge, repeats=repeats) if isinstance(judge, VisionJudge) else judge


def _take_in(spec: EvalSpec, root: Path, pattern: str) -> Iterator[str]:
    from evaluate.generate.folder import take_in
    from evaluate.generate.run import rows_of
    from evaluate.journal import Journal
    from evaluate.rows import CELLS, DrawnRow
    from evaluate.spec.plan import check_frozen, read_plan, write_plan
    from train.lock import locked

    with locked(spec.folder):
        plan, rows, others = take_in(root.resolve(), pattern, spec.folder, spec.name)
        old = read_plan(spec.folder)
        if old is not None:
            check_frozen(old, plan, spec.folder)
        known = rows_of(spec.folder)
        new = [row for row in rows if row.key not in known]
        if new:
            Journal(spec.folder / CELLS, DrawnRow).append(*new)
        write_plan(spec.folder, plan)
    yield f"{counted(len(rows), 'picture')} of {root}, {len(new):,} new"
    if others:
        left = counted(len(others), "picture")
        yield f"note: {left} left out, whose names do not fit {pattern}: {some_of(others)}"


def rate(spec: Path, out: Path, count: int | None) -> Iterator[str]:
    """Write a blind page."""
    from evaluate.judges.people import rating_page, shuffled
    from evaluate.scoring import questions_of, task_of
    from evaluate.session import open_run

    settings = load_spec(spec)
    if not settings.attributes:
        raise UserError(f"{spec}: name `attributes` to ask people for")
    opened = open_run(settings)
    questions = questions_of(settings.folder, opened.plan.keys, opened.rows)
    chosen = [q for q in shuffled(questions, 1) if q.repeat == 0][:count]
    page = rating_page(chosen, task_of(settings, opened.dataset, opened.references))
    write_atomically(out, page.encode())
    yield f"wrote {out}: {counted(len(chosen), 'picture')}, a tenth of them twice"
    yield "its answers are a judge: `- {kind: people, answers: answers.json}`"


def qualify(spec: Path, negatives: Path | None, cost: float | None) -> tuple[list[str], bool]:
    """Test judges; lines, and whether one failed."""
    from evaluate.approved import reference_files
    from evaluate.judges import qualification
    from evaluate.judges.calling import judges_of
    from evaluate.judges.spending import Purse
    from evaluate.scoring import task_of
    from evaluate.session import open_run

    settings = load_spec(spec)
    opened = open_run(settings)
    asked = tuple(j for j in settings.judges if isinstance(j, VisionJudge | CommandJudge))
    if not asked:
        raise UserError(f"{spec}: no `vision` or `command` judge to qualify")
    task = task_of(settings, opened.dataset, opened.references)
    turned = dataclasses.replace(task, references=task.references[::-1])
    others = reference_files([str(negatives)]) if negatives else _bases_of(settings)
    purse = Purse(settings.budget.cost if cost is None else cost)
    settings = dataclasses.replace(settings, judges=asked)
    found = []
    for judge, again in zip(
        judges_of(settings, task, purse),
        judges_of(settings, turned, purse),
        strict=True,
    ):
        try:
            found.append(
                qualification.qualify(
                    judge,
                    task,
                    turned=again if len(task.references) > 1 else None,
                    negatives=others,
                    identity=settings.identity,
                    handed=opened.dataset.spec.subject.handed if opened.dataset else {},
                    coloured=_boxes(settings, opened.spec.judges),
                )
            )
        finally:
            judge.close()
            again.close()
    qualification.keep(settings.folder, found)
    told = [f"{one.judge}: {one.stamp}" for one in found]
    told += [f"  {test.id} {test.verdict}: {test.says}" for one in found for test in one.tests]
    return told, any(test.verdict == "failed" for one in found for test in one.tests)


def _boxes(spec: EvalSpec, judges: Sequence[object]) -> dict[str, Box | None]:
    """Attribute with a colour of its own -> the box of its part, None where nobody knows it."""
    known: dict[str, Box] = {}
    for judge in judges:
        if isinstance(judge, ColourJudge):
            known |= judge.boxes
    return {name: known.get(one.part) for name, one in spec.attributes.items() if one.part}


def _bases_of(spec: EvalSpec) -> list[Path]:
    """Pictures of the base alone: a few, for they are of nobody."""
    from evaluate.generate.run import rows_of
    from evaluate.spec.plan import read_plan

    plan, rows = read_plan(spec.folder), rows_of(spec.folder)
    keys = [p.key for p in plan.cells if p.cell.arm == "base" and p.key in rows] if plan else []
    return [spec.folder / rows[key].file for key in dict.fromkeys(keys)][:4]


def verdicts(spec: Path, *, as_json: bool) -> Iterator[str]:
    """Judge and keep."""
    from evaluate import judging
    from evaluate.session import open_run

    opened = open_run(load_spec(spec))
    found = judging.make_verdicts(opened)
    path = judging.keep_verdicts(opened.spec.folder, found)
    if as_json:
        yield json.dumps(to_plain(found), ensure_ascii=False, indent=1)
        return
    yield from judging.lines(found)
    yield f"wrote {path}"


def extend(  # noqa: PLR0913 - all but one by keyword
    spec: Path, *, suspect: bool, dry_run: bool, images: int | None, hours: float | None, say: Say
) -> Iterator[str]:
    """Draw more seeds."""
    from evaluate.extending import more_seeds, open_labels, told
    from evaluate.judging import read_verdicts
    from evaluate.matrix import run_matrix
    from evaluate.session import open_run

    settings = load_spec(spec)
    opened = open_run(settings)
    found = read_verdicts(settings.folder)
    labels = open_labels(found.verdicts, opened.plan.loras, every=not suspect)
    extra = more_seeds(opened.plan, settings.matrix.seeds, labels)
    yield told(extra, labels)
    if dry_run or not extra:
        return
    _quiet()
    limits = _limits(settings, images, hours)
    run_matrix(settings, limits=limits, say=say, extra=extra)
    yield "then `evaluate score` and `evaluate verdicts`"


def report(spec: Path) -> Iterator[str]:
    """Write everything that people take away."""
    from evaluate import judging
    from evaluate.journal import Journal
    from evaluate.judges import qualification
    from evaluate.outputs.as_markdown import markdown
    from evaluate.outputs.layout import grid_of
    from evaluate.outputs.report_html import write_report
    from evaluate.outputs.sheets import write_sheets
    from evaluate.outputs.tables import write_tables
    from evaluate.rows import PAIRS, PairRow
    from evaluate.session import evidence_of, open_run

    opened = open_run(load_spec(spec))
    folder = opened.spec.folder
    found = judging.read_verdicts(folder)
    if found.plan != opened.plan.hash:
        raise UserError(f"{folder}: the verdicts are of another plan; run `evaluate verdicts`")
    evidence = evidence_of(opened)
    grid = grid_of(opened, evidence)
    pairs = list(Journal(folder / PAIRS, PairRow).read())
    tally = judging.tally(opened, found)
    write_atomically(folder / "tally.json", json.dumps(to_plain(tally), indent=1).encode())
    write_report(
        folder / "report.html",
        opened=opened,
        evidence=evidence,
        found=found,
        grid=grid,
        qualified=qualification.read(folder, opened.score_rows, pairs),
        tally=tally,
    )
    yield str(folder / "report.html")
    sheets = write_sheets(grid, folder / "sheets", opened.spec.name, opened.references)
    yield from map(str, sheets)
    yield from map(str, write_tables(opened, folder))
    write_atomically(folder / "summary.md", markdown(found).encode())
    yield str(folder / "summary.md")


def compare(
    one: Path, other: Path, axes: Sequence[str], *, out: Path | None, cost: float | None
) -> Iterator[str]:
    """Compare two runs."""
    from evaluate.comparing import compare as ask
    from evaluate.judging import as_json, lines
    from evaluate.session import open_run

    found = ask(open_run(load_spec(one)), open_run(load_spec(other)), axes, cost)
    yield from lines(found)
    if out is not None:
        write_atomically(out, as_json(found))
        yield f"wrote {out}"


def diff(old: Path, new: Path, *, as_json: bool) -> Iterator[str]:
    """Compare two files of verdicts."""
    from evaluate.diff import changes, lines
    from evaluate.judging import read_verdicts

    found = changes(read_verdicts(old), read_verdicts(new))
    if as_json:
        yield json.dumps([to_plain(one) for one in found], ensure_ascii=False, indent=1)
        return
    yield from lines(found)


def gate(found: Path, fail_on: Sequence[str], require: Sequence[str]) -> tuple[list[str], bool]:
    """Hold verdicts against conditions."""
    from evaluate.gate import FAILING, failures, never_asked
    from evaluate.judging import read_verdicts

    verdict_file = read_verdicts(found)
    conditions = fail_on or FAILING
    stands = list(failures(verdict_file, conditions, require))
    if stands:
        return [f"FAIL {one}" for one in stands], True
    open_ = sum(one.word in {"suspect", "undetermined"} for one in verdict_file.verdicts)
    asked = len(verdict_file.verdicts)
    return [
        f"PASS {asked} verdicts, {open_} of them open, {len(verdict_file.skipped)} not asked",
        *(f"  {line}" for line in never_asked(verdict_file, conditions)),
    ], False


def probe_base(spec: Path, identity: str, out: Path | None) -> Iterator[str]:
    """Write a base profile."""
    from evaluate import judging
    from evaluate.probing import base_profile, write_profile
    from evaluate.session import open_run

    opened = open_run(load_spec(spec))
    path = out or Path(f"{identity}.yaml")
    write_profile(base_profile(opened, judging.make_verdicts(opened).verdicts, identity), path)
    yield f"wrote {path}; beside a dataset.yaml, `base: {path.name}` lints with it"


def browse(spec: Path, *, remote: bool, port: int | None) -> Iterator[str]:
    """Open the App."""
    from evaluate.browsing import browse as look
    from evaluate.session import open_run

    yield from look(open_run(load_spec(spec)), remote=remote, port=port)
