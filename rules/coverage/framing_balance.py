"""COV009 framing-balance."""

from rules.coverage.shown import CLOSE, shown
from rules.evidence import graded, wants
from rules.model import Dataset
from rules.needs import FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """Between which shares faces and busts should lie."""

    min_pictures: int = option(8, "least number of pictures whose framing is known")
    min_share: float = option(0.25, "least share of face and bust pictures")
    max_share: float = option(0.8, "largest share of face and bust pictures")


@rule("COV009", Severity.WARNING, needs=(FRAMED,))
def framing_balance(dataset: Dataset, options: Options) -> Said:
    """Too few close pictures to learn the face, or hardly any others.

    What it does:
        Takes the share of face and bust pictures among those whose framing is known. Under
        `min_share` the identity has too little room; over `max_share` bodies and clothes have.
        None at all is COV010. The upper limit counts only where `wanted.framing` names `cowboy`
        or `full`, or nothing.

    Why is this bad?
        Details are learned at the size at which they are shown: eyes, bangs and hair intakes in
        busts, proportions and clothes in full bodies. A set without the one draws a stranger's
        face, a set without the other a head on the base's own body.

    Example:
        4 busts among 40 pictures: add ten, from several sides and in several outfits.

    Source:
        Rules of thumb of people who train characters. The account that this linter grew from had
        37% and planned 72% for its next set.
    """
    seen = shown(dataset.fed, "framing")
    yield from seen.doubts()
    judged = len(seen.pictures)
    if judged < options.min_pictures:
        reason = "the framing of too few pictures is known"
        yield Abstention(reason=reason, count=judged, total=len(dataset.fed))
        return
    close = sum(label in CLOSE for _, label in seen.pictures)
    bodies = wants(dataset, "framing", "cowboy") or wants(dataset, "framing", "full")
    if 0 < close < options.min_share * judged:
        more = fewest(lambda k: close + k >= options.min_share * (judged + k))
        advice = f"add {counted(more or 0, 'face or bust picture')} to clear this"
    elif close > options.max_share * judged and bodies:
        more = fewest(lambda k: close <= options.max_share * (judged + k))
        advice = f"add {counted(more or 0, 'cowboy shot or full body', BODIES)} to clear this"
    else:
        return
    yield Violation(
        message=f"{close} of {counted(judged, 'picture')} ({close / judged:.0%}) are faces or "
        f"busts, usual are {options.min_share:.0%} to {options.max_share:.0%} ({seen.sources})",
        evidence={
            "close": close,
            "judged": judged,
            "framings": dict(seen.counts),
            "by": dict(seen.sources.counts()),
        },
        advice=advice,
        paths=seen.paths(),
        severity=graded(dataset, seen.sources, Severity.WARNING),
    )


BODIES = "cowboy shots or full bodies"
