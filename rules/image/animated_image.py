"""IMG006 animated-image."""

from rules.model import Dataset
from rules.needs import DECODED, MEASURED
from rules.reach import within_reach
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("IMG006", Severity.WARNING, needs=(MEASURED, DECODED))
def animated_image(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Files with more than one frame.

    What it does:
        Finds animated GIF, WebP and PNG files and pictures of several pages. The previews that
        phones put behind a JPEG do not count.

    Why is this bad?
        A trainer takes the first frame, which is often a blank or a fade-in, and the caption
        was written for the one that you saw. Some loaders stop at such a file.

    Example:
        A WebP of 24 frames shows the wave in frame 12. Export that frame as PNG.

    Source:
        Computed: a caption describes one picture, and only one is trained.
    """
    for picture in within_reach(dataset):
        if picture.file is None or picture.file.frames <= 1:
            continue
        yield Violation(
            message=f"{picture.file.frames} frames, of which one at most is trained",
            evidence={"frames": picture.file.frames},
            advice="export the frame that the caption describes as a still picture",
            paths=(picture.path,),
            picture=picture.sha256,
        )
