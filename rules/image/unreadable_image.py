"""IMG001 unreadable-image."""

from rules.model import Dataset
from rules.needs import MEASURED
from rules.quoting import counted
from rules.reach import within_reach
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("IMG001", Severity.ERROR, needs=(MEASURED,), profile="min")
def unreadable_image(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Files that do not decode to a whole picture.

    What it does:
        Reports every picture of which the indexer could not decode all pixels: an empty or
        truncated file, content that is no picture, or more pixels than anyone trains on.

    Why is this bad?
        Some trainers stop at such a file, often in the middle of the first epoch; others skip
        it, and the set is smaller than you think. A half-decoded picture is worse: its grey
        lower half is learned.

    Example:
        A download broke off after 40 kB of `014.png`. Fetch it again, or delete it together
        with its caption.

    Source:
        Checks that nearly every dataset tool has, because nearly every download loses a file.
    """
    for picture in within_reach(dataset):
        if picture.file is None or picture.file.error is None:
            continue
        yield Violation(
            message=f"{counted(picture.file.bytes, 'byte')}: {picture.file.error}",
            evidence={"bytes": picture.file.bytes, "error": picture.file.error},
            advice="fetch or export it again, or take it out together with its caption",
            paths=(picture.path,),
            picture=picture.sha256,
        )
