"""EVL010: which way of prompting to use."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from evaluate.statistics import friedman, holm, paired, sign_flips, tost
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    aligned,
    grouped,
    images_of,
)
from evaluate.verdicts.plateau import COMPOSITE
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word

# Whatever asks for the least comes first.
ORDER = ("K", "N", "KT")
LEVEL = 0.05
NEEDED = 4


@verdict(
    "EVL010",
    outcomes=("best_*", "level", "open"),
    predicted_by=("TRG006", "TRG008", "CAP015"),
)
def format_ranking(evidence: Evidence) -> Iterator[Said]:
    """Which format draws the character best?

    Formats are compared where all of them were judged at the same epoch, scene and seed, and on
    nothing else: Friedman's test, then signs flipped pair by pair, Holm's correction. The one to
    use is the first of K, N, KT within one standard error of the best. Told of the composite and
    of every attribute for itself, since a format that helps an outfit may hurt a face.
    """
    every = [(COMPOSITE, list(evidence.composites()))]
    every += [(name, evidence.of(name)) for name in evidence.scored_attributes]
    told = False
    for name, found in every:
        scores = _scores(found)
        if len(scores) > 1 and all(scores.values()):
            told = True
            yield _said(name, scores, found, evidence.criteria.margin)
    if not told:
        raise NoEvidence("a ranking takes two formats on the same checkpoints, scenes and seeds")


def _scores(found: Sequence[Observation]) -> dict[str, list[float]]:
    """Format -> one number a seed, over the epochs, scenes and seeds that every format has."""
    groups = grouped(found, lambda seen: seen.cell.format)
    ordered = sorted(groups, key=lambda form: (_rank(form), form))
    return aligned({form: groups[form] for form in ordered}, _draw)


def _draw(seen: Observation) -> Hashable:
    return seen.cell.epoch, *seen.cell.block


def _rank(form: str) -> int:
    return ORDER.index(form) if form in ORDER else len(ORDER)


def _said(
    name: str, scores: Mapping[str, Sequence[float]], found: Sequence[Observation], margin: float
) -> Said:
    means = {form: fmean(values) for form, values in scores.items()}
    top = max(means, key=lambda form: means[form])
    n = len(scores[top])
    behind = {
        form: np.subtract(scores[top], scores[form]).tolist() for form in scores if form != top
    }
    best = next(
        form
        for form in scores
        if form == top
        or (by := paired(behind[form])).mean <= (by.se if math.isfinite(by.se) else 0.0)
    )
    pairs = dict(zip(behind, holm([sign_flips(d) for d in behind.values()]), strict=True))
    overall = friedman(list(zip(*scores.values(), strict=True)))
    p = overall if overall is not None else min(pairs.values())
    word: Word = "undetermined"
    if n >= NEEDED and p <= LEVEL:
        word = "confirmed"
    elif n >= NEEDED and all(tost(d, margin) <= LEVEL for d in behind.values()):
        word = "no_difference"
    told = ", ".join(f"{form} {mean:.2f}" for form, mean in means.items())
    return Said(
        subject=name,
        word=word,
        outcome=f"best_{best}"
        if word == "confirmed"
        else "level"
        if word != "undetermined"
        else "open",
        says=f"{name} by format: {told} ({n} seeds, p {p:.3f}); use {best}",
        n=n,
        estimate=means[best],
        p=p,
        numbers={"best": best, "top": top, **{f"p {top} {form}": p for form, p in pairs.items()}},
        images=images_of((o for o in found if o.cell.format == best), 4),
    )
