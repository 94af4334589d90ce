"""EVL028: whether seeds still make a difference."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from evaluate.statistics import RESAMPLES
from evaluate.verdicts.evidence import Evidence, NoEvidence, Observation, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

COLLAPSED = 0.7
SEEDS = 3
Distances = Mapping[tuple[str, str], "np.ndarray[tuple[int, int], np.dtype[np.float64]]"]


@verdict(
    "EVL028",
    outcomes=("collapsed", "diverse", "open"),
    predicted_by=("COV008", "COV012", "DUP004"),
)
def diversity(evidence: Evidence) -> Iterator[Said]:
    """Do different seeds still draw different pictures?

    Distances (1 - cosine) between seeds of one scene and format, over those of the base alone.
    Collapsed where the upper bound of the ratio, seeds resampled, stays below .7.
    """
    matrix = {o.image: o for o in evidence.observations
              if o.cell.part == "matrix" and o.image in evidence.vectors}.values()  # fmt: skip
    base = [o for o in matrix if o.cell.arm == "base"]
    if len({o.cell.seed for o in base}) < SEEDS:
        raise NoEvidence(f"embeddings of the base alone on {SEEDS} seeds are needed")
    for label, found in grouped(
        (o for o in matrix if o.cell.arm == "lora"), lambda o: o.cell.checkpoint
    ).items():
        seeds = sorted({o.cell.seed for o in found} & {o.cell.seed for o in base})
        if len(seeds) < SEEDS:
            continue
        ours, theirs = (_distances(evidence, some, seeds) for some in (found, base))
        ratio = _mean(ours, range(len(seeds))) / _mean(theirs, range(len(seeds)))
        low, high = _bounds(ours, theirs, len(seeds))
        yield Said(
            subject=label,
            word="confirmed" if high < COLLAPSED or low >= COLLAPSED else "suspect",
            outcome="collapsed" if high < COLLAPSED else "diverse" if low >= COLLAPSED else "open",
            says=f"seeds of {label} differ {ratio:.2f} times as much as the base's "
            f"({low:.2f} to {high:.2f})",
            n=len(seeds),
            estimate=ratio,
            interval=(low, high),
            images=images_of(found),
        )


def _distances(evidence: Evidence, found: list[Observation], seeds: list[int]) -> Distances:
    """(scene, format) -> distances between its seeds; not a number where one is missing."""
    groups: dict[tuple[str, str], dict[int, str]] = {}
    for seen in found:
        groups.setdefault((seen.cell.scene, seen.cell.format), {})[seen.cell.seed] = seen.image
    tables = {}
    for key, images in groups.items():
        table = np.full((len(seeds), len(seeds)), np.nan)
        for i, one in enumerate(seeds):
            for j, other in enumerate(seeds):
                if i != j and one in images and other in images:
                    a, b = evidence.vectors[images[one]], evidence.vectors[images[other]]
                    table[i, j] = 1 - float(a @ b)
        tables[key] = table
    return tables


def _mean(tables: Distances, picks: Sequence[int]) -> float:
    chosen = [table[np.ix_(picks, picks)] for table in tables.values()]
    return float(np.nanmean(np.concatenate([table.ravel() for table in chosen])))


def _bounds(ours: Distances, theirs: Distances, n: int) -> tuple[float, float]:
    dice = np.random.default_rng(0)
    ratios = []
    for _ in range(RESAMPLES // 4):
        picks = dice.integers(0, n, n).tolist()
        if len(set(picks)) > 1:
            ratios.append(_mean(ours, picks) / _mean(theirs, picks))
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(low), float(high)
