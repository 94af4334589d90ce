"""EVL016: what a token does to pose and camera beside what it says."""

from collections.abc import Iterator
from typing import NamedTuple

from evaluate.statistics import Interval, mcnemar_exact, paired_shares
from evaluate.verdicts.evidence import Evidence, NoEvidence, Observation, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import decided
from evaluate.verdicts.verdict import Said, Word
from rules.vocabulary import load_vocabulary

AXES = ("pose", "view", "elevation", "framing")
INERT = 0.2
LEVEL = 0.05


class Effect(NamedTuple):
    """What a token does to one label: with it less without it, on the same seeds."""

    axis: str
    label: str
    change: float
    bounds: Interval
    p: float
    n: int


@verdict(
    "EVL016",
    outcomes=("contaminated", "inert", "open"),
    predicted_by=("CON001", "CON002", "CON008", "COV003"),
)
def token_ablation(evidence: Evidence) -> Iterator[Said]:
    """Does a token change what its words do not say?

    The same scenes and seeds of a checkpoint with and without the token. `inert` where no label of
    pose, view, elevation or framing moves by more than .2, by the 90% interval of paired shares;
    `contaminated` where McNemar's exact test sees a label move on an axis of which the token says
    nothing. A token that names a view may move every view: one comes, so others go.
    """
    seen = [o for axis in AXES for o in evidence.of(axis, part="token")]
    tokens = sorted({o.cell.token for o in seen if o.cell.token})
    if not tokens:
        raise NoEvidence("no prompt was drawn with and without a token")
    checkpoints = grouped(seen, lambda o: o.cell.checkpoint)
    for token in tokens:
        for label, found in checkpoints.items():
            effects = [effect for axis in AXES for effect in _effects(axis, token, found)]
            if effects:
                mine = [o for o in found if o.cell.token == token]
                yield _said(token, label, effects, images_of(mine))


def _effects(axis: str, token: str, seen: list[Observation]) -> Iterator[Effect]:
    mine = [o for o in seen if o.attribute == axis]
    with_it = [o for o in mine if o.cell.token == token]
    without = [o for o in mine if o.cell.token is None]
    for label in sorted({o.label for o in [*with_it, *without] if o.label}):
        first = decided(with_it, lambda o, label=label: o.label == label)  # type: ignore[misc]
        second = decided(without, lambda o, label=label: o.label == label)  # type: ignore[misc]
        common = first.keys() & second.keys()
        both = sum(first[s] and second[s] for s in common)
        only_first = sum(first[s] and not second[s] for s in common)
        only_second = sum(second[s] and not first[s] for s in common)
        n = len(common)
        if n:
            yield Effect(
                axis, label, (only_first - only_second) / n,
                paired_shares(both, only_first, only_second, n - both - only_first - only_second),
                mcnemar_exact(only_first, only_second), n,
            )  # fmt: skip


def _said(token: str, label: str, effects: list[Effect], images: tuple[str, ...]) -> Said:
    moved = [e for e in effects if e.p <= LEVEL and not _names(e.axis, token)]
    within = all(e.bounds.low > -INERT and e.bounds.high < INERT for e in effects)
    word: Word = "confirmed" if moved else "no_difference" if within else "undetermined"
    largest = max(moved or effects, key=lambda e: abs(e.change))
    return Said(
        subject=f"{token} at {label}",
        word=word,
        outcome="contaminated" if moved else "inert" if within else "open",
        says=f"`{token}` of {label} moves {largest.axis} {largest.label} by {largest.change:+.2f} "
        f"({largest.bounds.low:+.2f} to {largest.bounds.high:+.2f}, {largest.n} seeds)",
        n=min(e.n for e in effects),
        estimate=largest.change,
        p=largest.p,
        numbers={f"{e.axis} {e.label}": e.change for e in effects},
        images=images,
        advice="let the pictures that share this tag differ in what it does not say"
        if moved
        else None,
    )


def _names(axis: str, token: str) -> bool:
    """Whether the token says anything of an axis in so many words."""
    return token.lower().replace("_", " ") in getattr(load_vocabulary().axes, axis)
