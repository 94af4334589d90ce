"""PRV002 undeclared-source."""

from rules.model import Dataset
from rules.needs import SOURCES
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("PRV002", Severity.WARNING, needs=(SOURCES,))
def undeclared_source(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures that no entry of `sources` covers, in a dataset that declares its sources.

    What it does:
        Looks for the first glob of `sources` that matches each trained picture. Globs that are
        the first for no picture are named with the finding: mostly one of them is misspelt.

    Why is this bad?
        Nobody can say of these pictures whether the base's own family drew them, or whether
        they share a pipeline with one framing. Every rule about sources counts without them.

    Example:
        `sources` has `busts/*`, and the folder is called `bust/`.

    Source:
        The account that this linter grew from: what set one run apart from the next was where
        the pictures came from.
    """
    lost = [picture for picture in dataset.fed if picture.glob is None]
    if not lost:
        return
    used = {picture.glob for picture in dataset.pictures}
    idle = [glob for glob in dataset.spec.sources if glob not in used]
    yield Violation(
        message=f"{len(lost)} of {counted(len(dataset.fed), 'picture')} fall under no glob of "
        "`sources`"
        + (f"; {quoted(idle)} {'covers' if len(idle) == 1 else 'cover'} none" if idle else ""),
        evidence={"pictures": len(lost), "total": len(dataset.fed), "idle_globs": list(idle)},
        advice="mend the glob, or add an entry to `sources` that says who made them"
        if idle
        else "add an entry to `sources` that says who made them",
        paths=tuple(picture.path for picture in lost),
    )
