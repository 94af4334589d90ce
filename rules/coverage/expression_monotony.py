"""COV012 expression-monotony."""

from rules.coverage.shown import shown
from rules.evidence import graded
from rules.model import Dataset
from rules.needs import EXPRESSIVE
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """When faces vary too little."""

    min_pictures: int = option(8, "least number of pictures whose expression is known")
    min_expressions: int = option(3, "least number of different expressions")
    max_share: float = option(0.6, "largest share of one expression")


@rule("COV012", Severity.INFO, needs=(EXPRESSIVE,))
def expression_monotony(dataset: Dataset, options: Options) -> Said:
    """Too few expressions, or one on most faces.

    What it does:
        Counts the different expressions among the pictures where one is known (a label, a
        classifier's sight, a tag such as `smile`), and the share of the most frequent.

    Why is this bad?
        What never changes becomes the character. A face that always smiles keeps the corners
        of its mouth up when it should cry.

    Example:
        30 of 40 known expressions are `smile`. Add neutral, open-mouthed and sad faces, in
        busts, where they can be seen.

    Source:
        The account that this linter grew from varied expressions by hand and compared faces only
        with a mouth to see. The limits are conventions, not measurements.
    """
    seen = shown(dataset.fed, "expression")
    yield from seen.doubts()
    judged = len(seen.pictures)
    if judged < options.min_pictures:
        reason = "the expression of too few pictures is known"
        yield Abstention(reason=reason, count=judged, total=len(dataset.fed))
        return
    counts = seen.counts
    most, number = next(iter(counts.items()))
    faults, advice = [], []
    if len(counts) < options.min_expressions:
        faults.append(f"{counted(len(counts), 'expression')} in {counted(judged, 'picture')}")
        advice.append(f"show {counted(options.min_expressions - len(counts), 'more expression')}")
    if number > options.max_share * judged:
        faults.append(f"`{most}` on {number} of {judged} faces ({number / judged:.0%})")
        more = fewest(lambda k: number <= options.max_share * (judged + k))
        advice.append(f"add {counted(more or 0, 'picture')} with others")
    if faults:
        yield Violation(
            message=f"{'; '.join(faults)} ({seen.sources})",
            evidence={
                "judged": judged,
                "expressions": dict(counts),
                "by": dict(seen.sources.counts()),
            },
            advice=f"{' and '.join(advice)} to clear this, busts first",
            paths=seen.paths(),
            severity=graded(dataset, seen.sources, Severity.INFO),
        )
