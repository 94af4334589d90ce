"""COV013 thin-bucket."""

from rules.coverage.shown import shown
from rules.evidence import view_group
from rules.model import Dataset
from rules.needs import FRAMED, WANTED
from rules.quoting import some_of
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation

AXES = ("framing", "view", "elevation", "pose")


@record
class Options:
    """How many pictures make a label learnable."""

    min_pictures: int = option(2, "least number of pictures with a label that is wanted")


@rule("COV013", Severity.INFO, needs=(WANTED, FRAMED))
def thin_bucket(dataset: Dataset, options: Options) -> Said:
    """Labels that are wanted and that a single picture shows.

    What it does:
        Counts the pictures with each label of `wanted`, left and right together where the
        wanted one has no side, and lists those with fewer than `min_pictures`. Labels without
        any picture are other rules' business (COV001, COV005, COV007, COV010).

    Why is this bad?
        One picture of a kind is learned whole: its background, its light, its creases come back
        with every prompt that asks for the kind.

    Example:
        One single back view, before a brick wall. Draw a second one before something else.

    Source:
        Checks that users of other dataset tools asked for; computed here over what is wanted.
    """
    thin: list[str] = []
    paths: dict[str, None] = {}
    for axis in AXES:
        wanted = getattr(dataset.spec.wanted, axis)
        if not wanted:
            continue
        pictures = shown(dataset.fed, axis).pictures
        for label in wanted:
            found = [p.path for p, had in pictures if label in {had, view_group(had)}]
            if 0 < len(found) < options.min_pictures:
                thin.append(f"{axis} `{label}`")
                paths |= dict.fromkeys(found)
    if thin:
        one = "1 picture" if options.min_pictures == 2 else f"under {options.min_pictures} pictures"  # noqa: PLR2004
        yield Violation(
            message=f"{len(thin)} wanted with {one}: {some_of(thin)}",
            evidence={"thin": list(thin), "min_pictures": options.min_pictures},
            advice="add one more of each, in another outfit and before another background",
            paths=tuple(p.path for p in dataset.fed if p.path in paths),
        )
