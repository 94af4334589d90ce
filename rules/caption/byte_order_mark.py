"""CAP008 byte-order-mark."""

from rules.caption.reach import BOM, JSON, fed_files
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.registry import NoOptions, rule
from rules.violation import Edit, Fix, Said, Severity, Violation

SHOWN = 40


@rule("CAP008", Severity.WARNING, needs=(CAPTIONS,))
def byte_order_mark(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Caption files that begin with a byte order mark.

    What it does:
        Finds U+FEFF at the start of caption files. It is an error where the trainer leaves it in
        the caption, or where it makes a JSON file unreadable, and a warning where the trainer
        takes it off.

    Why is this bad?
        The mark is invisible and stays glued to the first tag, which is usually the trigger.
        The encoder sees other tokens, so the trigger that you type later is not the one that
        was trained.

    Example:
        `U+FEFF` and `tk` at the start of a file saved by Notepad as "UTF-8 with BOM".

    Source:
        The trainers' sources, named in their profiles (`captions.bom`).
    """
    kept = dataset.trainer.captions.bom == "kept"
    for file in fed_files(dataset):
        whole = file.sidecar.text or ""
        marks = len(whole) - len(whole.lstrip(BOM))
        if not marks:
            continue
        first = whole[marks:].split(",", 1)[0].split("\n", 1)[0].strip()[:SHOWN]
        if file.sidecar.suffix == JSON:
            severity, then = Severity.ERROR, "the JSON does not parse behind it"
        elif kept or marks > 1:
            severity, then = Severity.ERROR, f"it stays glued to the first tag, `{first}`"
        else:
            severity, then = Severity.WARNING, f"{dataset.trainer.id} takes it off, others do not"
        yield Violation(
            message=f"U+FEFF at the start of the file: {then}",
            evidence={"marks": marks, "kept": kept},
            advice="save it without a byte order mark",
            paths=(file.sidecar.path,),
            severity=severity,
            picture=file.picture.sha256,
            span=(0, marks),
            fixes=(
                Fix(
                    path=file.sidecar.path,
                    edits=(Edit(start=0, end=marks, replacement=""),),
                    safe=True,
                ),
            ),
        )
