"""`evaluate diff`: what a second look changes, what it takes back, and why (EVL030)."""

from collections.abc import Iterator
from typing import Literal

from evaluate.verdicts.verdict import Verdict, VerdictFile
from rules.records import record

Kind = Literal["retracted", "confirmed", "changed", "new", "gone"]
SURE = frozenset({"confirmed"})
SHOWN = SURE | {"no_difference"}
REASONS = {
    "no_gain": "no gain, not broken",
    "gain": "deeper is better",
    "fluke": "a fluke, which other seeds do not show",
    "clean": "no seed of it breaks",
}


@record
class Change:
    """One verdict that is another now.

    Attributes:
        code, subject: of the verdict.
        why: more seeds, another judge, another rule, or other pictures.
    """

    kind: Kind
    code: str
    subject: str
    before: str | None
    after: str | None
    why: str


def changes(old: VerdictFile, new: VerdictFile) -> list[Change]:
    """Every verdict that changed, and where the recommendation went."""
    before = {(one.code, one.subject): one for one in old.verdicts}
    after = {(one.code, one.subject): one for one in new.verdicts}
    found = list(_moved_epoch(before, after))
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        if one is not None and other is not None:
            if (one.word, one.outcome, one.estimate) != (other.word, other.outcome, other.estimate):
                found += _changed(one, other, old, new)
        elif one is not None:
            found.append(_bare("gone", one, None, "not asked any more"))
        elif other is not None:
            found.append(_bare("new", None, other, "not asked before"))
    return found


def _changed(one: Verdict, other: Verdict, old: VerdictFile, new: VerdictFile) -> Iterator[Change]:
    same = (one.word, one.outcome) == (other.word, other.outcome)
    if same and one.code != "EVL006":
        return  # a number moved, and what is said of it did not
    kind: Kind = "changed"
    if one.word in SURE and (other.word not in SURE or other.outcome != one.outcome):
        kind = "retracted"
    elif other.word in SURE and one.word not in SURE:
        kind = "confirmed"
    yield _bare(kind, one, other, _why(one, other, old, new))


def _bare(kind: Kind, one: Verdict | None, other: Verdict | None, why: str) -> Change:
    known = one or other
    return Change(
        kind=kind,
        code=known.code if known else "",
        subject=known.subject if known else "",
        before=f"{one.word} {one.outcome}" if one else None,
        after=f"{other.word} {other.outcome}" if other else None,
        why=why,
    )


def _why(one: Verdict, other: Verdict, old: VerdictFile, new: VerdictFile) -> str:
    reasons = []
    if other.n > one.n:
        reasons.append(f"{other.n - one.n} more seeds ({one.n} -> {other.n})")
    if one.rule != other.rule:
        reasons.append(f"another rule ({one.rule} -> {other.rule})")
    if set(old.judges) != set(new.judges):
        reasons.append("other judges")
    if old.plan != new.plan and not reasons:
        reasons.append("other pictures")
    told = REASONS.get(other.outcome)
    return "; ".join([*reasons, *([told] if told else [])]) or "other scores"


def _moved_epoch(
    before: dict[tuple[str, str], Verdict], after: dict[tuple[str, str], Verdict]
) -> Iterator[Change]:
    """A recommendation that moved, and what depth brought: to a shallower epoch it is retracted."""
    key = ("EVL006", "epoch")
    one, other = before.get(key), after.get(key)
    if one is None or other is None or one.estimate is None or other.estimate is None:
        return
    if one.estimate == other.estimate:
        return
    old, new = int(one.estimate), int(other.estimate)
    deep, shallow = max(old, new), min(old, new)
    gain = after.get(("EVL009", f"ep{deep} against ep{shallow}"))
    why = "another epoch sets it"
    if old == deep and _is_broken(after, deep):
        why = "it is broken"
    elif gain and gain.outcome == ("no_gain" if old == deep else "gain") and gain.word in SHOWN:
        why = REASONS[gain.outcome]
    yield Change(
        kind="retracted" if old == deep else "changed",
        code="EVL030",
        subject=f"ep{old}",
        before=f"recommended ep{old}",
        after=f"recommended ep{new}",
        why=why,
    )


def _is_broken(verdicts: dict[tuple[str, str], Verdict], epoch: int) -> bool:
    return any(
        one.code == "EVL008"
        and one.outcome == "broken"
        and one.word in SURE
        and one.numbers.get("epoch") == epoch
        for one in verdicts.values()
    )


def lines(found: list[Change]) -> Iterator[str]:
    """Changes for people."""
    for one in found:
        moved = " -> ".join(part for part in (one.before, one.after) if part)
        yield f"{one.kind:<9} {one.code} {one.subject}: {moved} ({one.why})"
    if not found:
        yield "no verdict changed"
