"""How well findings of the linter foretell failures: counts on each half of a calibration."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from evaluate.experiments.calibration import Failure, Space, Tried
from evaluate.statistics import fisher_greater, holm, wilson
from rules.records import record

SURE = 0.05
FORETELLS, NOT_SHOWN = "foretells", "not shown to foretell"
UNASKED = "undetermined: always or never found"
UNFAILED = "undetermined: it always failed or never did"

Half = Literal["open", "held out"]


@record
class Power:
    """How well one rule foretells one failure, counted on some of the datasets.

    Attributes:
        failure: what is missing where it failed.
        hits: found and failed.
        false: found and not failed.
        missed: not found and failed.
        quiet: not found and not failed.
        p: of Fisher's test, one-sided, by Holm for all rules of its half that could tell anything;
            None where the rule found something in all sets or in none, or all failed or none did.
    """

    code: str
    failure: str
    half: Half
    hits: int
    false: int
    missed: int
    quiet: int

    p: float | None = None

    @property
    def word(self) -> str:
        """Whether findings foretell the failure."""
        if not (self.hits + self.false and self.missed + self.quiet):
            return UNASKED
        if self.p is None:
            return UNFAILED
        return FORETELLS if self.p <= SURE else NOT_SHOWN


def powers(space: Space, tried: Sequence[Tried]) -> tuple[Power, ...]:
    """Every rule against its failure, on each half of the datasets."""
    first = space.datasets - space.held_out
    halves: tuple[tuple[Half, list[Tried]], ...] = (
        ("open", [one for one in tried if one.number < first]),
        ("held out", [one for one in tried if one.number >= first]),
    )
    found = []
    for half, part in halves:
        counted = [
            _counted(code, name, failure, half, part)
            for name, failure in space.failures.items()
            for code in failure.codes
        ]
        found += _corrected(counted)
    return tuple(found)


def _counted(code: str, name: str, failure: Failure, half: Half, part: Sequence[Tried]) -> Power:
    counts = [0, 0, 0, 0]
    for one in part:
        share = one.shares.get(name)
        if share is None or code in one.skipped:
            continue
        failed, found = share < failure.wanted, code in one.codes
        counts[(0 if failed else 1) + (0 if found else 2)] += 1
    hits, false, missed, quiet = counts
    return Power(
        code=code,
        failure=failure.what,
        half=half,
        hits=hits,
        false=false,
        missed=missed,
        quiet=quiet,
    )


def _corrected(counted: Sequence[Power]) -> list[Power]:
    # Where a margin is nothing no data could have told anything, so nothing was asked.
    asked = [
        i
        for i, p in enumerate(counted)
        if min(p.hits + p.false, p.missed + p.quiet, p.hits + p.missed, p.false + p.quiet)
    ]
    raw = [
        fisher_greater(p.hits, p.hits + p.false, p.missed, p.missed + p.quiet)
        for p in (counted[i] for i in asked)
    ]
    corrected = dict(zip(asked, holm(raw), strict=True))
    return [replace(power, p=corrected.get(i)) for i, power in enumerate(counted)]


def table(found: Sequence[Power]) -> Iterator[str]:
    """For people, as Markdown."""
    yield "| rule | what is missing | datasets | where found | where not found | false alarms | |"
    yield "| --- | --- | ---: | --- | --- | --- | --- |"
    for power in found:
        n = power.hits + power.false + power.missed + power.quiet
        yield (
            f"| {power.code} | {power.failure} | {n} {power.half} "
            f"| {share_of(power.hits, power.hits + power.false)} "
            f"| {share_of(power.missed, power.missed + power.quiet)} "
            f"| {share_of(power.false, power.false + power.quiet)} | {power.word} |"
        )


def share_of(k: int, n: int) -> str:
    """`3 of 4 (30% to 95%)`, by Wilson; `none` of none."""
    if not n:
        return "none"
    low, high = wilson(k, n)
    return f"{k} of {n} ({low:.0%} to {high:.0%})"
