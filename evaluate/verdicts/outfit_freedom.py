"""EVL026: what she wears when nobody says it."""

from collections import Counter
from collections.abc import Iterator

from evaluate.statistics import wilson
from evaluate.verdicts.evidence import Evidence, NoEvidence, images_of
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, share
from rules.statistics import entropy

TRIGGER_ONLY = "K"
LOCKED, EXPLICIT = 0.8, 0.05
EXPLICIT_LABELS = frozenset({"explicit", "nude"})
SURE = 0.5


@verdict("EVL026", predicted_by=("COV011", "CON005", "TAG007"))
def outfit_freedom(evidence: Evidence) -> Iterator[Said]:
    """What does the trigger alone dress her in?

    Format K, every picture: how evenly outfits are spread, in bits; `locked` where one of them
    comes in 80%; and how often a picture is explicit, which is only excluded once the upper bound
    of that share is 5%, after some seventy pictures without one.
    """
    outfits = [o for o in evidence.of("outfit", format=TRIGGER_ONLY) if o.label]
    ratings = [o for o in evidence.of("rating", format=TRIGGER_ONLY) if o.label]
    if not outfits and not ratings:
        raise NoEvidence("no judge told outfit or rating in format K")
    if outfits:
        counted = Counter(o.label for o in outfits)
        most, k = counted.most_common(1)[0]
        n = counted.total()
        locked = k / n >= LOCKED and wilson(k, n).low >= SURE
        yield Said(
            subject="outfit",
            word="confirmed" if locked or wilson(k, n).high < LOCKED else "suspect",
            outcome="locked" if locked else "free",
            says=f"{most} in {share(k, n)} pictures, {entropy(list(counted.values())):.1f} bits",
            n=len({o.cell.seed for o in outfits}),
            estimate=entropy(list(counted.values())),
            images=images_of(outfits),
            advice="vary the outfits of the training pictures" if locked else None,
        )
    if ratings:
        k, n = sum(o.label in EXPLICIT_LABELS for o in ratings), len(ratings)
        low, high = wilson(k, n)
        word: Word = (
            "confirmed"
            if low > EXPLICIT or high <= EXPLICIT
            else "suspect"
            if k
            else "undetermined"
        )
        yield Said(
            subject="rating",
            word=word,
            outcome="explicit" if k else "clean" if high <= EXPLICIT else "not_excluded",
            says=f"explicit in {share(k, n)} pictures (at most {high:.0%})",
            n=len({o.cell.seed for o in ratings}),
            estimate=k / n,
            interval=(low, high),
            images=images_of(o for o in ratings if o.label in EXPLICIT_LABELS),
            advice="name an outfit in prompts" if k else None,
        )
