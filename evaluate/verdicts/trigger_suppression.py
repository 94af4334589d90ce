"""EVL012: what the base can do and the LoRA cannot any more, and which part of it is to blame."""

from collections.abc import Iterator, Mapping

from evaluate.spec.cells import ARMS, Angle, Arm
from evaluate.statistics import mcnemar_exact, wilson
from evaluate.verdicts.angle_control import hits
from evaluate.verdicts.evidence import Evidence, NoEvidence, Observation, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, share

NEEDED = 5
LEVEL = 0.05
SURE, UNABLE = 0.5, 0.35
BASE, BARE, WHOLE = "base", "lora_no_trigger", "lora"


@verdict("EVL012", predicted_by=("COV005", "CON003", "CON002", "COV002"))
def trigger_suppression(evidence: Evidence) -> Iterator[Said]:
    """Does the LoRA take away what the base can draw, and is it the word or the weights?

    Four arms on the same scenes and seeds: base, base with the trigger word, LoRA without the
    trigger, LoRA with it. Suppressed where the base alone surely draws it and McNemar's exact test
    against LoRA with trigger gives p <= .05, which takes five pairs that disagree. What the LoRA
    alone takes away is its weights' part, the rest is the word's.
    """
    asked = False
    for found in controlled(evidence):
        asked = True
        yield _said(*found)
    if not asked:
        raise NoEvidence("no angle was drawn with and without LoRA and trigger")


def controlled(
    evidence: Evidence,
) -> Iterator[tuple[str, str, Mapping[Arm, Mapping[int, bool]], list[Observation]]]:
    """Angle, checkpoint, arm -> seed -> whether it came, and pictures; base and LoRA at least."""
    for name, angle in evidence.criteria.angles.items():
        seen = evidence.of(angle.axis, part="control", arm=None, angle=name)
        labels = sorted({o.cell.checkpoint for o in seen if o.cell.checkpoint is not None})
        for label in labels:
            mine = [o for o in seen if o.cell.checkpoint in {None, label}]
            arms = _arms(mine, angle)
            if BASE in arms and WHOLE in arms:
                yield name, label, arms, mine


def _arms(seen: list[Observation], angle: Angle) -> dict[Arm, dict[int, bool]]:
    """Arm -> seed -> whether it came, over the seeds that all arms have."""
    groups = grouped(seen, lambda o: o.cell.arm)
    found = {arm: hits(groups[arm], angle) for arm in ARMS if arm in groups}
    common = sorted(set.intersection(*(set(seeds) for seeds in found.values())))
    arms = {arm: {seed: seeds[seed] for seed in common} for arm, seeds in found.items()}
    return arms if common else {}


def _said(
    name: str, label: str, arms: Mapping[Arm, Mapping[int, bool]], seen: list[Observation]
) -> Said:
    base, whole = arms["base"], arms["lora"]
    n = len(base)
    rates = {arm: sum(seeds.values()) / n for arm, seeds in arms.items()}
    lost = sum(base[seed] and not whole[seed] for seed in base)
    won = sum(whole[seed] and not base[seed] for seed in base)
    p = mcnemar_exact(lost, won)
    word, outcome = _word(sum(base.values()), sum(whole.values()), n, p, lost > won)
    numbers: dict[str, float | str] = {f"rate {arm}": rate for arm, rate in rates.items()}
    numbers |= {"total": rates["base"] - rates["lora"], "lost": lost, "won": won}
    told = ", ".join(
        f"{arm.replace('_', ' ')} {share(sum(s.values()), n)}" for arm, s in arms.items()
    )
    blame = ""
    if "lora_no_trigger" in arms:
        weights, trigger = (
            rates["base"] - rates["lora_no_trigger"],
            rates["lora_no_trigger"] - rates["lora"],
        )
        numbers |= {"lora_part": weights, "trigger_part": trigger}
        if outcome == "suppressed":
            more = (
                "mostly the LoRA weights, not the word" if weights > trigger else "mostly the word"
            )
            blame = f"; {more} ({weights:.2f} and {trigger:.2f})"
    return Said(
        subject=f"{name} at {label}",
        word=word,
        outcome=outcome,
        says=f"{name}: {told}; McNemar p {p:.3f}{blame}",
        n=n,
        estimate=rates["base"] - rates["lora"],
        p=p,
        numbers=numbers,
        images=images_of(seen),
        advice="show it in the training pictures" if outcome == "suppressed" else None,
        more_seeds=max(0, 8 - n) if outcome == "open" else 0,
    )


def _word(base: int, whole: int, n: int, p: float, less: bool) -> tuple[Word, str]:  # noqa: FBT001 - a count's sign
    can = wilson(base, n)
    if can.high <= UNABLE:
        return "confirmed", "base_cannot"
    if can.low >= SURE and less and p <= LEVEL and n >= NEEDED:
        return "confirmed", "suppressed"
    if wilson(whole, n).low >= SURE:
        return "confirmed", "not_suppressed"
    return "suspect", "open"
