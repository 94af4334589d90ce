"""COV014 unclassified-pictures."""

from rules.coverage.shown import full_bodies
from rules.evidence import sources_of, upright_of
from rules.model import Dataset
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """How much may be unclear."""

    max_share: float = option(
        0.15, "largest share of pictures without a known framing, or of full bodies without a pose"
    )


@rule("COV014", Severity.WARNING)
def unclassified_pictures(dataset: Dataset, options: Options) -> Said:
    """Pictures of which neither a label nor a classifier nor the caption tells what they show.

    What it does:
        Counts the pictures whose framing nobody labelled, no classifier was sure of and no
        caption names, and the full bodies whose pose is in the same state (`standing` names no
        pose). Where either share is over `max_share`, verdicts about coverage are one step
        milder than they would be.

    Why is this bad?
        What nobody knows, no rule can miss: a set whose backs and sides are unclassified passes
        or fails by accident.

    Example:
        20 of 60 full bodies with no known pose. Name the pose in the captions (it helps the
        training too), label them in `labels.json`, or let a classifier look at them.

    Source:
        Computed: with 15% unclear, a view that seems to be missing may well be among those.
    """
    framings = sources_of(picture.framing for picture in dataset.fed)
    full = full_bodies(dataset)
    poses = sources_of(upright_of(picture) for picture in full)
    parts, paths = [], []
    if framings.unclear > options.max_share * framings.total:
        parts.append(f"{framings.unclear} of {counted(framings.total, 'picture')} without framing")
        paths += [p.path for p in dataset.fed if p.framing is None or p.framing.abstained]
    if poses.unclear > options.max_share * poses.total:
        said = counted(poses.total, "full body", "full bodies")
        parts.append(f"{poses.unclear} of {said} without pose")
        paths += [p.path for p in full if (e := upright_of(p)) is None or e.abstained]
    if parts:
        yield Violation(
            message=f"nobody tells what they show: {', '.join(parts)}",
            evidence={"framing": dict(framings.counts()), "pose": dict(poses.counts())},
            advice="name framing and pose in the captions, label the pictures in labels.json, or "
            "let a classifier look at them",
            paths=tuple(dict.fromkeys(paths)),
        )
