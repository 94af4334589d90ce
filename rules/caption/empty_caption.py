"""CAP002 empty-caption."""

from rules.caption.consequences import consequence
from rules.caption.json_values import read_values
from rules.caption.reach import BOM, JSON, in_need_of_captions
from rules.model import Dataset, Sidecar
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("CAP002", Severity.ERROR, profile="min")
def empty_caption(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Caption files that hold no tag and no sentence.

    What it does:
        Finds files of white space, commas or nothing at all. A file whose first line alone is
        blank is CAP011's, a JSON file that says something which is not fed is CAP006's.

    Why is this bad?
        Trained on empty text, the picture teaches the base itself: the character seeps into
        every prompt, trigger or not. Other trainers drop the picture or stop.

    Example:
        A captioning program failed on one picture and wrote a file of 0 bytes. Caption it again.

    Source:
        Other tools' checks of caption files; what follows is in the trainers' profiles
        (`captions.empty`).
    """
    handling = dataset.trainer.captions
    for picture in in_need_of_captions(dataset):
        sidecar, caption = picture.fed_sidecar, picture.caption
        if sidecar is None or sidecar.text is None or caption is None or caption.tokens:
            continue
        if _says_something(sidecar):
            continue
        yield Violation(
            message=f"no tag and no sentence in {counted(len(sidecar.text), 'character')}: "
            f"{consequence(dataset, picture, handling.empty)}",
            evidence={"characters": len(sidecar.text), "tokens": 0, "then": handling.empty},
            advice="write the caption, or move the picture out of the set",
            paths=(sidecar.path,),
            picture=picture.sha256,
        )


def _says_something(sidecar: Sidecar) -> bool:
    text = (sidecar.text or "").strip(BOM + " \t\r\n,.")
    if text and sidecar.suffix == JSON:
        return read_values(text) != []
    return bool(text) and not text.isspace()
