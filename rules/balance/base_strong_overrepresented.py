"""BAL001 base-strong-overrepresented."""

from rules.evidence import evidence_of, graded, sources_of, upright_of
from rules.known_labels import known, label_of
from rules.model import Dataset, Picture
from rules.needs import FRAMED, PRIORS
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})
AXES = ("pose", "elevation", "view")


@record
class Options:
    """The budget."""

    max_share: float = option(0.1, "largest share of pictures spent on what the base draws anyway")


@rule("BAL001", Severity.WARNING, needs=(PRIORS, FRAMED))
def base_strong_overrepresented(dataset: Dataset, options: Options) -> Said:
    """Many pictures show nothing but what the base draws by itself.

    What it does:
        Takes the poses, angles and views that the base's profile calls strong and counts the
        pictures that have one and nothing to make up for it: no face or bust, no upright stand,
        no angle or view that the profile calls weak, and no label to which `wanted` gives a
        share. The base's strong traits of a character (a braid, a ribbon) cost no picture of
        their own and are not counted; BAL005 lists them.

    Why is this bad?
        Such a picture teaches its pose over and over, which the base could do, and the face in
        it is too small to teach the character. It also moves the trigger towards that pose.

    Example:
        20 of 60 pictures sit or run, full body. Keep a few, spend the rest on busts, turnarounds
        and whatever the base draws badly.

    Source:
        The account that this linter grew from: include only what the base cannot produce; the
        rest is lost to its own habits or comes out anyway. A tenth is this linter's own limit.
    """
    axes = dataset.vocabulary.axes
    strong = {
        (axis, label): claim.feature
        for claim in dataset.base.strong
        for name in claim.names
        for axis in AXES
        if (label := getattr(axes, axis).get(name))
    }
    weak = {
        (axis, label)
        for claim in dataset.base.weak
        for name in claim.names
        for axis in AXES
        if (label := getattr(axes, axis).get(name))
    }
    worth = weak | {
        (axis, label)
        for axis in AXES
        for label, share in getattr(dataset.spec.wanted, axis).items()
        if share
    }
    spent = [(p, kinds) for p in dataset.fed if (kinds := _spent_on(p, strong, worth))]
    total = len(dataset.fed)
    if len(spent) <= options.max_share * total:
        return
    number = len(spent)
    fewer = fewest(lambda k: number - k <= options.max_share * (total - k))
    features = dict.fromkeys(kind for _, kinds in spent for kind in kinds)
    sources = sources_of(picture.framing for picture in dataset.fed)
    yield Violation(
        message=f"{number} of {counted(total, 'picture')} ({number / total:.0%}) show nothing but "
        f"what {dataset.base.title} draws by itself: {quoted(features)} (framing: {sources})",
        evidence={
            "spent": number,
            "total": total,
            "features": list(features),
            "by": dict(sources.counts()),
        },
        advice=f"drop {fewer} of them to clear this, or put busts, upright turnarounds and low "
        "angles in their place",
        paths=tuple(picture.path for picture, _ in spent),
        severity=graded(dataset, sources, Severity.WARNING),
    )


def _spent_on(
    picture: Picture, strong: dict[tuple[str, str], str], worth: set[tuple[str, str]]
) -> list[str]:
    """The strong claims that a picture shows, none where it is worth its place otherwise."""
    framing = label_of(picture.framing)
    if framing is None or framing in CLOSE or label_of(upright_of(picture)) == "upright":
        return []
    shown = {(a, e.label) for a in AXES if (e := known(evidence_of(picture, a)))}
    return [] if shown & worth else [strong[found] for found in sorted(shown & strong.keys())]
