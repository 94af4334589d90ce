"""DUP003 mirrored-duplicate."""

from collections.abc import Mapping

from rules.duplicate.clusters import Clusters, cluster_key, members_by_path
from rules.duplicate.near_duplicate import Distance
from rules.duplicate.two_signals import Look, Looks
from rules.model import Dataset
from rules.needs import MEASURED, PHASH
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How near is too near."""

    distance: Distance = option(5, "bits of 64 in which a hash and a mirrored one may differ")


@rule("DUP003", Severity.ERROR, needs=(MEASURED, PHASH))
def mirrored_duplicate(dataset: Dataset, options: Options) -> Said:
    """Pictures that are alike once one of them is mirrored.

    What it does:
        Compares the perceptual hash of each picture with the hashes of the others mirrored left
        to right, and reports linked pictures as one cluster. The second signal is DUP002's: what
        eyes and captions say must not differ, with left views for right ones. Pictures that are
        alike without mirroring are DUP002's. Features that `subject.handed` declares are named,
        and with them it is an error where people labelled framing, view and the expression (of
        full bodies the pose), a warning where a classifier saw them, else an info: a character
        without a side may well be drawn from both.

    Why is this bad?
        A mirrored copy teaches that a side ponytail, a hair clip or an eye patch may be on
        either side, and the LoRA then tosses for it. It also doubles the picture's weight.

    Example:
        `021.png` and `021_flip.png`, of a character whose ponytail is to the viewer's right.
        Delete the one in which it is to the left.

    Source:
        The account that this linter grew from: the side of a ponytail came last, after some 150
        epochs, for one character on two bases. The distance is DUP002's.
    """
    looks = Looks(dataset, dataset.fed, options.distance)
    clusters = Clusters[Look]()
    for look, pictures in looks.pictures.items():
        mirrored = {p.file.phash_mirrored for p in pictures if p.file and p.file.phash_mirrored}
        for other in (o for text in mirrored for o in looks.alike(look.mirrored(int(text, 16)))):
            if (look.hash ^ other.hash).bit_count() > options.distance:
                clusters.join(look, other)
    handed = dataset.spec.subject.handed
    for cluster in clusters.groups():
        alike = members_by_path(cluster, looks.pictures)
        sure = all(look.sure for look in cluster)
        labelled = all(p.view is not None and p.view.source == "labelled" for p in alike)
        worst = Severity.ERROR if labelled else Severity.WARNING
        severity = worst if handed and sure else Severity.INFO
        yield Violation(
            message=f"{len(alike)} of {counted(len(dataset.fed), 'picture')} are alike once "
            f"mirrored{', and show the same' if sure else ''}{_sides(handed)}",
            evidence={
                "pictures": len(alike),
                "total": len(dataset.fed),
                "distance": options.distance,
                "handed": dict(handed),
                "second_signal": sure,
            },
            advice="look at them, and delete those that show it on the wrong side"
            if handed
            else "look at them, and keep one unless the mirrored one was drawn anew",
            paths=tuple(picture.path for picture in alike),
            severity=severity,
            key=cluster_key(alike),
        )


def _sides(handed: Mapping[str, str]) -> str:
    if not handed:
        return ""
    said = (f"`{feature}` to the viewer's {side}" for feature, side in handed.items())
    return f", and the character has {', '.join(said)}"
