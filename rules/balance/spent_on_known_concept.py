"""BAL004 spent-on-known-concept."""

from rules.balance.features import find_features
from rules.model import Dataset
from rules.needs import CAPTIONS, PRIORS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When the base knows a concept, and how many pictures it may cost."""

    min_rate: float = option(0.8, "least share of probes in which the bare base drew it")
    min_probes: int = option(8, "least number of probes")
    max_share: float = option(0.1, "largest share of pictures that name it")


@rule("BAL004", Severity.INFO, needs=(PRIORS, CAPTIONS))
def spent_on_known_concept(dataset: Dataset, options: Options) -> Said:
    """Pictures for a concept that the base was measured to draw from its words alone.

    What it does:
        Takes the claims of the base's profile that rest on at least `min_probes` pictures drawn
        by the bare base, of which `min_rate` or more showed the concept, and counts the captions
        that name it. Features that dataset.yaml declares are the character's own and left out,
        and so are claims by eye (BAL003).

    Why is this bad?
        It need not be. But a concept that a prompt calls up without any LoRA needs no pictures,
        and those that are there bring their poses and backgrounds.

    Example:
        `from above` in 12 of 60 captions, while the base drew it in 19 of 20 probes.

    Source:
        The account that this linter grew from compared bare base and LoRA on the same prompts.
        The limits are this linter's own.
    """
    total = len(dataset.captioned)
    for feature in find_features(dataset):
        if feature.declared or not feature.claimed or feature.claimed[0] != "strong":
            continue
        claim, number = feature.claimed[1], len(feature.pictures)
        if claim.probes is None or claim.rate is None or claim.probes < options.min_probes:
            continue
        if claim.rate < options.min_rate or number <= options.max_share * total:
            continue
        fewer = fewest(lambda k, n=number: n - k <= options.max_share * (total - k))  # type: ignore[misc]
        yield Violation(
            message=f"`{feature.name}` in {number} of {counted(total, 'caption')} "
            f"({number / total:.0%}), while {dataset.base.title} draws it by itself in "
            f"{claim.rate:.0%} of {claim.probes} probes",
            evidence={
                "feature": feature.name,
                "pictures": number,
                "total": total,
                "probes": claim.probes,
                "rate": claim.rate,
            },
            advice=f"drop {fewer} of them to clear this, or keep them for what else they show",
            paths=tuple(picture.path for picture in feature.pictures),
            key=feature.name,
        )
