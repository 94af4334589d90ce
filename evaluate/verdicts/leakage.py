"""EVL029: whether she shows where nobody called her."""

from collections.abc import Iterator

from evaluate.statistics import bootstrap_mean, wilson
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    counts,
    grouped,
    images_of,
    per_seed,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, bounds, share

KNOWN = 3.0
LEAK, DAMAGE = 0.2, 0.1


@verdict("EVL029", predicted_by=("TRG001", "TRG004", "CON004"))
def leakage(evidence: Evidence) -> Iterator[Said]:
    """Does the LoRA change prompts that have nothing to do with her?

    Unrelated prompts, LoRA without trigger against the base, on the same seeds. A leak where
    the Wilson bound of pictures that show her (3 of 5 points) lies over .2; damage where the LoRA
    draws fewer of the prompt's tags, the interval of the loss over .1.
    """
    identity = evidence.criteria.identity
    found = {
        label: (shown, counts(shown, lambda o: (o.value or 0.0) >= KNOWN))
        for label, shown in grouped(
            evidence.of(identity, part="leak", arm="lora_no_trigger"), lambda o: o.cell.checkpoint
        ).items()
    }
    if not found:
        raise NoEvidence("no unrelated prompt was drawn with the LoRA and without the trigger")
    for label, (shown, seeds) in found.items():
        k, n = sum(seeds.values()), len(seeds)
        low, high = wilson(k, n)
        yield Said(
            subject=f"identity at {label}",
            word="confirmed" if low > LEAK or high <= LEAK else "suspect" if k else "undetermined",
            outcome="leaks" if low > LEAK else "clean" if high <= LEAK else "open",
            says=f"{label} shows her in {share(k, n)} seeds of unrelated prompts",
            n=n,
            estimate=k / n,
            interval=(low, high),
            images=images_of(shown),
            advice="add pictures of others, or lower the strength" if low > LEAK else None,
        )
        yield from _damage(evidence, label)


def _damage(evidence: Evidence, label: str) -> Iterator[Said]:
    """How many of the prompt's tags the LoRA loses, seed by seed."""
    with_it = evidence.of("recall", part="leak", arm="lora_no_trigger", checkpoint=label)
    without: list[Observation] = evidence.of("recall", part="leak", arm="base")
    ours, theirs = per_seed(with_it), per_seed(without)
    losses = [theirs[seed] - ours[seed] for seed in sorted(ours.keys() & theirs.keys())]
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
