"""EVL015: whether what a LoRA draws is distributed as its training pictures are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from evaluate.statistics import RESAMPLES, divergence, divergence_null
from evaluate.verdicts.evidence import Evidence, NoEvidence, Observation, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

AXES = ("pose", "view", "elevation", "framing")


@verdict(
    "EVL015",
    outcomes=("copied", "pulled", "not_copied", "open"),
    predicted_by=("COV002", "COV004", "COV008", "CON002", "CON003"),
)
def pose_copy(evidence: Evidence) -> Iterator[Said]:
    """Does the trigger draw the distribution of the training pictures?

    Labels of the approved pictures, of pictures by LoRA and trigger, and of pictures by the base,
    both under a prompt that asks for none of them. Copied where the trigger pulls from the base
    towards the training set, with a bootstrap bound over 0, and its distance from the training
    set is within what chance gives two samples of that size.
    """
    if evidence.training is None:
        raise NoEvidence("no approved set to compare with")
    asked = False
    for axis in AXES:
        train = evidence.training.labels.get(axis, {})
        base = evidence.of(axis, part="pose", arm="base")
        seen = evidence.of(axis, part="pose")
        for label, found in grouped(seen, lambda o: o.cell.checkpoint).items():
            if sum(train.values()) and base:
                asked = True
                yield _said(axis, label, train, base, found)
    if not asked:
        raise NoEvidence("no neutral pictures of both LoRA and base")


def _said(
    axis: str,
    label: str,
    train: Mapping[str, int],
    base: list[Observation],
    found: list[Observation],
) -> Said:
    names = sorted(train.keys() | {o.label for o in [*base, *found] if o.label})
    t = [train.get(name, 0) for name in names]
    b, f = _counted(names, base), _counted(names, found)
    away, null = divergence(f, t), divergence_null(f, t)
    pull = divergence(b, t) - away
    low, high = _pull_bounds(names, t, base, found)
    copied = low > 0 and away <= null
    n = min(len({o.cell.seed for o in some}) for some in (found, base))
    modal = max(names, key=lambda name: f[names.index(name)])
    return Said(
        subject=f"{axis} at {label}",
        word="confirmed" if copied or high < 0 else "suspect" if low > 0 else "undetermined",
        outcome=_outcome(low, high, copied=copied),
        says=f"{axis} of {label}: {away:.2f} bits from the training set (chance {null:.2f}), "
        f"the base {divergence(b, t):.2f}; mostly {modal}",
        n=n,
        estimate=pull,
        interval=(low, high),
        numbers={"away": away, "chance": null, "pull": pull,
                 **{f"train {name}": x for name, x in zip(names, t, strict=True)},
                 **{f"trigger {name}": x for name, x in zip(names, f, strict=True)},
                 **{f"base {name}": x for name, x in zip(names, b, strict=True)}},
        images=images_of(found),
        advice="change what the training pictures show: no prompt outweighs it" if copied else None,
    )  # fmt: skip


def _outcome(low: float, high: float, *, copied: bool) -> str:
    if copied:
        return "copied"
    return "pulled" if low > 0 else "not_copied" if high < 0 else "open"


def _counted(names: Sequence[str], found: Sequence[Observation]) -> list[int]:
    counted = Counter(o.label for o in found)
    return [counted.get(name, 0) for name in names]


def _pull_bounds(
    names: Sequence[str], train: list[int], base: list[Observation], found: list[Observation]
) -> tuple[float, float]:
    """95% bounds of the pull, by resampling the seeds of both arms and the training pictures."""
    dice = np.random.default_rng(0)
    tables = [_by_seed(names, base), _by_seed(names, found)]
    pool = np.asarray(train, float)
    pulls = []
    for _ in range(RESAMPLES // 4):
        t = dice.multinomial(int(pool.sum()), pool / pool.sum())
        b, f = (table[dice.integers(0, len(table), len(table))].sum(axis=0) for table in tables)
        pulls.append(divergence(b, t.tolist()) - divergence(f, t.tolist()))
    low, high = np.quantile(pulls, (0.025, 0.975))
    return float(low), float(high)


def _by_seed(
    names: Sequence[str], found: Sequence[Observation]
) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Counts of every label, a row a seed."""
    return np.array(
        [_counted(names, some) for some in grouped(found, lambda o: o.cell.seed).values()], np.int64
    )
