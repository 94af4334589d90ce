"""What the linter foretold of a dataset, and what its LoRA showed."""

from evaluate.verdicts.registry import all_verdicts
from evaluate.verdicts.verdict import VerdictFile
from rules.records import record

# Outcomes that say that something went wrong, so that a finding was right to warn.
FAULTS = frozenset(
    """not_usable capped broken impossible suppressed tightly_coupled base_weak copied
    contaminated grows off_target_stable off_target_loose self_poisoned wrong_side
    drift_to_base off_colour two_tone locked explicit copies collapsed leaks damaged hidden
    weight_needed""".split()
)


@record
class TallyRow:
    """One code of the linter."""

    code: str
    predicted_and_seen: tuple[str, ...] = ()
    predicted_and_not_seen: tuple[str, ...] = ()
    seen_and_not_predicted: tuple[str, ...] = ()


@record
class Tally:
    """One row a code; verdicts by `CODE subject`. What is undetermined counts nowhere."""

    rows: tuple[TallyRow, ...]


def tally_of(found: VerdictFile, lint: frozenset[str]) -> Tally:
    """Hold verdicts against findings.

    A code is right where one of its verdicts is confirmed to be a fault, wrong where one of them
    is confirmed, or shown to make no difference, without a fault.
    """
    foretell = {rule.code: rule.predicted_by for rule in all_verdicts()}
    cells: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for one in found.verdicts:
        if one.word not in {"confirmed", "no_difference"}:
            continue
        fault = one.word == "confirmed" and one.outcome in FAULTS
        for code in foretell.get(one.code, ()):
            row = cells.setdefault(code, ([], [], []))
            name = f"{one.code} {one.subject}"
            if code in lint:
                row[0 if fault else 1].append(name)
            elif fault:
                row[2].append(name)
    return Tally(
        rows=tuple(
            TallyRow(
                code=code,
                predicted_and_seen=tuple(seen),
                predicted_and_not_seen=tuple(unseen),
                seen_and_not_predicted=tuple(missed),
            )
            for code, (seen, unseen, missed) in sorted(cells.items())
            if seen or unseen or missed
        )
    )
