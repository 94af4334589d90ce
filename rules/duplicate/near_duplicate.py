"""DUP002 near-duplicate."""

from typing import Annotated

from pydantic import Field

from rules.duplicate.clusters import (
    Clusters,
    NearHashes,
    cluster_key,
    distinct_by_hash,
    members_by_path,
)
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


@rule("DUP002", Severity.INFO, needs=(MEASURED, PHASH))
def near_duplicate(dataset: Dataset, options: Options) -> Said:
    """Pictures that a perceptual hash can hardly tell apart.

    What it does:
        Compares the perceptual hashes of all pictures that are trained, links those that differ
        in at most `distance` of 64 bits, and reports each cluster of linked pictures once. Of
        pictures with identical pixels it takes one; the others are DUP001's.

    Why is this bad?
        Resized and recompressed copies weigh as much as new pictures and teach nothing new.
        Ten frames of one pose make that pose the character's own.

    Example:
        `012.png` and `012-upscaled.png`. Keep the better one.

    Source:
        The distance is the one that dataset tools commonly use for 64 bits. The hash sees
        layout and light, not content: in a set of one character on one background, different
        expressions look alike to it. So this is an info until a second signal agrees.
    """
    by_hash = distinct_by_hash(dataset.fed)
    near, clusters = NearHashes(by_hash, options.distance), Clusters()
    for value in by_hash:
        for other in near.near(value):
            clusters.join(value, other)
    for cluster in clusters.groups():
        pictures = members_by_path(cluster, by_hash)
        if len(pictures) == 1:
            continue
        first = pictures[0]
        start = int(first.file.phash, 16) if first.file and first.file.phash else 0
        farthest = max((start ^ value).bit_count() for value in cluster)
        yield Violation(
            message=f"{len(pictures)} of {counted(len(dataset.fed), 'picture')} look alike: at "
            f"most {farthest} of 64 bits apart from {quoted([first.path])}",
            evidence={
                "pictures": len(pictures),
                "total": len(dataset.fed),
                "farthest": farthest,
                "distance": options.distance,
            },
            advice="look at them side by side, and keep more than one only where each shows "
            "something of its own",
            paths=tuple(picture.path for picture in pictures),
            key=cluster_key(pictures),
        )
