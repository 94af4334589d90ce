"""MIS001 pose-mismatch."""

from rules.known_labels import known, label_of
from rules.mismatch.contradiction import WHOLE, Pixels, mismatches, uncompared, violation
from rules.model import Dataset
from rules.needs import CAPTIONS, LOOKED_AT
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity


@record
class Options:
    """When a classifier is believed."""

    min_p: float = option(0.9, "least probability of what a classifier saw")


@rule("MIS001", Severity.WARNING, needs=(CAPTIONS, LOOKED_AT))
def pose_mismatch(dataset: Dataset, options: Options) -> Said:
    """The caption names another stance than the picture shows.

    What it does:
        Compares the pose that tags and sentences declare, and `standing`, with what a person
        labelled or a classifier saw with at least `min_p`, in cowboy shots and full bodies.
        It is a mismatch if the one is on her feet and the other is not, or if the one stands
        upright and the other walks, runs or, by the caption's word for upright, poses. A sit and
        a kneel, a walk and a pose are neighbours. While no 30 labelled pictures have tested the
        classifier, its word is an info.

    Why is this bad?
        The tag learns the pose that the picture has, and the pose in the tag's name cannot be
        called up any more.

    Example:
        `sitting` on a picture in which she stands. Write what she does.

    Source:
        Computed from the two readings; no fix is made without asking, for either may be wrong.
        `standing` on a pose is MIS004.
    """
    yield from uncompared(dataset, "pose")
    narrow = dataset.vocabulary.entails.leaves_open["pose"]
    for found, told in mismatches(dataset, ("pose",), options.min_p):
        if label_of(found.picture.framing) in WHOLE:
            yield violation(dataset, found, (declared.words for declared in told))
    for picture, caption in dataset.captioned:
        shown = known(picture.pose)
        if shown is None or shown.source == "declared" or picture.declared.get("pose"):
            continue
        words = [tag for tag in caption.tags if shown.label not in narrow.get(tag, (shown.label,))]
        believed = shown.source == "labelled" or (shown.p or 0.0) >= options.min_p
        if words and believed and label_of(picture.framing) in WHOLE:
            yield violation(dataset, Pixels(picture, "pose", shown, ()), words)
