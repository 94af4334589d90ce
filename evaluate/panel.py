"""From rows of scores to what verdicts see: repeats and judges as one, disagreements told."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from evaluate.rows import ScoreRow
from evaluate.spec.cells import Cell
from evaluate.spec.plan import Plan
from evaluate.verdicts.evidence import Observation
from rules.records import record

# Points between two judges, or two looks of one, that people should see.
APART = 2.0


@record
class Disagreement:
    """A picture about which judges, or two looks of one, are far apart."""

    key: str
    attribute: str
    values: tuple[float, ...]


def latest(rows: Iterable[ScoreRow]) -> dict[str, dict[str, list[ScoreRow]]]:
    """Picture -> attribute -> one row a judge and repeat: the last that was written."""
    last: dict[tuple[str, str, str, int], ScoreRow] = {}
    for row in rows:
        last[row.key, row.attribute, row.judge, row.repeat] = row
    found: dict[str, dict[str, list[ScoreRow]]] = defaultdict(lambda: defaultdict(list))
    for (key, attribute, _, _), row in last.items():
        found[key][attribute].append(row)
    return found


def observe(plan: Plan, rows: Mapping[str, Mapping[str, Sequence[ScoreRow]]]) -> list[Observation]:
    """Every cell's observations, one an attribute."""
    return [
        _one(planned.cell, planned.key, attribute, some)
        for planned in plan.cells
        for attribute, some in rows.get(planned.key, {}).items()
    ]


def _one(cell: Cell, key: str, attribute: str, rows: Sequence[ScoreRow]) -> Observation:
    scored = [row for row in rows if row.state == "scored"]
    unseen = [row for row in rows if row.state == "invisible"]
    kept = (scored if len(scored) >= len(unseen) else unseen) or list(rows)
    values = [row.value for row in kept if row.value is not None]
    labels = Counter(row.label for row in kept if row.label is not None)
    vectors = [row.vector for row in kept if row.vector is not None]
    return Observation(
        cell=cell,
        image=key,
        attribute=attribute,
        judge=" + ".join(dict.fromkeys(row.judge for row in kept)),
        value=median(values) if values else None,
        label=labels.most_common(1)[0][0] if labels else None,
        vector=vectors[0] if vectors else None,
        state=kept[0].state,
        reason=kept[0].reason,
    )


def disagreements(
    rows: Mapping[str, Mapping[str, Sequence[ScoreRow]]],
) -> list[Disagreement]:
    """Where scores of one thing in one picture are two points apart or more."""
    found = []
    for key, attributes in rows.items():
        for attribute, some in attributes.items():
            values = [row.value for row in some if row.value is not None]
            if values and max(values) - min(values) >= APART:
                found.append(Disagreement(key=key, attribute=attribute, values=tuple(values)))
    return found


def unscored(rows: Mapping[str, Mapping[str, Sequence[ScoreRow]]]) -> dict[str, int]:
    """Reason -> pictures of which a judge could score nothing, where nobody else did instead."""
    reasons: Counter[str] = Counter()
    for attributes in rows.values():
        every = [row for some in attributes.values() for row in some]
        answered = {row.judge for row in every if row.state != "unscored"}
        told = {
            row.reason
            for some in attributes.values()
            for row in some
            if row.judge not in answered and all(other.state == "unscored" for other in some)
        }
        reasons.update(reason for reason in told if reason)
    return dict(reasons.most_common())
