"""EVL012: what the base can do and the LoRA cannot any more, and which part of it is to blame."""

import math
from collections.abc import Iterator, Mapping

from evaluate.spec.cells import ARMS, Angle, Arm
from evaluate.statistics import mcnemar_greater
from evaluate.verdicts.angle_control import shows
from evaluate.verdicts.evidence import HALF, Evidence, NoEvidence, Observation, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import Tally, shares, tally
from evaluate.verdicts.verdict import Said, Word, share

NEEDED = 5
LEVEL = 0.05
SURE, UNABLE = 0.5, 0.35
BASE, BARE, WHOLE = "base", "lora_no_trigger", "lora"


@verdict(
    "EVL012",
    outcomes=("suppressed", "not_suppressed", "base_cannot", "open"),
    predicted_by=("COV005", "CON003", "CON002", "COV002"),
)
def trigger_suppression(evidence: Evidence) -> Iterator[Said]:
    """Does the LoRA take away what the base can draw, and is it the word or the weights?

    Four arms on the same scenes and seeds: base, base with the trigger word, LoRA without the
    trigger, LoRA with it. Suppressed where the base alone surely draws it and McNemar's exact test
    against LoRA with trigger, one-sided since only a loss is asked for, gives p <= .05: that takes
    five pairs that disagree, all of them to the LoRA's cost. With fewer than five seeds nothing is
    confirmed. What the LoRA alone takes away is its weights' part, the rest is the word's.
    """
    asked = False
    for name, label, arms, seen in _controlled(evidence):
        asked = True
        yield _said(name, label, arms, seen)
    if not asked:
        raise NoEvidence("no angle was drawn with and without LoRA and trigger")


def controlled(
    evidence: Evidence,
) -> Iterator[tuple[str, str, Mapping[Arm, Mapping[int, bool]], list[Observation]]]:
    """Angle, checkpoint, arm -> seed -> whether it came, and pictures; base and LoRA at least."""
    for name, label, arms, seen in _controlled(evidence):
        came = {arm: {seed: s > HALF for seed, s in some.items()} for arm, some in arms.items()}
        yield name, label, came, seen


Shares = Mapping[Arm, Mapping[int, float]]


def _controlled(evidence: Evidence) -> Iterator[tuple[str, str, Shares, list[Observation]]]:
    for name, angle in evidence.criteria.angles.items():
        seen = evidence.of(angle.axis, part="control", arm=None, angle=name)
        labels = sorted({o.cell.checkpoint for o in seen if o.cell.checkpoint is not None})
        for label in labels:
            mine = [o for o in seen if o.cell.checkpoint in {None, label}]
            arms = _arms(mine, angle)
            if BASE in arms and WHOLE in arms:
                yield name, label, arms, mine


def _arms(seen: list[Observation], angle: Angle) -> Shares:
    """Arm -> seed -> share of pictures where it came, over the seeds that all arms have."""
    groups = grouped(seen, lambda o: o.cell.arm)
    found = {arm: shares(groups[arm], lambda o: shows(o, angle)) for arm in ARMS if arm in groups}
    common = sorted(set.intersection(*(set(seeds) for seeds in found.values())))
    arms = {arm: {seed: seeds[seed] for seed in common} for arm, seeds in found.items()}
    return arms if common else {}


def _said(name: str, label: str, arms: Shares, seen: list[Observation]) -> Said:
    base, whole = arms["base"], arms["lora"]
    tallies = {arm: tally(seeds.values()) for arm, seeds in arms.items()}
    n = len(base)
    lost = sum(base[seed] > HALF > whole[seed] for seed in base)
    won = sum(whole[seed] > HALF > base[seed] for seed in base)
    p = mcnemar_greater(lost, won)
    word, outcome = _word(tallies["base"], tallies["lora"], p)
    total = tallies["base"].share - tallies["lora"].share
    numbers: dict[str, float | str] = {f"rate {arm}": t.share for arm, t in tallies.items()}
    numbers |= {"total": total, "lost": lost, "won": won}
    told = ", ".join(f"{arm.replace('_', ' ')} {share(t.k, n)}" for arm, t in tallies.items())
    blame = ""
    if "lora_no_trigger" in tallies:
        weights = tallies["base"].share - tallies["lora_no_trigger"].share
        trigger = tallies["lora_no_trigger"].share - tallies["lora"].share
        numbers |= {"lora_part": weights, "trigger_part": trigger}
        if outcome == "suppressed":
            blame = f"; {_blamed(weights, trigger)} ({weights:.2f} and {trigger:.2f})"
    return Said(
        subject=f"{name} at {label}",
        word=word,
        outcome=outcome,
        says=f"{name}: {told}; McNemar p {p:.3f}{blame}",
        n=n,
        estimate=total,
        p=p,
        numbers=numbers,
        images=images_of(seen),
        advice="show it in the training pictures" if outcome == "suppressed" else None,
        more_seeds=max(0, 8 - n) if word == "suspect" else 0,
    )


def _blamed(weights: float, trigger: float) -> str:
    if math.isclose(weights, trigger):
        return "the LoRA weights and the word alike"
    return "mostly the LoRA weights, not the word" if weights > trigger else "mostly the word"


def _word(base: Tally, whole: Tally, p: float) -> tuple[Word, str]:
    sure: Word = "confirmed" if base.n >= NEEDED else "suspect"
    can = base.interval
    if can.high <= UNABLE:
        return sure, "base_cannot"
    if can.low >= SURE and p <= LEVEL:
        return sure, "suppressed"
    if whole.interval.low >= SURE:
        return sure, "not_suppressed"
    return "suspect", "open"
