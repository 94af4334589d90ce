"""IMG002 mislabelled-format."""

from collections.abc import Mapping

from rules.model import Dataset
from rules.needs import FORMAT, MEASURED
from rules.reach import within_reach
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

# An MPO is a JPEG with further pictures behind it, as many phones write them.
FORMATS: Mapping[str, frozenset[str]] = {
    ".jpg": frozenset({"JPEG", "MPO"}),
    ".jpeg": frozenset({"JPEG", "MPO"}),
    ".jpe": frozenset({"JPEG", "MPO"}),
    ".jfif": frozenset({"JPEG", "MPO"}),
    ".png": frozenset({"PNG"}),
    ".apng": frozenset({"PNG"}),
    ".webp": frozenset({"WEBP"}),
    ".bmp": frozenset({"BMP", "DIB"}),
    ".gif": frozenset({"GIF"}),
    ".tif": frozenset({"TIFF"}),
    ".tiff": frozenset({"TIFF"}),
    ".avif": frozenset({"AVIF"}),
    ".jxl": frozenset({"JXL"}),
    ".heic": frozenset({"HEIF"}),
    ".heif": frozenset({"HEIF"}),
}


@rule("IMG002", Severity.WARNING, needs=(MEASURED, FORMAT))
def mislabelled_format(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Files whose content is another format than their suffix says.

    What it does:
        Compares the format that the first bytes tell with the suffix. Suffixes of formats that
        nothing here knows are left alone.

    Why is this bad?
        Loaders that go by the suffix refuse the file, and a trainer's cache may do so hours
        later. It is also a trace: a JPEG named `.png` has mostly been through a service that
        recompressed it, so that the blocks around its lines are part of what you train.

    Example:
        `003.png` holds a JPEG. Look for the original; where there is none, rename the file to
        `003.jpg`.

    Source:
        Checks of other dataset linters; pictures saved from the web under a name of their own.
    """
    for picture in within_reach(dataset):
        found = picture.file.format if picture.file else None
        wanted = FORMATS.get(picture.suffix)
        if found is None or wanted is None or found in wanted:
            continue
        yield Violation(
            message=f"the suffix `{picture.suffix}` holds a picture in the format {found}",
            evidence={"suffix": picture.suffix, "format": found},
            advice="look for the original; where there is none, give the file the suffix of its "
            "format",
            paths=(picture.path,),
            picture=picture.sha256,
        )
