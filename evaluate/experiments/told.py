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
from evaluate.experiments.report import difference, lines_of
from evaluate.experiments.run import Outcome

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
    first = outcome.found[0]
    return (
        f"Experiment {outcome.claim}, {outcome.title}: {outcome.word}. {first.name.capitalize()}: "
        f"{difference(first)}, over {first.n} trainings."
    )


def _of_power(power: Power) -> str:
    found, clear = power.hits + power.false, power.missed + power.quiet
    name = power.failure.replace("_", " ")
    false = share_of(power.false, power.false + power.quiet)
    if not found + clear:
        return f"Whether it foretells `{name}` is undetermined: no random set held out could tell."
    return (
        f"Of {found + clear} random sets that were held out, `{name}` failed in "
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
    yield "# Evidence in miniature"
    yield ""
    yield "What became of predictions about datasets on the small base that ships. `make docs`"
    yield "makes this page from `evaluate/experiments/results`; [miniature.md](miniature.md) says"
    yield "how it is measured, and how little this base draws beside a published one."
    yield ""
    yield "## Experiments"
    yield ""
    yield from lines_of(outcomes)
    for outcome in outcomes:
        yield ""
        yield f"### {outcome.claim}. {outcome.title}"
        yield ""
        yield f"Predicted before the run: {outcome.prediction}"
        yield ""
        yield f"**{outcome.word}**"
        yield ""
        yield f"![Each condition by training]({plots}/{outcome.name}.png)"
    yield ""
    yield "## Does a finding foretell it?"
    yield ""
    yield from table(powers)
