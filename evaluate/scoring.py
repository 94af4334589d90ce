"""`evaluate score`: every picture by every judge, from where it stopped."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from curate.progress import progress
from evaluate.generate.run import Say, rows_of
from evaluate.journal import Journal
from evaluate.judges.calling import judges_of
from evaluate.judges.judge import Judge, Question, Task
from evaluate.judges.spending import Purse
from evaluate.rows import SCORES, DrawnRow, ScoreRow
from evaluate.spec.judges import Judge as JudgeSettings
from evaluate.spec.judges import VisionJudge
from evaluate.spec.plan import Plan
from evaluate.spec.spec import EvalSpec
from evaluate.vectors import load_vectors
from rules.model import Dataset
from rules.quoting import counted
from rules.records import parse_json, write_atomically
from train.lock import locked
from train.stamps import seed_of

JUDGES = "judges.json"
HALF_OF_63_BITS = 2**63


def task_of(spec: EvalSpec, dataset: Dataset | None, references: Sequence[Path]) -> Task:
    """What is judged, and the words that no judge may read."""
    subject = dataset.spec.subject if dataset else None
    secret = (subject.name, subject.trigger) if subject else ()
    return Task(
        attributes=spec.attributes,
        references=tuple(references),
        secret=tuple(word for word in (*secret, spec.name) if word),
    )


def questions_of(folder: Path, keys: Iterable[str], rows: Mapping[str, DrawnRow]) -> list[Question]:
    """A question for every picture that is there."""
    return [Question(key=key, path=folder / rows[key].file) for key in keys if key in rows]


def repeated(questions: Sequence[Question], settings: JudgeSettings) -> list[Question]:
    """Every question as often as a judge is asked, some once more, chosen by their content.

    Only a judge that may answer differently the next time is asked again.
    """
    if not isinstance(settings, VisionJudge):
        return list(questions)
    more = [q for q in questions if seed_of("double", q.key) / HALF_OF_63_BITS < settings.double]
    return [
        *(replace(q, repeat=turn) for turn in range(settings.repeats) for q in questions),
        *(replace(q, repeat=settings.repeats) for q in more),
    ]


def score(  # noqa: PLR0913 - all but three by keyword
    spec: EvalSpec,
    plan: Plan,
    task: Task,
    *,
    trained: Mapping[str, Path],
    limit: float | None,
    say: Say,
) -> None:
    """Ask every judge what it has not answered yet.

    Args:
        spec: with absolute paths.
        plan: whose pictures are judged.
        task: what is judged.
        trained: name -> approved picture that drawn ones are compared with.
        limit: of cost, for all judges together; None for the spec's.
        say: takes lines for people.

    Raises:
        UserError: a judge cannot be asked.
        BudgetStop: a budget is spent; what was answered is kept.
    """
    folder = spec.folder
    with locked(folder):
        questions = questions_of(folder, plan.keys, rows_of(folder))
        journal = Journal(folder / SCORES, ScoreRow)
        purse = Purse(spec.budget.cost if limit is None else limit)
        before, asked = counting_judges(folder) or frozenset(), list[str]()
        for judge, settings in zip(judges_of(spec, task, purse), spec.judges, strict=True):
            asked.append(judge.id)
            # Those of before count on until all are asked: a budget may end it in between.
            keep_judges(folder, [*asked, *sorted(before.difference(asked))])
            try:
                _ask(judge, repeated(questions, settings), journal, say)
                _see_trained(judge, trained, folder)
            finally:
                judge.close()
        keep_judges(folder, asked)


def keep_judges(folder: Path, asked: Sequence[str]) -> None:
    """Write down whose word counts: judges of an older evaluate.yaml do not. Raises OSError."""
    write_atomically(folder / JUDGES, json.dumps(list(asked)).encode())


def counting_judges(folder: Path) -> frozenset[str] | None:
    """Ids of those whose word counts; None where nobody was asked yet.

    Raises:
        RecordError: the file cannot be understood.
    """
    path = folder / JUDGES
    if not path.exists():
        return None
    return frozenset(parse_json(tuple[str, ...], path.read_bytes(), str(path)))


def _ask(judge: Judge, questions: Sequence[Question], journal: Journal[ScoreRow], say: Say) -> None:
    done = {
        (row.key, row.repeat)
        for row in journal.read()
        if row.judge == judge.id and row.state != "unscored"
    }
    left = [q for q in questions if (q.key, q.repeat) not in done]
    failed: dict[str, int] = {}
    for rows in progress(judge.judge(left), total=len(left), doing=f"asking {judge.id}"):
        journal.append(*rows)
        if all(row.state == "unscored" for row in rows):
            for reason in {row.reason for row in rows if row.reason}:
                failed[reason] = failed.get(reason, 0) + 1
    say(f"{judge.id}: {counted(len(left), 'picture')} judged, {len(done):,} known")
    for reason, number in sorted(failed.items(), key=lambda item: -item[1]):
        say(f"  {counted(number, 'picture')} unscored: {reason}")


def _see_trained(judge: Judge, trained: Mapping[str, Path], folder: Path) -> None:
    """Whether a picture is a copy is told by the embeddings of what was trained."""
    from evaluate.judges.classifier import ClassifierLooks

    if isinstance(judge, ClassifierLooks):
        known = load_vectors(folder, judge.id)
        judge.look_at({name: path for name, path in trained.items() if name not in known})
