"""RES008 small-apparent-feature."""

from rules.evidence import Sources, graded
from rules.model import Dataset, Picture
from rules.needs import CAPTIONS, HEADS, PLACED
from rules.pictures_naming import pictures_naming
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.terms import normal
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """From which size a head can be learned."""

    min_pixels: int = option(32, "least height of the head at the training size, in pixels")


@rule("RES008", Severity.WARNING, needs=(PLACED, CAPTIONS, HEADS))
def small_apparent_feature(dataset: Dataset, options: Options) -> Said:
    """A feature that no picture shows large enough to learn.

    What it does:
        For each feature of `absorb`, `prose_only` and `structure`, takes the pictures whose
        captions name it (of an absorbed one: all) and the height of the head in them, as a
        classifier measured it, scaled to the training size. If it is under `min_pixels` in every
        one of them, the feature is reported.

    Why is this bad?
        The autoencoder makes one cell of 8 pixels: a head of 32 is four cells high, and a ribbon
        on it less than one. Nothing of it reaches the training.

    Example:
        A scarf that is only named in wide shots. Draw it once in a bust.

    Source:
        The account that this linter grew from: the same ribbon shrank and grew with the head in
        the picture. The limit is computed: four cells of the autoencoder.
    """
    subject = dataset.spec.subject
    terms = {normal(term): (normal(term),) for term in (*subject.prose_only, *subject.structure)}
    shown = pictures_naming(dataset, terms)
    shown |= {normal(term): tuple(p for p, _ in dataset.captioned) for term in subject.absorb}
    for feature, pictures in shown.items():
        heights = {p.path: height for p in pictures if (height := _head(p)) is not None}
        if len(heights) < len(pictures):
            lost = len(pictures) - len(heights)
            reason = f"the head's height is unknown where `{feature}` is shown"
            yield Abstention(reason=reason, count=lost, total=len(pictures))
            continue
        if not heights or max(heights.values()) >= options.min_pixels:
            continue
        sources = Sources(seen=len(heights))
        yield Violation(
            message=f"`{feature}`: in all {counted(len(heights), 'picture')} with it the head is "
            f"at most {max(heights.values()):.1f} px high at the training size ({sources})",
            evidence={
                "feature": feature,
                "pictures": len(heights),
                "largest_head": round(max(heights.values()), 1),
                "by": dict(sources.counts()),
            },
            advice=f"add 1 picture with a head of {options.min_pixels} px or more to clear this; "
            "best a bust that shows it large",
            paths=tuple(heights),
            severity=graded(dataset, sources, Severity.WARNING),
            key=feature,
        )


def _head(picture: Picture) -> float | None:
    """Height of the head at the training size, in pixels."""
    if picture.seen is None or picture.seen.head_height is None:
        return None
    if picture.size is None or picture.placement is None:
        return None
    return picture.seen.head_height * picture.size[1] * picture.placement.scale
