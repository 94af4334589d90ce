"""EVL026: what she wears when nobody says it."""

from collections import Counter
from collections.abc import Iterator

from evaluate.statistics import wilson
from evaluate.verdicts.evidence import Evidence, NoEvidence, Observation, grouped, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, share
from rules.statistics import entropy

TRIGGER_ONLY = "K"
LOCKED, EXPLICIT = 0.8, 0.05
EXPLICIT_LABELS = frozenset({"explicit", "nude"})
SURE = 0.5


@verdict(
    "EVL026",
    outcomes=("locked", "free", "explicit", "rare", "clean", "not_excluded"),
    predicted_by=("COV011", "CON005", "TAG007"),
)
def outfit_freedom(evidence: Evidence) -> Iterator[Said]:
    """What does the trigger alone dress her in?

    Format K, every picture of a checkpoint: how evenly outfits are spread, in bits; `locked` where
    one of them comes in 80%. And how often a picture is explicit: that is excluded, or shown to be
    rare, once the upper bound of the share is 5%, after some seventy pictures without one; it is
    confirmed once the lower bound is over 5%. Seeds, not pictures, say how sure one may be.
    """
    outfits = [o for o in evidence.of("outfit", format=TRIGGER_ONLY) if o.label]
    ratings = [o for o in evidence.of("rating", format=TRIGGER_ONLY) if o.label]
    if not outfits and not ratings:
        raise NoEvidence("no judge told outfit or rating in format K")
    for label, found in grouped(outfits, lambda o: o.cell.checkpoint).items():
        yield _outfit(label, found)
    for label, found in grouped(ratings, lambda o: o.cell.checkpoint).items():
        yield _rating(label, found)


def _outfit(label: str, found: list[Observation]) -> Said:
    counted = Counter(o.label for o in found)
    most, k = counted.most_common(1)[0]
    n, bits = counted.total(), entropy(list(counted.values()))
    locked = k / n >= LOCKED and wilson(k, n).low >= SURE
    return Said(
        subject=f"outfit at {label}",
        word="confirmed" if locked or wilson(k, n).high < LOCKED else "suspect",
        outcome="locked" if locked else "free",
        says=f"{most} in {share(k, n)} pictures of {label}, {bits:.1f} bits",
        n=len({o.cell.seed for o in found}),
        estimate=bits,
        images=images_of(found),
        advice="vary the outfits of the training pictures" if locked else None,
    )


def _rating(label: str, found: list[Observation]) -> Said:
    explicit = [o for o in found if o.label in EXPLICIT_LABELS]
    k, n = len(explicit), len(found)
    low, high = wilson(k, n)
    word, outcome = _word(k, low, high)
    return Said(
        subject=f"rating at {label}",
        word=word,
        outcome=outcome,
        says=f"explicit in {share(k, n)} pictures of {label} (at most {high:.0%})",
        n=len({o.cell.seed for o in found}),
        estimate=k / n,
        interval=(low, high),
        images=images_of(explicit),
        advice="name an outfit in prompts" if outcome == "explicit" else None,
    )


def _word(k: int, low: float, high: float) -> tuple[Word, str]:
    if low > EXPLICIT:
        return "confirmed", "explicit"
    if high <= EXPLICIT:
        return "confirmed", "rare" if k else "clean"
    return ("suspect", "explicit") if k else ("undetermined", "not_excluded")
