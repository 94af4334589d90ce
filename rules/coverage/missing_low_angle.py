"""COV005 missing-low-angle."""

from rules.coverage.shown import shown
from rules.evidence import graded
from rules.model import Dataset, Picture
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, EvidenceValue, Said, Severity, Violation

FEW = 4  # pictures that the account's author planned for


@record
class Options:
    """When the set is large enough to miss it."""

    min_pictures: int = option(8, "least number of pictures whose elevation is known")
    min_naming: float = option(
        0.5, "share of captions that must name a framing or a view before their silence tells"
    )


@rule("COV005", Severity.WARNING)
def missing_low_angle(dataset: Dataset, options: Options) -> Said:
    """No picture is taken from below, while it is wanted or the base is weak there.

    What it does:
        Counts the pictures from below among those whose elevation is known. None is reported
        where `wanted.elevation` names `below`, and, where `wanted` is silent on elevations,
        where the base's profile calls the low angle weak. A wanted elevation list without
        `below` says that nobody needs it.

        Where too few elevations are known, captions are asked: if they name framings or views
        and none says `from below`, that is an info. A low angle that no caption names could not
        be asked for in a prompt either.

    Why is this bad?
        The trigger learns the cameras of its pictures and suppresses all others. A strong habit
        of the base breaks through that; a weak one does not, whatever weight the tag gets.

    Example:
        70 pictures at eye level. Add four from below, tagged `from below`, in poses and framings
        that the set has anyway.

    Source:
        The account that this linter grew from: the bare base drew low angles, with either of two
        characters' LoRAs it drew none even at weight 1.7, and they came back at strength .3,
        where the character was lost. High angles, which no picture showed either, came out.
        Four is what its author planned for the next set; nobody measured how many it takes.
    """
    weak = next((c for c in dataset.base.weak if "from below" in c.names), None)
    wanted = dataset.spec.wanted.elevation
    if not ("below" in wanted or (not wanted and weak)):
        return
    seen = shown(dataset.fed, "elevation")
    judged, fed = len(seen.pictures), len(dataset.fed)
    yield from seen.doubts()
    if unclear := fed - judged - seen.doubted:
        yield Abstention(reason="the elevation is unknown", count=unclear, total=fed)
    if seen.counts["below"]:
        return
    naming = [picture for picture in dataset.fed if _names_a_camera(picture)]
    evidence: dict[str, EvidenceValue] = {
        "judged": judged,
        "below": 0,
        "wanted": "below" in wanted,
        "base_weak": weak is not None,
        "by": dict(seen.sources.counts()),
    }
    why = "`wanted.elevation` names it" if "below" in wanted else "`wanted` is silent on angles"
    because = f"while {why}" + (
        f" and {dataset.base.title} is weak at `{weak.feature}`" if weak else ""
    )
    add = f"add 1 picture tagged `from below` to clear this, {FEW} or more in several poses"
    if judged >= options.min_pictures:
        yield Violation(
            message=f"0 of {counted(judged, 'picture')} are from below ({seen.sources}), {because}",
            evidence=evidence,
            advice=f"{add} to learn it",
            paths=seen.paths(),
            severity=graded(dataset, seen.sources, Severity.WARNING),
        )
    elif len(naming) >= max(options.min_pictures, options.min_naming * fed):
        yield Violation(
            message=f"0 of {counted(len(naming), 'caption')} that name a framing or a view say "
            f"`from below`, and the elevation of {fed - judged:,} of {fed:,} pictures is unclear, "
            f"{because}",
            evidence=evidence | {"naming": len(naming)},
            advice=f"tag the pictures that are from below; if there are none, {add}",
            paths=tuple(picture.path for picture in naming),
            severity=Severity.INFO,
        )
    else:
        reason = "the elevation of too few pictures is known"
        yield Abstention(reason=reason, count=judged, total=fed)


def _names_a_camera(picture: Picture) -> bool:
    """Whether a caption tells how its picture was taken, so that its silence on angles tells."""
    return any(picture.declared.get(axis) for axis in ("framing", "view", "elevation"))
