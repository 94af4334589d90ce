"""IMG007 odd-colour-mode."""

from collections.abc import Iterator

from rules.model import Dataset, FileFacts
from rules.needs import DECODED, MEASURED
from rules.reach import within_reach_and_read
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

USUAL = frozenset({"RGB", "RGBA", "RGBX", "L", "LA"})
NAMES = {
    "P": "a palette of at most 256 colours",
    "PA": "a palette of at most 256 colours",
    "1": "black and white without grey",
    "CMYK": "CMYK, the colours of print",
    "LAB": "the colour space Lab",
}
EIGHT_BITS = 8


@rule("IMG007", Severity.WARNING, needs=(MEASURED, DECODED))
def odd_colour_mode(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures whose colours change when the trainer converts them.

    What it does:
        Finds everything that is not plain RGB or grey of 8 bits in sRGB: palettes, CMYK,
        16 bits a channel, and embedded colour profiles that are not sRGB. 16 bits in colour are
        an info where nothing else is odd: they are rounded to 8.

    Why is this bad?
        Trainers convert to RGB without colour management. CMYK and wide-gamut pictures come out
        with other reds and blues than you see, 16-bit grey comes out white, a palette brings
        its bands and dots along: small colours such as eyes and ribbons are what drifts first.

    Example:
        An export in Display P3 looks right in your viewer and pale in training. Convert it to
        sRGB, 8 bits, RGB, and save it as PNG.

    Source:
        Computed with Pillow's conversion, which the trainers use.
    """
    for picture in within_reach_and_read(dataset):
        file = picture.file
        faults = tuple(_faults(file)) if file else ()
        if file is None or not faults:
            continue
        yield Violation(
            message="; ".join(faults),
            evidence={"mode": file.mode, "bits": file.bits, "icc": file.icc},
            advice="convert it to sRGB, RGB, 8 bits a channel, and look at it afterwards",
            paths=(picture.path,),
            severity=Severity.INFO if _only_deep(file) else Severity.WARNING,
            picture=picture.sha256,
        )


def _is_deep(file: FileFacts) -> bool:
    return file.bits is not None and file.bits > EIGHT_BITS


def _only_deep(file: FileFacts) -> bool:
    return _is_deep(file) and file.mode in USUAL and file.icc is None


def _faults(file: FileFacts) -> Iterator[str]:
    if _is_deep(file):
        grey = "" if file.mode in USUAL else " of grey, which conversion turns white"
        yield f"{file.bits} bits a channel{grey}"
    elif file.mode is not None and file.mode not in USUAL:
        yield NAMES.get(file.mode, f"the colour mode {file.mode}")
    if file.icc is not None:
        yield f"the colour profile `{file.icc}`, which is not sRGB"
