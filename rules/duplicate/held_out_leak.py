"""DUP006 held-out-leak."""

from rules.duplicate.near_duplicate import Distance
from rules.duplicate.two_signals import Looks, look_of
from rules.model import Dataset
from rules.needs import HELD_OUT, MEASURED, PHASH
from rules.quoting import counted, quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """How near is too near."""

    distance: Distance = option(5, "bits of 64 in which two perceptual hashes may differ")


@rule("DUP006", Severity.ERROR, needs=(HELD_OUT, MEASURED, PHASH))
def held_out_leak(dataset: Dataset, options: Options) -> Said:
    """An evaluation reference that is trained as well.

    What it does:
        Compares the pictures that `held_out` names with those that are trained. The same pixels
        are an error; so is a perceptual hash within `distance` of 64 bits where framing, view
        and expression (of full bodies the pose) are known, by a person's or a classifier's eye,
        and agree. On the hash alone it is a warning.

    Why is this bad?
        A score against a picture from the training set rewards learning it by heart. The epoch
        that it picks is the one that overfits.

    Example:
        `reference/face.png` is `bust/0001.png`, recompressed. Take one of them out.

    Source:
        What users of evaluation tools ran into; common practice in machine learning.
    """
    looks = Looks(dataset, dataset.fed, options.distance)
    by_pixels = {
        picture.file.pixels: picture
        for picture in dataset.fed
        if picture.file and picture.file.pixels
    }
    blind = 0
    for reference in dataset.held_out:
        if reference.file is None or reference.file.phash is None:
            blind += 1
            continue
        look = look_of(reference, {})
        same = by_pixels.get(reference.file.pixels or "")
        near = dict.fromkeys(looks.alike(look))
        alike = {p.path: p for other in near for p in looks.pictures[other]}
        if same:
            alike[same.path] = same
        if not alike:
            continue
        sure = same is not None or (look.sure and all(other.sure for other in near))
        how = "has the pixels of" if same else "looks like"
        yield Violation(
            message=f"held-out `{reference.path}` {how} {quoted(sorted(alike))}, which "
            f"{'is' if len(alike) == 1 else 'are'} trained",
            evidence={
                "reference": reference.path,
                "trained": [*sorted(alike)],
                "same_pixels": same is not None,
                "second_signal": sure,
            },
            advice="take it out of the training set, or hold out another reference",
            paths=(reference.path, *sorted(alike)),
            severity=Severity.ERROR if sure else Severity.WARNING,
            picture=reference.sha256,
        )
    if blind:
        total = len(dataset.held_out)
        reason = f"{counted(blind, 'held-out picture')} could not be measured"
        yield Abstention(reason=reason, count=blind, total=total)
