"""CON007 fused-expression."""

from rules.evidence import graded, sources_of
from rules.known_labels import label_of
from rules.model import Dataset
from rules.needs import EXPRESSIVE, FRAMED
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})


@record
class Options:
    """When an expression belongs to busts alone."""

    min_pictures: int = option(
        8, "least number of pictures with a known expression, of faces and busts and of full bodies"
    )
    min_only: int = option(3, "least number of expressions that faces and busts alone show")
    max_share: float = option(
        0.5, "largest share of faces and busts that look as no full body does"
    )


@rule("CON007", Severity.INFO, needs=(EXPRESSIVE, FRAMED))
def fused_expression(dataset: Dataset, options: Options) -> Said:
    """Expressions that only faces and busts show.

    What it does:
        Lists the expressions of faces and busts, and those of full bodies, and reports those
        that no full body shows, if there are at least `min_only` of them and more than
        `max_share` of the faces and busts have one. Each side needs `min_pictures` pictures whose
        expression is known.

    Why is this bad?
        An expression that comes only in close-ups learns the close-up: `angry` in a prompt for
        a full body steps nearer or cuts the legs off, and full bodies keep their few faces.

    Example:
        26 busts with 15 expressions, 44 full bodies that are neutral or smile. Give some full
        bodies one of the others; how large the face is does not matter much.

    Source:
        The account that this linter grew from had expressions in its busts and poses in its full
        bodies, each from a pipeline of its own. Nobody measured how much it costs: an info.
    """
    close: dict[str, list[str]] = {}
    full: dict[str, list[str]] = {}
    judged = []
    for picture in dataset.fed:
        framing, label = label_of(picture.framing), label_of(picture.expression)
        if label is None or framing not in {*CLOSE, "full"}:
            continue
        judged.append(picture.expression)
        (full if framing == "full" else close).setdefault(label, []).append(picture.path)
    number, bodies = (sum(map(len, shown.values())) for shown in (close, full))
    if min(number, bodies) < options.min_pictures:
        if number + bodies:
            reason = "the expression of too few pictures is known"
            yield Abstention(reason=reason, count=number + bodies, total=len(dataset.fed))
        return
    only = sorted(close.keys() - full.keys(), key=lambda label: (-len(close[label]), label))
    alone = sum(len(close[label]) for label in only)
    if len(only) < options.min_only or alone <= options.max_share * number:
        return
    sources = sources_of(judged)
    yield Violation(
        message=f"{len(only)} of {len(close)} expressions of faces and busts ({alone} of {number} "
        f"pictures) are on none of {counted(bodies, 'full body', 'full bodies')}: {quoted(only)} "
        f"({sources})",
        evidence={
            "close": {label: len(paths) for label, paths in close.items()},
            "full": {label: len(paths) for label, paths in full.items()},
            "only_close": list(only),
            "by": dict(sources.counts()),
        },
        advice=f"give {_fewest(close, only, number, options)} of them to full bodies as well to "
        "clear this, the most frequent first",
        paths=tuple(path for label in only for path in close[label]),
        severity=graded(dataset, sources, Severity.INFO),
    )


def _fewest(close: dict[str, list[str]], only: list[str], number: int, options: Options) -> int:
    """How many expressions full bodies must learn until the rest is no longer too much."""
    for given in range(1, len(only)):
        left = only[given:]
        alone = sum(len(close[label]) for label in left)
        if len(left) < options.min_only or alone <= options.max_share * number:
            return given
    return len(only)
