"""COV003 unclean-standing."""

from rules.coverage.shown import full_bodies, stances
from rules.evidence import declared_evidence, graded, unjudged, upright_of
from rules.model import Dataset, Picture
from rules.needs import CAPTIONS, FRAMED
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Said, Severity, Violation

WORDS = ("stand", "stands", "standing")


@record
class Options:
    """How clean is clean."""

    max_share: float = option(
        0.1, "largest share of full bodies with `standing` that pose, or upright ones without it"
    )


@rule("COV003", Severity.WARNING, needs=(FRAMED, CAPTIONS))
def unclean_standing(dataset: Dataset, options: Options) -> Said:
    """`standing` misses upright full bodies, or stands on posed ones as well.

    What it does:
        Takes the full bodies whose stance is known and asks two things: how many of the upright
        ones have neither a tag that begins with `standing` nor a sentence in which the
        character stands, and how many of those with the tag do not stand upright. Either share
        over `max_share` is reported. Where a classifier and the caption's own sentence disagree,
        MIS001 asks which is right, and the picture is left out here. Where no full body stands
        upright there is nothing to attach `standing` to: that is COV001's, COV002's and CON002's
        business.

    Why is this bad?
        `standing` learns whatever its pictures have in common. Where only upright pictures bear
        it, it calls up a rigid, neutral stand; each posed one with it bends the knees a little.

    Example:
        10 upright full bodies with `standing`, and 5 that pose and bear it too. Take it off
        those 5; say there what they do: `contrapposto`, `hand on own hip`, `walking`.

    Source:
        The account that this linter grew from: it attached `standing` to upright turnarounds
        only for one character, which stood straight, and to poses for another, which did not.
        The tenth that is let pass is this linter's own limit, for a tag or a sight gone wrong.
    """
    stands = stances(p for p in full_bodies(dataset) if not _disputed(p))
    yield from unjudged(stands.sources, "pose of full bodies")
    upright = [p for p, label in stands.pictures if label == "upright"]
    if not upright:
        return
    bare = [p for p in upright if not _says_standing(p)]
    tagged = [(p, label) for p, label in stands.pictures if _tagged_standing(p)]
    posed = [p for p, label in tagged if label != "upright"]
    parts, advice = [], []
    if len(bare) > options.max_share * len(upright):
        parts.append(f"{len(bare)} of {counted(len(upright), 'upright full body', BODIES)} lack it")
        excess = fewest(lambda k: len(bare) - k <= options.max_share * len(upright))
        advice.append(f"tag {excess} more of the upright ones to clear this, best all of them")
    if len(posed) > options.max_share * len(tagged):
        parts.append(f"{len(posed)} of {len(tagged)} with it do not stand upright")
        excess = fewest(lambda k: len(posed) - k <= options.max_share * (len(tagged) - k))
        advice.append(f"take the tag off {excess} of the posed ones to clear this, best off all")
    soiled = {picture.path for picture in (*bare, *posed)}
    if parts:
        yield Violation(
            message=f"`standing`: {', and '.join(parts)} ({stands.sources})",
            evidence={
                "upright": len(upright),
                "upright_without": len(bare),
                "tagged": len(tagged),
                "tagged_posed": len(posed),
                "by": dict(stands.sources.counts()),
            },
            advice="; ".join(advice),
            paths=tuple(p.path for p, _ in stands.pictures if p.path in soiled),
            severity=graded(dataset, stands.sources, Severity.WARNING),
        )


BODIES = "upright full bodies"


def _disputed(picture: Picture) -> bool:
    """Whether a classifier and the caption say different things of an upright stand."""
    evidence = upright_of(picture)
    told = declared_evidence("pose", picture.declared.get("pose", ()))
    if evidence is None or told is None or evidence.source != "seen":
        return False
    return (told.label == "upright") != (evidence.label == "upright")


def _tagged_standing(picture: Picture) -> bool:
    tags = picture.caption.tags if picture.caption else ()
    return any(tag == "standing" or tag.startswith("standing ") for tag in tags)


def _says_standing(picture: Picture) -> bool:
    caption = picture.caption
    return _tagged_standing(picture) or (
        caption is not None and any(caption.names(word) for word in WORDS)
    )
