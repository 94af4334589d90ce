"""CON007 fused-expression."""

from collections import Counter

from rules.evidence import graded, sources_of
from rules.known_labels import known, label_of
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
        12,
        "least number of pictures with a known expression, of faces and busts and of full bodies",
    )
    min_only: int = option(3, "least number of expressions that faces and busts alone show")
    max_share: float = option(
        0.4, "largest share of faces and busts with an expression that full bodies lack"
    )
    max_full: float = option(
        0.05, "share of full bodies up to which a classifier's sight of one may be an error"
    )


@rule("CON007", Severity.INFO, needs=(EXPRESSIVE, FRAMED))
def fused_expression(dataset: Dataset, options: Options) -> Said:
    """Expressions that only faces and busts show.

    What it does:
        Lists the expressions of faces and busts that no full body shows, where up to `max_full`
        of them may have been seen wrongly by a classifier, and reports them if there are at
        least `min_only` and more than `max_share` of the faces and busts have one. Each side
        needs `min_pictures` pictures whose expression is known.

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
    judged, on_bodies = [], []
    for picture in dataset.fed:
        framing, shown = label_of(picture.framing), known(picture.expression)
        if shown is None or framing not in {*CLOSE, "full"}:
            continue
        judged.append(shown)
        if framing == "full":
            on_bodies.append(shown)
        else:
            close.setdefault(shown.label, []).append(picture.path)
    number, bodies = sum(map(len, close.values())), len(on_bodies)
    if min(number, bodies) < options.min_pictures:
        if number + bodies:
            reason = "the expression of too few pictures is known"
            yield Abstention(reason=reason, count=number + bodies, total=len(dataset.fed))
        return
    seen = Counter(e.label for e in on_bodies if e.source == "seen")
    shared = {e.label for e in on_bodies if e.source != "seen"}
    shared |= {label for label, k in seen.items() if k > options.max_full * bodies}
    only = sorted(close.keys() - shared, key=lambda label: (-len(close[label]), label))
    alone = sum(len(close[label]) for label in only)
    if len(only) < options.min_only or alone <= options.max_share * number:
        return
    sources = sources_of(judged)
    yield Violation(
        message=f"{len(only)} of {len(close)} expressions of faces and busts ({alone} of {number} "
        f"pictures) are on hardly any of {counted(bodies, 'full body', 'full bodies')}: "
        f"{quoted(only)} ({sources})",
        evidence={
            "close": {label: len(paths) for label, paths in close.items()},
            "full": dict(Counter(e.label for e in on_bodies)),
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
