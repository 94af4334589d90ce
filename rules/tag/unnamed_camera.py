"""TAG009 unnamed-camera."""

from collections.abc import Iterator

from rules.evidence import TESTED, spoken
from rules.known_labels import known
from rules.model import Dataset, Picture
from rules.needs import CAPTIONS, LOOKED_AT
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation

# What goes without saying; a three-quarter view is what bases draw by themselves.
DEFAULTS = {
    "view": frozenset({"front", "three_quarter", "three_quarter_left", "three_quarter_right"}),
    "elevation": frozenset({"eye"}),
}
TAGS = {
    "below": "from below",
    "above": "from above",
    "side": "from side",
    "side_left": "from side",
    "side_right": "from side",
    "back": "from behind",
    "back_left": "from behind",
    "back_right": "from behind",
    "face": "close-up",
    "bust": "upper body",
    "cowboy": "cowboy shot",
    "full": "full body",
}


@record
class Options:
    """When a classifier is believed, and when framings need a name."""

    min_p: float = option(0.9, "least probability of what a classifier saw")
    named_share: float = option(
        0.5, "share of captions that name a framing, from which the others should, too"
    )


@rule("TAG009", Severity.WARNING, needs=(CAPTIONS, LOOKED_AT))
def unnamed_camera(dataset: Dataset, options: Options) -> Said:
    """A view, an angle or a framing that no word of the caption names.

    What it does:
        Takes what a person labelled or a classifier saw with at least `min_p`: views from the
        side and from behind, angles from below and above, and, where at least `named_share` of
        the captions name a framing, any framing. If no tag and no sentence of the caption says
        anything of that axis, the picture is reported. While no 30 labelled pictures have tested
        the classifier, its word is an info.

    Why is this bad?
        What has no word goes to the trigger. A few unnamed backs make the character turn round
        at random, and naming the angle in a prompt calls up only the pictures that named it.

    Example:
        A picture from below, tagged `full body, standing`. Add `from below`.

    Source:
        The account that this linter grew from: the trigger soaks up whatever no tag claims.
        Which views go without saying is this linter's own choice.
    """
    captioned = dataset.captioned
    naming = sum(bool(picture.declared.get("framing")) for picture, _ in captioned)
    framings = naming >= options.named_share * len(captioned)
    blind = 0
    for picture, caption in captioned:
        unnamed = [e for e in _shown(picture, options.min_p) if _needs_name(e, picture, framings)]
        blind += not any(True for _ in _shown(picture, 0.0))
        if unnamed:
            said = " and ".join(f"{spoken(label)} ({by})" for _, label, by in unnamed)
            tags = ", ".join(f"`{TAGS[label]}`" for _, label, _ in unnamed)
            yield Violation(
                message=f"the picture is {said}, and the caption does not say so",
                evidence={"unnamed": {axis: label for axis, label, _ in unnamed}},
                advice=f"add {tags}, or say it in a sentence",
                paths=(caption.path,),
                severity=_advised(dataset, picture, unnamed),
                picture=picture.sha256,
            )
    if blind:
        yield Abstention(reason="nobody has looked at it", count=blind, total=len(captioned))


def _shown(picture: Picture, min_p: float) -> Iterator[tuple[str, str, str]]:
    """Axis, label and by whom, of what the pixels show."""
    for axis in ("framing", "view", "elevation"):
        evidence = known(getattr(picture, axis))
        if evidence is None or evidence.source == "declared":
            continue
        if evidence.source == "labelled":
            yield axis, evidence.label, "labelled"
        elif (evidence.p or 0.0) >= min_p:
            yield axis, evidence.label, f"seen with p {evidence.p:.2f}"


def _needs_name(shown: tuple[str, str, str], picture: Picture, framings: bool) -> bool:  # noqa: FBT001 - of the set
    axis, label, _ = shown
    if picture.declared.get(axis) or label in DEFAULTS.get(axis, ()) or label not in TAGS:
        return False
    return axis != "framing" or framings


def _advised(dataset: Dataset, picture: Picture, unnamed: list[tuple[str, str, str]]) -> Severity:
    """A warning where a person or a tested classifier says so, else an info."""
    labelled = any(getattr(picture, axis).source == "labelled" for axis, _, _ in unnamed)
    return Severity.WARNING if labelled or dataset.tested_on >= TESTED else Severity.INFO
