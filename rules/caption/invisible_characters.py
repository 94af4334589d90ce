"""CAP009 invisible-characters."""

import re
import unicodedata
from collections import Counter

from rules.caption.reach import fed_files
from rules.fixing import each
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import SHOWN, counted
from rules.registry import NoOptions, rule
from rules.violation import Edit, Fix, Said, Severity, Violation

SPACES = "\t\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
MARKS = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
RUN = re.compile(f"[{SPACES}{MARKS}]+")
SPACE = re.compile(f"[{SPACES}]")
JOINERS = frozenset("\u200c\u200d")


@rule("CAP009", Severity.WARNING, needs=(CAPTIONS,))
def invisible_characters(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Characters that nobody sees and the text encoder does.

    What it does:
        Finds zero-width and bidirectional marks, control characters, tabs, and spaces that are
        not U+0020, the ideographic one included. The fix writes an ordinary space for a space
        and takes the others out. Joiners between two letters beyond ASCII are left alone: emoji
        and several scripts need them. A byte order mark at the start is CAP008's.

    Why is this bad?
        `blue hair` with U+00A0 in it looks like the tag and is another one. It trains as other
        tokens, is counted as another tag, and no search for the tag finds it.

    Example:
        A trigger copied from a web page with U+200B behind it: in use, the trigger that you type
        lacks it.

    Source:
        Other tools' checks of caption files; the classes of characters are Unicode's (Cc, Cf, Zs).
    """
    for file in fed_files(dataset):
        if file.text.isascii() and file.text.isprintable():
            continue
        runs = [run for run in RUN.finditer(file.text) if not _joins(file.text, run)]
        if not runs:
            continue
        counts = Counter(character for run in runs for character in run[0])
        named = [_named(c) + (f" ({n} times)" if n > 1 else "") for c, n in counts.most_common()]
        rest = f" and {counted(len(named) - SHOWN, 'other kind')}" if len(named) > SHOWN else ""
        fix = None
        if file.start is not None:
            fix = Fix(
                path=file.sidecar.path,
                edits=tuple(_without(run, file.start) for run in runs),
                safe=True,
            )
        total = sum(counts.values())
        yield Violation(
            message=f"{counted(total, 'invisible character')}: {', '.join(named[:SHOWN])}{rest}",
            evidence={f"U+{ord(character):04X}": n for character, n in counts.most_common()},
            advice="write ordinary spaces and take the others out",
            paths=(file.sidecar.path,),
            picture=file.picture.sha256,
            span=None
            if file.start is None
            else (file.start + runs[0].start(), file.start + runs[0].end()),
            fixes=each(fix),
        )


def _joins(text: str, run: re.Match[str]) -> bool:
    around = text[run.start() - 1 : run.start()] + text[run.end() : run.end() + 1]
    return run[0] in JOINERS and len(around) > 1 and not any(c.isascii() for c in around)


def _without(run: re.Match[str], start: int) -> Edit:
    replacement = " " if SPACE.search(run[0]) else ""
    return Edit(start=start + run.start(), end=start + run.end(), replacement=replacement)


def _named(character: str) -> str:
    name = unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} {name}"
