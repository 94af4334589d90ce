"""How often plateaus and breakdowns are called right, and how often they cry wolf.

Pictures are scored by simulated judges: a curve, spread between seeds, between cells and between
attributes, points rounded to whole ones. Prints Markdown tables beside the figures that the rules
state; exits 1 where one of them is off by more than chance allows.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluate.spec.cells import Cell
from evaluate.verdicts.bands import Rule, band_of
from evaluate.verdicts.engine import judge
from evaluate.verdicts.evidence import Evidence, Observation

RISING = (3.2, 3.5, 3.9, 3.9, 3.9)
TRUE_EPOCH = 2
WORSE = 0.4
SEED_SD = CELL_SD = 0.35
ATTRIBUTE_SD = 0.45
SEEDS = (3, 5, 8)
RULES: tuple[Rule, ...] = ("one-SE", "equivalence")
# Share that hits the true plateau, and share that picks an epoch at least .4 points worse.
PLATEAUS: Mapping[tuple[int, int, Rule], tuple[tuple[float, float], ...]] = {
    (5, 3, "one-SE"): ((0.58, 0.04), (0.63, 0.01), (0.66, 0.00)),
    (5, 3, "equivalence"): ((0.45, 0.02), (0.69, 0.04), (0.90, 0.06)),
    (1, 3, "one-SE"): ((0.54, 0.16), (0.58, 0.07), (0.64, 0.02)),
    (1, 3, "equivalence"): ((0.40, 0.04), (0.44, 0.02), (0.61, 0.03)),
    (1, 1, "one-SE"): ((0.37, 0.39), (0.46, 0.26), (0.52, 0.17)),
    (1, 1, "equivalence"): ((0.36, 0.15), (0.41, 0.07), (0.40, 0.03)),
}
# Seeds -> false alarms at p0 = .1 and .2, and power at p0 = .1, where 80% break.
BREAKDOWNS: Mapping[int, tuple[float, float, float]] = {
    4: (0.003, 0.009, 0.68),
    5: (0.005, 0.014, 0.82),
    8: (0.000, 0.007, 0.94),
}
# How sure the stated figures are: they come from some thousand runs themselves.
STATED_RUNS = 1_000
SURE = 4.0
ROUNDED = 0.005


def points(
    dice: np.random.Generator, curve: Sequence[float], formats: int, seeds: int, attributes: int
) -> NDArray[np.float64]:
    """Scores of one run: epochs x formats x seeds x attributes."""
    shape = (len(curve), formats, seeds, attributes)
    noisy = (
        np.asarray(curve)[:, None, None, None]
        + dice.normal(0, SEED_SD, (1, 1, seeds, 1))
        + dice.normal(0, CELL_SD, (*shape[:3], 1))
        + dice.normal(0, ATTRIBUTE_SD, shape)
    )
    return np.clip(np.rint(noisy), 0, 5)


def plateau_rates(
    attributes: int, formats: int, rule: Rule, seeds: int, runs: int
) -> tuple[float, float]:
    """How often the true plateau is found, and how often one that is clearly worse."""
    dice = np.random.default_rng([attributes, formats, seeds])
    hits = worse = 0
    for _ in range(runs):
        scores = points(dice, RISING, formats, seeds, attributes).mean(axis=(1, 3))
        first = band_of(dict(enumerate(scores.tolist())), 0.5, rule).first
        hits += first == TRUE_EPOCH
        worse += RISING[first] <= max(RISING) - WORSE + 1e-9
    return hits / runs, worse / runs


def breakdown_rate(seeds: int, fluke: float, true: float, runs: int) -> float:
    """How often the deepest of four checkpoints is called broken."""
    dice = np.random.default_rng([seeds, int(100 * fluke), int(100 * true)])
    called = 0
    for _ in range(runs):
        flags = dice.random((4, seeds)) < np.array([fluke, fluke, fluke, true])[:, None]
        evidence = Evidence(observations=list(_observed(flags)))
        said = judge(evidence, codes=frozenset({"EVL008"})).verdicts[-1]
        called += said.word == "confirmed"
    return called / runs


def _observed(flags: NDArray[np.bool_]) -> Iterator[Observation]:
    for epoch, row in enumerate(flags):
        for seed, broken in enumerate(row):
            cell = Cell(epoch=epoch, checkpoint=f"ep{epoch}", seed=seed)
            yield Observation(cell=cell, image="", attribute="broken", value=float(broken))


def allowed(stated: float, runs: int) -> float:
    """By how much a simulation may miss a figure that was simulated as well."""
    spread = max(stated * (1 - stated), 0.25 / runs)
    return SURE * math.sqrt(spread * (1 / runs + 1 / STATED_RUNS)) + ROUNDED


def main() -> int:
    """Print both tables; tell how many figures are off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    runs = parser.parse_args().runs
    off: list[str] = []

    def held(name: str, found: float, stated: float) -> str:
        if abs(found - stated) > allowed(stated, runs):
            off.append(f"{name}: {found:.3f}, stated {stated:.3f}")
        return f"{found:.3f} ({stated:.3f})"

    print(f"Plateau, {runs:,} runs: hits the true epoch / picks one .4 points worse (as stated)\n")
    print("| attributes, formats, rule | " + " | ".join(f"n={n}" for n in SEEDS) + " |")
    print("| --- " * 4 + "|")
    for (attributes, formats, rule), stated in PLATEAUS.items():
        name, cells = f"{attributes}, {formats}, {rule}", []
        for n, (hit, worse) in zip(SEEDS, stated, strict=True):
            rates = plateau_rates(attributes, formats, rule, n, runs)
            shown = (held(f"{name}, n={n}", r, s) for r, s in zip(rates, (hit, worse), strict=True))
            cells.append(" / ".join(shown))
        print(f"| {name} | " + " | ".join(cells) + " |")
    _print_breakdowns(runs, held)
    print("\n".join(["", *off]) if off else "\nevery figure is within its Monte-Carlo error")
    return bool(off)


def _print_breakdowns(runs: int, held: Callable[[str, float, float], str]) -> None:
    print(f"\nBreakdown, {runs:,} runs: called against three references (as stated)\n")
    print(
        "| seeds | false alarm, p0=.1 | false alarm, p0=.2 | power, p0=.1 |\n" + "| --- " * 4 + "|"
    )
    for seeds, stated in BREAKDOWNS.items():
        rates = (
            breakdown_rate(seeds, 0.1, 0.1, runs),
            breakdown_rate(seeds, 0.2, 0.2, runs),
            breakdown_rate(seeds, 0.1, 0.8, runs),
        )
        shown = (held(f"{seeds} seeds", r, s) for r, s in zip(rates, stated, strict=True))
        print(f"| {seeds} | " + " | ".join(shown) + " |")


if __name__ == "__main__":
    sys.exit(main())
