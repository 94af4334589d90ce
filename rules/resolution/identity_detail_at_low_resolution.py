"""RES003 identity-detail-at-low-resolution."""

import statistics

from rules.evidence import graded, sources_of
from rules.known_labels import label_of
from rules.model import Dataset
from rules.needs import FRAMED, PLACED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})


@record
class Options:
    """When detail is blown up, and how much of it."""

    max_scale: float = option(1.25, "largest enlargement by the bucket")
    max_share: float = option(0.1, "largest share of faces and busts over it")
    error_share: float = option(0.5, "share of faces and busts over it from which it is an error")


@rule("RES003", Severity.WARNING, needs=(PLACED, FRAMED))
def identity_detail_at_low_resolution(dataset: Dataset, options: Options) -> Said:
    """Faces and busts, which carry the identity, are enlarged for training.

    What it does:
        Takes the faces and busts that are trained and counts those that the trainer's bucket
        enlarges more than `max_scale` times. Over `max_share` of them is a warning, from
        `error_share` an error.

    Why is this bad?
        Eyes, bangs and hair ornaments are learned where they are large. Blown up from a small
        file they are soft, and the LoRA learns soft ones: the colour lands, the face does not.

    Example:
        26 of 26 busts at 495x495, enlarged 2.07 times. Draw or export them anew at 1024x1024.

    Source:
        The account that this linter grew from: all 26 busts had some 495 px, its author saw the
        face and the hair intakes stop short of the target and planned to bake again at a higher
        resolution. RES002 tells of enlargement anywhere; 1.25 is its limit for a warning.
    """
    close = [p for p in dataset.fed if label_of(p.framing) in CLOSE and p.placement]
    blown = [p for p in close if p.placement and p.placement.scale > options.max_scale]
    share = len(blown) / len(close) if close else 0.0
    if share <= options.max_share:
        return
    sources = sources_of(picture.framing for picture in close)
    median = statistics.median(p.placement.scale for p in blown if p.placement)
    number, total = len(blown), len(close)
    redrawn = fewest(lambda k: number - k <= options.max_share * total)
    yield Violation(
        message=f"{number} of {counted(total, 'face or bust', 'faces and busts')} ({share:.0%}) "
        f"are enlarged over {options.max_scale} times, {median:.2f} times in the middle "
        f"({sources})",
        evidence={
            "enlarged": number,
            "close": total,
            "median_scale": round(median, 4),
            "by": dict(sources.counts()),
        },
        advice=f"draw or export {redrawn} of them anew at the training size to clear this; "
        "enlarging the files adds nothing",
        paths=tuple(picture.path for picture in blown),
        severity=graded(
            dataset,
            sources,
            Severity.ERROR if share >= options.error_share else Severity.WARNING,
        ),
    )
