"""CAP011 extra-lines."""

import re

from rules.caption.reach import BOM, JSON, fed_files
from rules.fixing import each
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Edit, Fix, Said, Severity, Violation

LINE_END = re.compile(r"\r\n?|\n")
# Only where white space begins, so that a long run of it is read once.
BREAK = re.compile(r"(?<!\s)\s*[\r\n]\s*")


@rule("CAP011", Severity.WARNING, needs=(CAPTIONS,))
def extra_lines(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Lines of a caption that the trainer does not read, and line ends of another system.

    What it does:
        Where the trainer reads the first line only, finds files with more than one; blank ones
        at the end do not count. An error where the first line is blank, so that nothing is fed.
        Carriage returns (CRLF) alone are an info. The fix joins the lines with commas, behind a
        full stop with a space, or writes plain line ends.

    Why is this bad?
        What stands in the second line is never trained: often the sentences, written below the
        tags. A trainer that reads bytes feeds the carriage return as a character.

    Example:
        Tags in line 1, two sentences in lines 2 and 3: the trainer gets the tags alone.

    Source:
        The trainers' sources, named in their profiles (`captions.lines`).
    """
    first_only = dataset.trainer.captions.lines == "first"
    for file in fed_files(dataset):
        whole = (file.sidecar.text or "").lstrip(BOM)
        returns = whole.count("\r")
        if file.sidecar.suffix == JSON or not (returns or (first_only and "\n" in whole)):
            continue
        lines = LINE_END.split(whole)
        spoken = [index for index, line in enumerate(lines) if line.strip()]
        dropped = sum(index > 0 for index in spoken) if first_only else 0
        if not dropped and not returns:
            continue
        base = len(file.sidecar.text or "") - len(whole)
        edits = _joined(whole, base) if dropped else _plain_ends(whole, base)
        fix = Fix(path=file.sidecar.path, edits=edits, safe=True)
        severity = Severity.INFO
        message = f"{counted(returns, 'carriage return')} at line ends"
        if dropped:
            severity = Severity.WARNING if spoken[0] == 0 else Severity.ERROR
            message = f"{dropped} of {counted(len(spoken), 'line')} not fed: " + (
                f"{dataset.trainer.id} reads the first"
                if spoken[0] == 0
                else f"{dataset.trainer.id} reads the first, which is blank"
            )
        yield Violation(
            message=message,
            evidence={"lines": len(spoken), "dropped": dropped, "carriage_returns": returns},
            advice=("write the caption in one line" if dropped else "save it with plain line ends"),
            paths=(file.sidecar.path,),
            severity=severity,
            picture=file.picture.sha256,
            span=(edits[0].start, edits[0].end),
            fixes=each(fix),
        )


def _joined(text: str, base: int) -> tuple[Edit, ...]:
    """Every break between two lines that say something becomes a separator."""
    edits = []
    for gap in BREAK.finditer(text):
        before = text[gap.start() - 1 : gap.start()]
        if gap.start() == 0:
            joint = ""
        elif gap.end() == len(text):
            joint = "\n"
        else:
            joint = " " if before in set(",.!?。") else ", "
        edits.append(Edit(start=base + gap.start(), end=base + gap.end(), replacement=joint))
    return tuple(edits)


def _plain_ends(text: str, base: int) -> tuple[Edit, ...]:
    return tuple(
        Edit(start=base + end.start(), end=base + end.end(), replacement="\n")
        for end in LINE_END.finditer(text)
        if "\r" in end[0]
    )
