"""PRV005 single-source-identity."""

from rules.known_labels import count_sources, known, said_by
from rules.model import Dataset
from rules.needs import FRAMED, SOURCED, SOURCES
from rules.provenance.origins import Origins
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Abstention, EvidenceValue, Said, Severity, Violation

IDENTITY = frozenset({"face", "bust"})


@rule("PRV005", Severity.WARNING, needs=(SOURCES, SOURCED, FRAMED))
def single_source_identity(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Face and bust pictures that were all made from one and the same file.

    What it does:
        Follows `derived_from` of every picture framed as face or bust back to its origin, over
        several steps where needed, and compares the origins. The origin itself may be part of
        the set. The finding says how many framings were labelled, seen or declared.

    Why is this bad?
        Expression swaps of one drawing repeat one head: the same angle, the same light, the
        same strands. They count as many pictures and teach one. Whatever is an accident of that
        drawing becomes part of the character.

    Example:
        26 busts, each the same neutral face with another mouth. Draw a few from scratch: other
        views, other light, another outfit.

    Source:
        The account that this linter grew from: 26 busts from one neutral face; from epoch 20 on
        an outside judge gave the hair intakes 3 of 5 points and the face 4, and it stayed so.
        The busts were small, too, so this is one cause of several.
    """
    identity = [
        (picture, framing)
        for picture in dataset.fed
        if (framing := known(picture.framing)) and framing.label in IDENTITY
    ]
    follow = Origins(dataset)
    found = [(p, f, follow.origin(p)) for p, f in identity if p.source is not None]
    traced = [(p, f, origin) for p, f, origin in found if origin is not None]
    if len(traced) < len(found):
        reason = "pictures have a `derived_from` that stands for several files"
        yield Abstention(reason=reason, count=len(found) - len(traced), total=len(dataset.fed))
    origins = {origin for _, _, origin in traced}
    if len(traced) <= 1 or len(origins) != 1:
        return
    (origin,) = origins
    framed_by = count_sources(framing for _, framing, _ in traced)
    yield Violation(
        message=f"{len(traced)} of {counted(len(identity), 'face and bust picture')} "
        f"({said_by(framed_by)}) derive from `{origin}`",
        evidence={
            "pictures": len(traced),
            "identity_pictures": len(identity),
            "framing": dict[str, EvidenceValue](framed_by),
            "origin": origin,
        },
        advice="add faces and busts from other originals: other views, other light, drawn anew",
        paths=tuple(picture.path for picture, _, _ in traced),
    )
