"""What experiments and calibration say of each rule, for its page in the manual."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from evaluate.experiments.foretelling import (
    FORETELLS,
    NOT_SHOWN,
    UNASKED,
    UNFAILED,
    Power,
    share_of,
    table,
)
from evaluate.experiments.outcomes import Outcome
from evaluate.experiments.report import difference, lines_of

INTRODUCTION = """\
# Evidence in miniature

What became of predictions about datasets on the small base that ships. `make docs`
makes this page from `evaluate/experiments/results`; [miniature.md](miniature.md) says
how it is measured, and how little this base draws beside a published one.
"""
HOW_DECIDED = """\
A difference is a mean over trainings, with an interval of 90%. It *holds* where the lower bound is
above nothing and the mean at least what was predicted; equality holds where both bounds lie within
it. It *does not hold* where the bounds leave no room for it, and is *undetermined* otherwise. A
claim holds where all that its prediction names holds; what stands beside it decides nothing. No
line is corrected for the number of lines. The last column is the share of single pairs of pictures,
drawn from the same noise, that say otherwise than all of them together.
"""
HOW_FORETOLD = """\
Random faulty datasets, linted before they were trained; shares are of datasets, their intervals of
95%. Rules, and what counts as a failure, were fixed before any of them was drawn; the half that is
held out was counted apart. A rule *foretells* where Fisher's one-sided test is sure, by Holm for
all rules of its half.
"""
WORDS = {
    FORETELLS: "a finding foretells it",
    NOT_SHOWN: "that a finding foretells it is not shown",
    UNASKED: "undetermined, since it was found in all or in none",
    UNFAILED: "undetermined, since all of them failed or none did",
}


def told_by_code(
    outcomes: Sequence[Outcome], powers: Sequence[Power]
) -> Mapping[str, tuple[str, ...]]:
    """Code -> sentences, those of experiments in front; codes in order. Quick runs tell nothing."""
    found: dict[str, list[str]] = defaultdict(list)
    for outcome in (outcome for outcome in outcomes if not outcome.quick):
        for code in outcome.codes:
            found[code].append(_of_experiment(outcome))
    for power in powers:
        if power.half == "held out":
            found[power.code].append(_of_power(power))
    return {code: tuple(found[code]) for code in sorted(found)}


def _of_experiment(outcome: Outcome) -> str:
    parts = [
        f"{one.name}: {one.word}, {difference(one)}, over {one.n} trainings"
        for one in outcome.found
        if one.decides
    ]
    told = "; ".join(parts)
    return (
        f"Experiment {outcome.claim}, {outcome.title}: {outcome.word}. {told[0].upper()}{told[1:]}."
    )


def _of_power(power: Power) -> str:
    found, clear = power.hits + power.false, power.missed + power.quiet
    false = share_of(power.false, power.false + power.quiet)
    if not found + clear:
        return f"Whether {power.failure} is missing then is undetermined: no set could tell."
    return (
        f"Of {found + clear} random sets that were held out, {power.failure} was missing in "
        f"{share_of(power.hits, found)} with this finding and in {share_of(power.missed, clear)} "
        f"without; false alarms {false}: {WORDS[power.word]}."
    )


def evidence_page(
    outcomes: Sequence[Outcome], powers: Sequence[Power], plots: str
) -> Iterator[str]:
    """Lines of the page of all results, as Markdown.

    Args:
        outcomes: of the experiments.
        powers: of the calibration.
        plots: where the plots lie, as seen from the page.
    """
    yield INTRODUCTION
    yield "## Experiments\n"
    yield HOW_DECIDED
    yield from lines_of(outcomes)
    for outcome in outcomes:
        yield f"\n### {outcome.claim}. {outcome.title}\n"
        yield f"Predicted before the run: {outcome.prediction}\n"
        yield f"**{outcome.word}**\n"
        yield f"![Each condition by training]({plots}/{outcome.name}.png)"
    yield "\n## Does a finding foretell it?\n"
    if powers:
        yield HOW_FORETOLD
        yield from table(powers)
    else:
        yield "The calibration was not run."
