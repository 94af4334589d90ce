"""BAL005 budget."""

from typing import Any

from rules.balance.features import Feature, find_features
from rules.known_labels import label_of
from rules.model import Dataset, Picture
from rules.needs import CAPTIONS, FEATURES
from rules.quoting import counted, some_of
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})
VERDICTS = ("add", "cut", "keep")


@record
class Options:
    """Where the verdicts part."""

    max_strong_share: float = option(
        0.1, "largest share of pictures for a view or pose that the base draws by itself"
    )
    min_weak_share: float = option(
        0.3, "least share of pictures that show large a feature which the base does not draw"
    )
    max_scale: float = option(1.25, "enlargement by the bucket up to which detail counts as large")
    few_pictures: int = option(4, "least number of pictures for any other feature")


@rule("BAL005", Severity.INFO, needs=(FEATURES, CAPTIONS))
def budget(dataset: Dataset, options: Options) -> Said:
    """What the pictures are spent on: one row per feature, with cut, keep or add.

    What it does:
        Takes every declared feature (`absorb`, `structure`, `prose_only`, `outfits`,
        `handed`) and every feature that the base's profile calls strong or weak and a caption
        names. A row holds the pictures (by their captions; of an absorbed feature, those with
        the trigger), how many show it large (a face or bust that the bucket does not enlarge
        beyond `max_scale`), what the base makes of it, and a verdict. *add*: a weak feature
        large in under `min_weak_share` of the pictures, or any other one that the base does
        not draw in fewer than `few_pictures`. *cut*: a strong view, angle or pose in over
        `max_strong_share`. *keep*: the rest. A strong trait of the character is kept, for the
        pictures show it anyway; it only needs none of its own.

    Why is this bad?
        It is no fault but a table to plan with. Pictures for what the base draws anyway teach
        their poses and backgrounds along with it; what the base cannot draw stays weak unless
        many pictures show it large.

    Example:
        `hair intakes`, weak, large in 0 of 70: draw busts at the full training size that
        exaggerate them.

    Source:
        The account that this linter grew from: braid and ribbon came out of a few pictures, the
        intakes stayed at 3 of 5 points with 70, and details grow with their size in the
        picture. The limits are this linter's own and rest on two characters.
    """
    features = find_features(dataset)
    if not features:
        return
    total = len(dataset.captioned)
    rows = [_row(dataset, feature, options) for feature in features]
    parts = []
    for verdict in VERDICTS:
        said = [_said(row, total) for row in rows if row["verdict"] == verdict]
        if said:
            parts.append(f"{verdict} {some_of(said)}")
    yield Violation(
        message=f"{counted(len(rows), 'feature')}: {'; '.join(parts)}",
        evidence={"pictures": total, "rows": list(rows)},
        advice="spend new pictures on the rows that say add, large and at full size; take "
        "pictures out for those that say cut; see the evidence for every row",
        paths=tuple(picture.path for picture, _ in dataset.captioned),
    )


def _row(dataset: Dataset, feature: Feature, options: Options) -> dict[str, Any]:
    total, number = len(dataset.captioned), len(feature.pictures)
    prior = feature.claimed[0] if feature.claimed else "unknown"
    axes = dataset.vocabulary.axes
    camera = any(
        name in axis
        for name in feature.names
        for axis in (axes.framing, axes.view, axes.elevation, axes.pose)
    )
    large, unknown = _apparent_size(feature.pictures, options.max_scale)
    if prior == "strong":
        verdict = "cut" if camera and number / total > options.max_strong_share else "keep"
    elif prior == "weak" and not camera:
        # Where the size is unknown nobody is sent to draw what may be there.
        verdict = "add" if (large + unknown) / total < options.min_weak_share else "keep"
    else:
        verdict = "add" if number < options.few_pictures else "keep"
    return {
        "feature": feature.name,
        "declared": feature.declared,
        "pictures": number,
        "large": None if camera or unknown == number else large,
        "size_unknown": unknown,
        "prior": prior,
        "probes": feature.claimed[1].probes if feature.claimed else None,
        "verdict": verdict,
    }


def _apparent_size(pictures: tuple[Picture, ...], max_scale: float) -> tuple[int, int]:
    """How many show a detail large, and of how many nobody can tell."""
    large = unknown = 0
    for picture in pictures:
        framing = label_of(picture.framing)
        if framing is None or picture.placement is None:
            unknown += 1
        elif framing in CLOSE and picture.placement.scale <= max_scale:
            large += 1
    return large, unknown


def _said(row: dict[str, Any], total: int) -> str:
    size = ""
    if row["prior"] == "weak" and row["large"] is not None:
        size = f", large in {row['large']:,}"
    return f"`{row['feature']}` ({row['prior']}, {row['pictures']:,} of {total:,}{size})"
