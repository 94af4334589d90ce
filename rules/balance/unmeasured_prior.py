"""BAL003 unmeasured-prior."""

from rules.balance.features import find_features
from rules.model import Dataset
from rules.needs import PRIORS
from rules.quoting import counted, some_of
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("BAL003", Severity.INFO, needs=(PRIORS,), profile="strict")
def unmeasured_prior(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Claims about the base that touch this dataset and that nobody has measured.

    What it does:
        Lists the features that the base's profile calls strong or weak, that this dataset
        declares or names in its captions, and whose claim rests on no probes: pictures drawn
        by the bare base and counted. All of them are one finding.

    Why is this bad?
        It need not be. But the budget (BAL005) cuts and adds pictures on the word of these
        claims. A claim by eye on one character may not hold for yours, and the dearest mistake
        is to leave out what the base does not draw after all.

    Example:
        `braid` is strong by the eye of one person. Draw 20 pictures with the bare base and a
        braid in the prompt before you leave out all braids.

    Source:
        The account that this linter grew from compared bare base and LoRA by eye, found the
        difference that way, and once took one seed's accident for a rule.
    """
    unmeasured = [f for f in find_features(dataset) if f.claimed and f.claimed[1].probes is None]
    if not unmeasured:
        return
    said = [f"`{f.name}` ({f.claimed[0]})" for f in unmeasured if f.claimed]
    naming = {picture.path for feature in unmeasured for picture in feature.pictures}
    yield Violation(
        message=f"{counted(len(unmeasured), 'feature')} of this set with a claim of "
        f"{dataset.base.title} that no probe has measured: {some_of(said)}",
        evidence={
            "base": dataset.base.id,
            "claims": [
                {
                    "feature": feature.name,
                    "claim": claim.feature,
                    "prior": prior,
                    "pictures": len(feature.pictures),
                    "evidence": claim.evidence,
                    "date": claim.date,
                }
                for feature in unmeasured
                if feature.claimed
                for prior, claim in (feature.claimed,)
            ],
        },
        advice="before you cut or leave out pictures on its word, draw some 20 with the bare "
        "base and count",
        paths=tuple(picture.path for picture in dataset.fed if picture.path in naming),
    )
