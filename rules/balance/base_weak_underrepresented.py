"""BAL002 base-weak-underrepresented."""

from rules.balance.features import Feature, find_features
from rules.evidence import Sources, graded, sources_of
from rules.known_labels import label_of
from rules.model import Dataset, Picture
from rules.needs import CAPTIONS, FRAMED, PRIORS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Abstention, Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})


@record
class Options:
    """What counts as large, and how many are enough."""

    min_share: float = option(0.3, "least share of pictures that show the feature large")
    min_head: int = option(160, "least height of the head in the stored picture, in pixels")
    max_scale: float = option(1.25, "largest enlargement by the bucket")


@rule("BAL002", Severity.WARNING, needs=(PRIORS, CAPTIONS, FRAMED))
def base_weak_underrepresented(dataset: Dataset, options: Options) -> Said:
    """A feature that the base cannot draw, and too few pictures that show it large.

    What it does:
        Takes the features that the base's profile calls weak and that dataset.yaml declares or
        captions name (angles and poses are other rules' business), and counts the pictures that
        show them large: a caption names the feature (an absorbed one: the trigger stands for
        it), it is a face or a bust, the bucket enlarges it at most `max_scale` times, and the
        head, where a classifier measured it, is at least `min_head` pixels high. A cowboy shot
        counts where its head is known to be that high. Under `min_share` of all captioned
        pictures it warns; where the size is unknown, a picture counts for the feature.

    Why is this bad?
        What the base draws by itself comes out of few pictures. What it does not draw stays
        weak however long the training, unless many pictures show it at a size that survives
        the autoencoder.

    Example:
        Hair intakes in prose only, and 26 busts of 495 px, enlarged twice: large in none of 70.
        Draw the busts anew at the training size, with the intakes exaggerated.

    Source:
        The account that this linter grew from: intakes stayed at 3 of 5 points from epoch 20 to
        90, and every detail grew with its size in the picture. One character; the share, the
        head and the enlargement are this linter's own limits.
    """
    for feature in find_features(dataset):
        if feature.claimed and feature.claimed[0] == "weak" and not _of_camera(dataset, feature):
            yield from _judge(dataset, feature, options)


def _of_camera(dataset: Dataset, feature: Feature) -> bool:
    axes = dataset.vocabulary.axes
    return any(
        name in axis for name in feature.names for axis in (axes.view, axes.elevation, axes.pose)
    )


def _judge(dataset: Dataset, feature: Feature, options: Options) -> Said:
    total = len(dataset.captioned)
    sizes = {picture.path: _is_large(picture, options) for picture in feature.pictures}
    large = sum(found is True for found in sizes.values())
    unknown = sum(found is None for found in sizes.values())
    if unknown:
        reason = f"how large `{feature.name}` is shown is unknown"
        yield Abstention(reason=reason, count=unknown, total=total)
    if large + unknown >= options.min_share * total:
        return
    sources: Sources = sources_of(picture.framing for picture in feature.pictures)
    more = fewest(lambda k: large + k >= options.min_share * (total + k)) or 0
    small = fewest(lambda k: large + k >= options.min_share * total) or 0
    yield Violation(
        message=f"`{feature.name}`, which {dataset.base.title} hardly draws, is large in {large} "
        f"of {counted(total, 'picture')} and named in {len(feature.pictures)} ({sources})",
        evidence={
            "feature": feature.name,
            "large": large,
            "size_unknown": unknown,
            "named": len(feature.pictures),
            "total": total,
            "min_share": options.min_share,
            "by": dict(sources.counts()),
        },
        advice=f"add {counted(more, 'face or bust', 'faces or busts')} with it, large and at the "
        f"training size, to clear this, or redraw {small} of the small ones; exaggerate it",
        paths=tuple(p.path for p in feature.pictures if sizes[p.path] is not True)
        or tuple(p.path for p, _ in dataset.captioned),
        severity=graded(dataset, sources, Severity.WARNING),
        key=feature.name,
    )


def _is_large(picture: Picture, options: Options) -> bool | None:
    """Whether a picture shows a detail of the head large, None where nobody can tell."""
    framing = label_of(picture.framing)
    if framing is None or picture.placement is None or picture.size is None:
        return None
    if framing == "full" or picture.placement.scale > options.max_scale:
        return False
    height = picture.seen.head_height if picture.seen else None
    if height is None:
        return framing in CLOSE
    return height * picture.size[1] >= options.min_head
