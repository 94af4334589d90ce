"""`evaluate compare A B`: two LoRAs on the same scenes and seeds, pair by pair."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from curate.errors import UserError
from curate.progress import progress
from evaluate.journal import Journal
from evaluate.judges import qualification
from evaluate.judges.pairwise import Pair, Pairwise, vision_of
from evaluate.judging import TOOL
from evaluate.rows import PAIRS, PairRow
from evaluate.scoring import task_of
from evaluate.session import Opened
from evaluate.spec.plan import Planned
from evaluate.verdicts.engine import judge
from evaluate.verdicts.evidence import Evidence, Pairing
from evaluate.verdicts.verdict import VerdictFile
from train.lock import locked
from train.stamps import key_of

CODES = frozenset({"EVL020", "EVL023"})
UNTRIED = "uncalibrated: not held against people (J7)"


def pairs_of(one: Opened, other: Opened) -> list[Pair]:
    """The deepest checkpoints of both, wherever both drew the same prompt and seed.

    Raises:
        UserError: they have nothing in common.
    """
    left, right = _deepest(one), _deepest(other)
    found = [
        Pair(
            first=left[place].key,
            second=right[place].key,
            first_path=str(one.spec.folder / one.rows[left[place].key].file),
            second_path=str(other.spec.folder / other.rows[right[place].key].file),
            scene=f"{place[0]} {place[1]}",
            seed=place[2],
        )
        for place in left
        if place in right
    ]
    if not found:
        raise UserError(
            "both runs need pictures of the same scenes, formats and seeds: give both "
            "evaluate.yaml one `matrix`"
        )
    return found


def _deepest(opened: Opened) -> Mapping[tuple[str, str, int], Planned]:
    """Scene, format and seed -> cell of the deepest checkpoint that is drawn."""
    epochs = [p.cell.epoch for p in opened.plan.cells if p.cell.epoch is not None]
    last = max(epochs, default=None)
    return {
        (p.cell.scene, p.cell.format, p.cell.seed): p
        for p in opened.plan.cells
        if p.cell.part == "matrix"
        and p.cell.arm == "lora"
        and p.cell.epoch == last
        and p.key in opened.rows
    }


def compare(one: Opened, other: Opened, axes: Sequence[str], limit: float | None) -> VerdictFile:
    """Ask about every pair, and judge.

    Raises:
        UserError: there is nothing to compare, or nobody to ask.
        BudgetStop: the budget is spent; what was answered is kept.
    """
    pairs = pairs_of(one, other)
    task = task_of(one.spec, one.dataset, one.references)
    asked = Pairwise(
        vision_of(one.spec.judges),
        axes=axes,
        references=one.references,
        secret=(*task.secret, *task_of(other.spec, other.dataset, ()).secret),
        cache=Path(one.spec.cache),
        limit=one.spec.budget.cost if limit is None else limit,
    )
    journal = Journal(one.spec.folder / PAIRS, PairRow)
    with locked(one.spec.folder):
        try:
            for rows in progress(asked.judge(pairs), total=len(pairs), doing="comparing"):
                if rows:
                    journal.append(*rows)
        finally:
            asked.close()
    wanted = {(pair.first, pair.second) for pair in pairs}
    kept = [row for row in journal.read() if (row.first, row.second) in wanted]
    evidence = Evidence(pairings=list(pairings(kept, asked.id)), bases=_bases(one, other))
    known = qualification.read(one.spec.folder, one.score_rows, kept)
    # Another judge's calibration says nothing of who compared.
    qualified = [each for each in known if qualification.same_model(each.judge, asked.id)]
    stamp, calibrated = qualification.stamp_of(qualified) if qualified else (UNTRIED, False)
    judged = judge(evidence, calibrated=calibrated, codes=CODES)
    return VerdictFile(
        tool=TOOL,
        name=f"{one.spec.name} against {other.spec.name}",
        plan=key_of(one.plan.hash, other.plan.hash),
        judges=(asked.id,),
        judge_stamp=stamp,
        verdicts=judged.verdicts,
        skipped=judged.skipped,
    )


def pairings(rows: Sequence[PairRow], judge_id: str) -> Iterator[Pairing]:
    """Pairs that were shown in both orders, the last answers counting."""
    found: dict[tuple[str, str, str], dict[str, PairRow]] = {}
    for row in rows:
        if row.judge == judge_id:
            found.setdefault((row.first, row.second, row.axis), {})[row.shown] = row
    for both in found.values():
        if set(both) == {"AB", "BA"}:
            first, second = both["AB"], both["BA"]
            yield Pairing(
                axis=first.axis,
                scene=first.scene,
                seed=first.seed,
                first=first.winner,
                second=second.winner,
            )


def _bases(one: Opened, other: Opened) -> dict[str, str]:
    """A and B -> hash of the base that the pictures were drawn on; empty where nobody knows."""
    sides: dict[Literal["A", "B"], Opened] = {"A": one, "B": other}
    found = {
        name: opened.plan.settings.get("digests", {}).get("base") for name, opened in sides.items()
    }
    return {name: sha for name, sha in found.items() if isinstance(sha, str)}
