"""A plan: which pictures to add and which to drop, with what every rule would say then."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from curate.plan.moves import Move
from curate.plan.shots import PlannedPicture, Shot
from curate.plan.solve import FAMILIES, Solver, State
from rules.known_labels import label_of
from rules.model import Picture
from rules.records import record
from rules.report import Report
from rules.violation import Severity


@record
class Addition:
    """Shots of one sort.

    Attributes:
        sort: what they share.
        pictures: each with its view, outfit and caption.
        clears: codes that come back without them.
    """

    sort: str
    pictures: tuple[PlannedPicture, ...]
    clears: tuple[str, ...]


@record
class Prune:
    """Pictures of one sort that are dropped.

    Attributes:
        of: how many there are of the sort.
        clears: codes that come back without it.
    """

    sort: str
    paths: tuple[str, ...]
    of: int
    clears: tuple[str, ...]


@record
class Row:
    """One rule, today and as predicted: how many findings, and how bad the worst is."""

    code: str
    name: str
    today: int
    predicted: int
    severity: Severity
    predicted_severity: Severity | None


@record
class Plan:
    """A plan with what it is worth.

    Attributes:
        pictures: of the dataset today.
        today: what is said now.
        predicted: what would be said of the dataset with the plan carried out.
        judged: how many datasets were judged to find it.
    """

    dataset: str
    pictures: int
    additions: tuple[Addition, ...]
    prunes: tuple[Prune, ...]
    rows: tuple[Row, ...]
    today: Report
    predicted: Report
    judged: int

    @property
    def num_added(self) -> int:
        """Pictures to add."""
        return sum(len(addition.pictures) for addition in self.additions)

    @property
    def num_dropped(self) -> int:
        """Pictures to drop."""
        return sum(len(prune.paths) for prune in self.prunes)

    @property
    def cleared(self) -> tuple[str, ...]:
        """Codes that are found today and would not be."""
        return tuple(row.code for row in self.rows if row.today and not row.predicted)

    @property
    def staying(self) -> tuple[str, ...]:
        """Codes that would still be found."""
        return tuple(row.code for row in self.rows if row.today and row.predicted)

    @property
    def coming(self) -> tuple[str, ...]:
        """Codes that are not found today and would be."""
        return tuple(row.code for row in self.rows if row.predicted and not row.today)


def make_plan(solver: Solver, state: State, tool: str) -> Plan:
    """A plan from the solver's last state."""
    today = solver.report(Move(), tool)
    predicted = solver.report(state.move, tool)
    return Plan(
        dataset=solver.dataset.name,
        pictures=len(solver.dataset.pictures),
        additions=tuple(_additions(solver, state)),
        prunes=tuple(_prunes(solver, state)),
        rows=tuple(_rows(today, predicted)),
        today=today,
        predicted=predicted,
        judged=solver.judged,
    )


def plannable(code: str) -> bool:
    """Whether a choice of pictures is what clears findings of this rule."""
    return code.startswith(FAMILIES)


def _additions(solver: Solver, state: State) -> Iterator[Addition]:
    groups: defaultdict[str, list[PlannedPicture]] = defaultdict(list)
    for picture in solver.planned(state.move):
        groups[picture.shot.sort].append(picture)
    for sort, pictures in groups.items():
        shots = tuple(shot for shot in state.move.added if shot.sort != sort)
        without = replace(state.move, added=shots)
        yield Addition(
            sort=sort, pictures=tuple(pictures), clears=solver.needed_for(state, without)
        )


def _prunes(solver: Solver, state: State) -> Iterator[Prune]:
    sorts = {picture.path: _sort(picture) for picture in solver.dataset.pictures}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(state.move.dropped):
        groups[sorts[path]].append(path)
    for sort, paths in groups.items():
        kept = tuple(path for path in state.move.dropped if sorts[path] != sort)
        yield Prune(
            sort=sort,
            paths=tuple(paths),
            of=sum(other == sort for other in sorts.values()),
            clears=solver.needed_for(state, replace(state.move, dropped=kept)),
        )


def _sort(picture: Picture) -> str:
    framing, pose = label_of(picture.framing), label_of(picture.pose)
    shot = Shot(framing=framing or "full", view="front", pose=pose or "posed")  # type: ignore[arg-type]
    return shot.sort if framing else "unknown framing"


def _rows(today: Report, predicted: Report) -> Iterator[Row]:
    before, after = _by_code(today), _by_code(predicted)
    names = {f.code: f.name for f in (*today.findings, *predicted.findings)}

    def order(code: str) -> tuple[int, str]:
        worst = max(before.get(code, []) + after.get(code, []), key=lambda s: s.rank)
        return -worst.rank, code

    for code in sorted(names, key=order):
        old, new = before.get(code, []), after.get(code, [])
        yield Row(
            code=code,
            name=names[code],
            today=len(old),
            predicted=len(new),
            severity=max(old or new, key=lambda s: s.rank),
            predicted_severity=max(new, key=lambda s: s.rank) if new else None,
        )


def _by_code(report: Report) -> Mapping[str, list[Severity]]:
    found: defaultdict[str, list[Severity]] = defaultdict(list)
    for finding in report.findings:
        found[finding.code].append(finding.severity)
    return found
