"""`evaluate extend --suspect`: more seeds, and only where they would decide something."""

from collections.abc import Iterable
from itertools import count

from evaluate.spec.checkpoints import Lora
from evaluate.spec.plan import Plan
from evaluate.verdicts.verdict import Verdict
from rules.quoting import counted

STEP = 4
ROUNDS = 2
FIRST = 100
OPEN = frozenset({"suspect", "undetermined"})
# Verdicts about the matrix; probes have eight seeds from the start.
MATRIX = frozenset({"EVL003", "EVL005", "EVL006", "EVL008", "EVL009", "EVL024"})


def open_labels(verdicts: Iterable[Verdict], loras: Iterable[Lora], *, every: bool) -> list[str]:
    """Checkpoints that want more seeds.

    Args:
        verdicts: of the run.
        loras: its checkpoints.
        every: also for what is undetermined; else only where a verdict is suspect.
    """
    by_epoch = {lora.epoch: lora.label for lora in loras}
    wanted: dict[str, None] = {}
    for one in verdicts:
        is_open = one.word in OPEN if every else one.word == "suspect"
        if one.code not in MATRIX or not is_open or one.more_seeds <= 0:
            continue
        epoch = one.numbers.get("epoch")
        named = by_epoch.get(int(epoch)) if isinstance(epoch, int | float) else None
        for label in [named] if named else by_epoch.values():
            wanted[label] = None
        if one.code == "EVL008" and named:
            # Fisher's test compares with shallower checkpoints on the same seeds.
            wanted |= dict.fromkeys(_references(one, loras))
    return list(wanted)


def _references(one: Verdict, loras: Iterable[Lora]) -> list[str]:
    epoch = one.numbers.get("epoch", 0)
    shallower = [lora for lora in loras if isinstance(epoch, int | float) and lora.epoch < epoch]
    return [lora.label for lora in sorted(shallower, key=lambda lora: lora.epoch)[-3:]]


def more_seeds(plan: Plan, seeds: Iterable[int], labels: Iterable[str]) -> list[tuple[str, int]]:
    """Four new seeds for each checkpoint, the same for all; none for one that had two rounds.

    Args:
        plan: with the seeds that were added before.
        seeds: of the matrix.
        labels: checkpoints.
    """
    found: list[tuple[str, int]] = []
    for label in labels:
        added = [seed for other, seed in plan.extra_seeds if other == label]
        if len(added) >= STEP * ROUNDS:
            continue
        used = {*seeds, *added}
        fresh = (seed for seed in count(FIRST, FIRST) if seed not in used)
        found += [(label, next(fresh)) for _ in range(STEP)]
    return found


def told(extra: list[tuple[str, int]], labels: list[str]) -> str:
    """What will be drawn."""
    if not labels:
        return "no verdict is open that more seeds would decide"
    if not extra:
        return f"{', '.join(labels)} had {ROUNDS} rounds of {STEP} seeds each: look at the pictures"
    seeds = list(dict.fromkeys(seed for _, seed in extra))
    names = list(dict.fromkeys(label for label, _ in extra))
    return (
        f"{counted(len(seeds), 'seed')} more ({', '.join(map(str, seeds))}) for {', '.join(names)}"
    )
