"""EVL029: whether she shows where nobody called her."""

from collections.abc import Iterator

from evaluate.statistics import bootstrap_mean
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    aligned,
    grouped,
    images_of,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import shares, tally
from evaluate.verdicts.verdict import Said, bounds, share

KNOWN = 3.0
LEAK, DAMAGE = 0.2, 0.1


@verdict(
    "EVL029",
    outcomes=("leaks", "clean", "damaged", "sound", "open"),
    predicted_by=("TRG001", "TRG004", "CON004"),
)
def leakage(evidence: Evidence) -> Iterator[Said]:
    """Does the LoRA change prompts that have nothing to do with her?

    Unrelated prompts, LoRA without trigger against the base, on the same seeds. Every prompt is
    judged for itself, since she may show in one and not in the others: a leak where the Wilson
    bound of seeds that show her (3 of 5 points) lies over .2. Damage where the LoRA draws fewer of
    the prompts' tags, over the prompts and seeds that both have, the interval of the loss over .1.
    """
    shown = evidence.of(evidence.criteria.identity, part="leak", arm="lora_no_trigger")
    if not shown:
        raise NoEvidence("no unrelated prompt was drawn with the LoRA and without the trigger")
    for label, found in grouped(shown, lambda o: o.cell.checkpoint).items():
        for scene, some in grouped(found, lambda o: o.cell.scene).items():
            yield _leak(label, scene, some)
        yield from _damage(evidence, label)


def _leak(label: str, scene: str, shown: list[Observation]) -> Said:
    """Whether she shows under one prompt."""
    found = tally(shares(shown, lambda o: (o.value or 0.0) >= KNOWN).values())
    low, high = found.interval
    leaks, clean = low > LEAK, high <= LEAK
    return Said(
        subject=f"identity in {scene} at {label}",
        word="confirmed" if leaks or clean else "suspect" if found.at_most else "undetermined",
        outcome="leaks" if leaks else "clean" if clean else "open",
        says=f"{label} shows her in {share(found.k, found.n)} seeds of {scene}",
        n=found.n,
        estimate=found.share,
        interval=(low, high),
        images=images_of(shown),
        advice="add pictures of others, or lower the strength" if leaks else None,
    )


def _damage(evidence: Evidence, label: str) -> Iterator[Said]:
    """How many of the prompts' tags the LoRA loses, seed by seed."""
    values = aligned(
        {
            "base": evidence.of("recall", part="leak", arm="base"),
            "lora": evidence.of("recall", part="leak", arm="lora_no_trigger", checkpoint=label),
        }
    )
    losses = [base - ours for base, ours in zip(values["base"], values["lora"], strict=True)]
    if not losses:
        return
    interval = bootstrap_mean(losses)
    mean = sum(losses) / len(losses)
    damaged, sound = interval.low > DAMAGE, interval.high <= DAMAGE
    yield Said(
        subject=f"obedience at {label}",
        word="confirmed" if damaged or sound else "undetermined",
        outcome="damaged" if damaged else "sound" if sound else "open",
        says=f"{label} draws {mean:+.0%} fewer of the tags of unrelated prompts than the base",
        n=len(losses),
        estimate=mean,
        interval=bounds(interval),
    )
