"""RES007 busts-worse-than-bodies."""

import math
import statistics

from rules.evidence import graded, sources_of
from rules.known_labels import label_of
from rules.model import Dataset, Picture
from rules.needs import FRAMED, SIZE
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})


@record
class Options:
    """How much smaller is too small."""

    min_ratio: float = option(
        0.67, "least ratio of the median sizes (square root of the area), close ones to full bodies"
    )


@rule("RES007", Severity.WARNING, needs=(SIZE, FRAMED))
def busts_worse_than_bodies(dataset: Dataset, options: Options) -> Said:
    """Faces and busts have fewer pixels than full bodies.

    What it does:
        Compares the median size of faces and busts, as stored, with that of full bodies: the
        side of a square with as many pixels. Under `min_ratio` it warns.

    Why is this bad?
        All of them are trained at one size, so the better half of the detail goes to clothes
        and legs, and the identity is learned from the worse half. Often it means that busts are
        crops of a larger drawing, which could be exported anew.

    Example:
        Busts of 495x495 beside full bodies of 832x1216 (1006 px as a square): a ratio of .49.

    Source:
        The account that this linter grew from had just these sizes. Two thirds is this linter's
        own limit.
    """
    close = [p for p in dataset.fed if label_of(p.framing) in CLOSE and p.size]
    full = [p for p in dataset.fed if label_of(p.framing) == "full" and p.size]
    if not close or not full:
        return
    near, far = _median(close), _median(full)
    if near >= options.min_ratio * far:
        return
    sources = sources_of(picture.framing for picture in (*close, *full))
    yield Violation(
        message=f"{counted(len(close), 'face or bust', 'faces and busts')} of {near:.0f} px "
        f"against {counted(len(full), 'full body', 'full bodies')} of {far:.0f} px in the middle "
        f"({near / far:.0%}; {sources})",
        evidence={
            "close": len(close),
            "full": len(full),
            "median_close": round(near, 1),
            "median_full": round(far, 1),
            "by": dict(sources.counts()),
        },
        advice=f"draw or export half of the faces and busts at {options.min_ratio * far:.0f} px or "
        "more to clear this, best at the training size",
        paths=tuple(p.path for p in close if p.size and _side(p.size) < options.min_ratio * far),
        severity=graded(dataset, sources, Severity.WARNING),
    )


def _median(pictures: list[Picture]) -> float:
    return statistics.median(_side(picture.size) for picture in pictures if picture.size)


def _side(size: tuple[int, int]) -> float:
    """The side of a square with as many pixels."""
    return math.sqrt(size[0] * size[1])
