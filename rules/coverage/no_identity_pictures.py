"""COV010 no-identity-pictures."""

from rules.coverage.shown import CLOSE, shown
from rules.evidence import graded, wants
from rules.model import Dataset
from rules.needs import FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Abstention, Said, Severity, Violation

WANTED_SHARE = 0.25  # the lower limit of COV009


@record
class Options:
    """When the set is large enough to miss them."""

    min_pictures: int = option(8, "least number of pictures whose framing is known")


@rule("COV010", Severity.ERROR, needs=(FRAMED,))
def no_identity_pictures(dataset: Dataset, options: Options) -> Said:
    """No face and no bust: nothing shows the identity large.

    What it does:
        Looks for faces and busts among the pictures whose framing is known, at least
        `min_pictures`. Nothing is said where `wanted.framing` names neither.

    Why is this bad?
        In a full body the head is a tenth of the height: eyes, bangs and hair ornaments are a
        few pixels each after the autoencoder. The trigger learns clothes and a pose, and the
        face that comes out is the base's own.

    Example:
        14 full bodies and nothing else. Crops of them do not help where they are small; draw
        faces and busts at the full training size.

    Source:
        The account that this linter grew from: identity is baked in by busts, and every detail
        grows and shrinks with its size in the picture. The share is COV009's lower limit.
    """
    if not any(wants(dataset, "framing", label) for label in CLOSE):
        return
    seen = shown(dataset.fed, "framing")
    yield from seen.doubts()
    judged = len(seen.pictures)
    if judged < options.min_pictures:
        reason = "the framing of too few pictures is known"
        yield Abstention(reason=reason, count=judged, total=len(dataset.fed))
        return
    if any(label in CLOSE for _, label in seen.pictures):
        return
    more = fewest(lambda k: k >= WANTED_SHARE * (judged + k))
    yield Violation(
        message=f"0 of {counted(judged, 'picture')} are faces or busts ({seen.sources})",
        evidence={
            "close": 0,
            "judged": judged,
            "framings": dict(seen.counts),
            "by": dict(seen.sources.counts()),
        },
        advice=f"add 1 to clear this, {more} to give the face {WANTED_SHARE:.0%} of the "
        "set: faces and busts at the full training size, from several sides",
        paths=seen.paths(),
        severity=graded(dataset, seen.sources, Severity.ERROR),
    )
