"""A run that is on the disk: its plan, pictures, scores, dataset and references, as evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from curate.errors import UserError
from curate.judging import changed_settings
from curate.judging import judge as lint_judge
from curate.session import Session, open_dataset
from evaluate.approved import (
    Approved,
    approved_of,
    check_references,
    reference_files,
    trained_files,
    training_of,
)
from evaluate.generate import canaries
from evaluate.generate.run import rows_of
from evaluate.journal import Journal
from evaluate.panel import latest, observe
from evaluate.rows import SCORES, DrawnRow, ScoreRow
from evaluate.scoring import counting_judges
from evaluate.spec.judges import ColourJudge
from evaluate.spec.plan import Plan, read_plan
from evaluate.spec.spec import EvalSpec
from evaluate.vectors import classifiers_in, load_vectors
from evaluate.verdicts.evidence import TRAIN, Evidence
from rules.model import Dataset


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a run holds.

    Attributes:
        rows: pictures that are on the disk.
        scores: picture -> attribute -> rows, the last word of each judge.
        score_rows: all of them, as they were written.
        references: files of held-out pictures.
        notes: what was left out, and why.
    """

    spec: EvalSpec
    plan: Plan
    rows: Mapping[str, DrawnRow]
    score_rows: Sequence[ScoreRow]
    dataset: Dataset | None
    lint: frozenset[str]
    approved: Approved
    references: tuple[Path, ...]
    notes: tuple[str, ...]

    @cached_property
    def scores(self) -> dict[str, dict[str, list[ScoreRow]]]:
        """Picture -> attribute -> the last word of each judge."""
        return latest(self.score_rows)

    def scores_of(self, key: str) -> dict[str, list[ScoreRow]]:
        """The same of one picture; empty where nobody judged it."""
        return self.scores.get(key, {})


def open_run(spec: EvalSpec) -> Opened:
    """Read a run.

    Raises:
        UserError: there is no plan, the approved set drifted, or a reference was trained.
        RecordError: a file cannot be understood.
    """
    plan = read_plan(spec.folder)
    if plan is None:
        raise UserError(
            f"{spec.folder}: no plan there; draw with `evaluate matrix`, or take pictures in with "
            f"`evaluate score --from-folder`"
        )
    notes: list[str] = []
    session = open_dataset(spec.dataset) if spec.dataset else None
    references = reference_files(spec.references)
    if session is not None:
        notes += check_references(references, session.dataset)
    approved = Approved(why_not="no `dataset` is named")
    if session is not None:
        approved = approved_of(session.root, plan.loras)
    if approved.why_not:
        notes.append(f"nothing is compared with training pictures: {approved.why_not}")
    return Opened(
        spec=spec,
        plan=plan,
        rows=rows_of(spec.folder),
        score_rows=_counting_rows(spec.folder),
        dataset=session.dataset if session else None,
        lint=_codes(session) if session else frozenset(),
        approved=approved,
        references=references,
        notes=tuple(notes),
    )


def _counting_rows(folder: Path) -> list[ScoreRow]:
    """What the judges of the last `evaluate score` said."""
    judges = counting_judges(folder)
    rows = Journal(folder / SCORES, ScoreRow).read()
    return [row for row in rows if judges is None or row.judge in judges]


def _codes(session: Session) -> frozenset[str]:
    """What the linter finds in the dataset: verdicts say which of it came true."""
    settings = changed_settings(session.dataset.spec.lint, None, None, None)
    return frozenset(finding.code for finding in lint_judge(session, settings).findings)


def evidence_of(opened: Opened) -> Evidence:
    """Everything that verdicts see.

    Raises:
        UserError: a canary failed: there are no verdicts.
    """
    sung = canaries.read(opened.spec.folder)
    if sung is not None:
        canaries.check(sung)
    handed = opened.dataset.spec.subject.handed if opened.dataset else {}
    training = training_of(opened.dataset, opened.approved) if opened.dataset else None
    planned = (len(opened.plan.keys), sum(key in opened.rows for key in opened.plan.keys))
    return Evidence(
        observations=observe(opened.plan, opened.scores),
        criteria=opened.spec.criteria(handed),
        training=training,
        targets=_targets(opened),
        vectors=_vectors(opened),
        bases={lora.label: lora.base for lora in opened.plan.loras if lora.base}
        if len({lora.base for lora in opened.plan.loras}) > 1
        else {},
        lint=opened.lint,
        planned=planned if opened.plan.loras else None,
    )


def _targets(opened: Opened) -> dict[str, tuple[float, ...]]:
    from evaluate.judges.colour import Colours

    found: dict[str, tuple[float, ...]] = {}
    for judge in opened.spec.judges:
        if isinstance(judge, ColourJudge) and opened.references:
            found |= Colours(judge).targets(opened.references)
    return found


def _vectors(opened: Opened) -> Mapping[str, object]:
    """Embeddings by the classifier that saw most; training pictures only if they are approved."""
    names = classifiers_in(opened.spec.folder)
    found = load_vectors(opened.spec.folder, names[0]) if names else {}
    trained = trained_files(opened.approved)
    return {n: v for n, v in found.items() if n in trained or not n.startswith(TRAIN)}
