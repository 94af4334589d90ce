"""CAP010 fullwidth-separator."""

import re
from collections.abc import Iterator

from rules.fixing import each
from rules.model import Caption, Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Edit, Fix, Said, Severity, Violation

MARKS = re.compile("[，、､。．｡]")
STOPS = frozenset("。．｡")
# Compiled by whoever first needs it: such ranges take longer than all other patterns together.
EAST_ASIAN = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f]"
SENTENCE_OPENERS = re.compile(r"(?:An?|The|S?he|They|Her|His|It|There|This)\b")
RUNS = re.compile(r"[^,\n]+")


@rule("CAP010", Severity.ERROR, needs=(CAPTIONS,))
def fullwidth_separator(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Full-width commas or stops between tags, where no trainer cuts.

    What it does:
        Finds `，`, `、`, `。` and their kin between tags. Prose keeps its own: between Japanese or
        Chinese words they are taken for a list only where a Latin tag stands in it (`1girl，蓝发`)
        and no full-width stop ends it; a list of such words alone is not judged.

    Why is this bad?
        Trainers cut at the ASCII comma only. `1girl，solo，smile` is one tag that nothing else in
        the set shares: it is shuffled as a whole, and the encoder meets punctuation that the
        base never saw between tags.

    Example:
        `tk，1girl，solo` becomes `tk, 1girl, solo`.

    Source:
        The trainers' sources: all of them cut captions at `,`.
    """
    for picture, caption in dataset.captioned:
        places = tuple(_separators(caption))
        if not places:
            continue
        kinds = dict.fromkeys(caption.text[place] for place in places)
        fix = _fix(caption, places)
        yield Violation(
            message=f"{counted(len(places), 'separator')} where no trainer cuts: {quoted(kinds)}",
            evidence={"count": len(places), "characters": list(kinds)},
            advice="write `,` and a space",
            paths=(caption.path,),
            picture=picture.sha256,
            span=None
            if caption.offset is None
            else (caption.offset + places[0], caption.offset + places[0] + 1),
            fixes=each(fix),
        )


def _separators(caption: Caption) -> Iterator[int]:
    """Offsets of the marks that part tags."""
    text = caption.text
    if not MARKS.search(text):
        return
    for token in caption.tokens:
        if token.slot == "prose" and SENTENCE_OPENERS.match(token.text):
            text = text[: token.start] + "\n" * len(token.text) + text[token.end :]
    for run in RUNS.finditer(text):
        marks = tuple(MARKS.finditer(run[0]))
        if marks:
            yield from (run.start() + place for place in _between_tags(run[0], marks))


def _between_tags(run: str, marks: tuple[re.Match[str], ...]) -> Iterator[int]:
    """Of the marks in a stretch without ASCII comma those that part tags."""
    pieces = MARKS.split(run)
    latin = [bool(piece.strip()) and not re.search(EAST_ASIAN, piece) for piece in pieces]
    foreign = [bool(re.search(EAST_ASIAN, piece)) for piece in pieces]
    is_list = any(latin) and (not any(foreign) or STOPS.isdisjoint(run))
    leading = True
    for index, mark in enumerate(marks):
        leading = leading and latin[index]
        if (is_list or leading) and pieces[index].strip() and pieces[index + 1].strip():
            yield mark.start()


def _fix(caption: Caption, places: tuple[int, ...]) -> Fix | None:
    if caption.offset is None:
        return None
    edits = []
    for place in places:
        gap = "" if caption.text[place + 1 : place + 2].isspace() else " "
        start = caption.offset + place
        edits.append(Edit(start=start, end=start + 1, replacement=f",{gap}"))
    return Fix(path=caption.path, edits=tuple(edits), safe=True)
