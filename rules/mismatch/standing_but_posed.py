"""MIS004 standing-but-posed."""

from collections import Counter

from rules.evidence import sources_of, upright_of, wants
from rules.known_labels import known, label_of
from rules.model import Dataset
from rules.needs import CAPTIONS, FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """How many are a pattern."""

    max_share: float = option(
        0.1, "largest share of full bodies with `standing` that may stand otherwise"
    )


@rule("MIS004", Severity.WARNING, needs=(CAPTIONS, FRAMED))
def standing_but_posed(dataset: Dataset, options: Options) -> Said:
    """`standing` on full bodies that do not stand upright.

    What it does:
        Takes the full bodies tagged `standing` of which a person or a classifier tells whether
        they stand upright, and lists those that do not. Captions' own words do not count here.
        Up to `max_share` of them are let pass. Nothing is said where `wanted` names poses
        without `upright`. While no 30 labelled pictures have tested the classifier, its word is
        an info. The finding is one for the whole set: the tag is not false (she is on her feet),
        it is not clean.

    Why is this bad?
        It is where the trouble with `standing` begins: the tag is put on whatever is no sit and
        no walk, and means "some pose" in the end. Of all tags it is the one that should call up
        a neutral stand.

    Example:
        `standing` on a figure with a hand on her hip. Say `hand on own hip`, and leave
        `standing` to upright pictures.

    Source:
        The account that this linter grew from: `standing` came out posed, since the pictures
        that bore it were. COV003 asks the same of sets that have upright pictures, CON002
        whether there is any counterexample.
    """
    if not wants(dataset, "pose", "upright"):
        return
    tagged = [
        picture
        for picture, caption in dataset.captioned
        if "standing" in caption.tags and label_of(picture.framing) == "full"
    ]
    judged = [
        (picture, evidence)
        for picture in tagged
        if (evidence := known(upright_of(picture))) and evidence.source != "declared"
    ]
    if len(judged) < len(tagged):
        lost = len(tagged) - len(judged)
        yield Abstention(reason="nobody has looked at the pose", count=lost, total=len(tagged))
    against = [(p, evidence) for p, evidence in judged if evidence.label != "upright"]
    posed = [picture for picture, _ in against]
    if len(posed) <= options.max_share * len(judged):
        return
    sources = sources_of(evidence for _, evidence in judged)
    poses = Counter(label_of(picture.pose) or "not upright" for picture in posed)
    said = ", ".join(f"{pose} {number}" for pose, number in poses.most_common())
    # Labels of those that do stand upright vouch for no other picture.
    trusted = sources_of(evidence for _, evidence in against).trusted(dataset) == len(posed)
    yield Violation(
        message=f"{len(posed)} of {counted(len(judged), 'full body', 'full bodies')} tagged "
        f"`standing` do not stand upright: {said} ({sources})",
        evidence={
            "judged": len(judged),
            "posed": len(posed),
            "poses": dict(poses),
            "by": dict(sources.counts()),
        },
        advice=f"take `standing` off {counted(len(posed), 'picture')} and say there what they "
        "do, or redraw them upright",
        paths=tuple(picture.path for picture in posed),
        severity=Severity.WARNING if trusted else Severity.INFO,
    )
