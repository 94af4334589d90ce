"""DUP002 near-duplicate."""

from typing import Annotated

from pydantic import Field

from rules.duplicate.clusters import Clusters, cluster_key, members_by_path
from rules.duplicate.two_signals import Look, Looks
from rules.model import Dataset
from rules.needs import MEASURED, PHASH
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation

Distance = Annotated[int, Field(ge=0, le=16)]


@record
class Options:
    """How near is too near."""

    distance: Distance = option(5, "bits of 64 in which two perceptual hashes may differ")


@rule("DUP002", Severity.WARNING, needs=(MEASURED, PHASH))
def near_duplicate(dataset: Dataset, options: Options) -> Said:
    """Pictures that a perceptual hash can hardly tell apart.

    What it does:
        Compares the perceptual hashes of all pictures that are trained, links those that differ
        in at most `distance` of 64 bits, and reports each cluster of linked pictures once. The
        second signal is what eyes say: pictures whose labels, by a person or a classifier, differ
        in framing, view, elevation, pose or expression are not linked, nor are those whose
        captions name different outfits. Where framing, view and the expression (of full bodies
        the pose) are known, it is a warning, else an info. Of pictures with identical pixels it
        takes one; the others are DUP001's.

    Why is this bad?
        Resized and recompressed copies weigh as much as new pictures and teach nothing new.
        Ten frames of one pose make that pose the character's own.

    Example:
        `012.png` and `012-upscaled.png`. Keep the better one.

    Source:
        The distance is the one that dataset tools commonly use for 64 bits. The hash sees
        layout and light, not content: in a set of one character on one background, different
        expressions look alike to it. So a second signal must agree before it warns.
    """
    looks = Looks(dataset, dataset.fed, options.distance)
    clusters = Clusters[Look]()
    for look in looks.pictures:
        for other in looks.alike(look):
            clusters.join(look, other)
    for cluster in clusters.groups():
        pictures = members_by_path(cluster, looks.pictures)
        if len(pictures) == 1:
            continue
        first = pictures[0]
        start = int(first.file.phash, 16) if first.file and first.file.phash else 0
        farthest = max((start ^ look.hash).bit_count() for look in cluster)
        sure = all(look.sure for look in cluster)
        yield Violation(
            message=f"{len(pictures)} of {counted(len(dataset.fed), 'picture')} look alike: at "
            f"most {farthest} of 64 bits apart from {quoted([first.path])}"
            + (", and show the same" if sure else ""),
            evidence={
                "pictures": len(pictures),
                "total": len(dataset.fed),
                "farthest": farthest,
                "distance": options.distance,
                "second_signal": sure,
            },
            advice="look at them side by side, and keep more than one only where each shows "
            "something of its own",
            paths=tuple(picture.path for picture in pictures),
            severity=Severity.WARNING if sure else Severity.INFO,
            key=cluster_key(pictures),
        )
