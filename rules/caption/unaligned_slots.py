"""CAP020 unaligned-slots."""

from rules.evidence import graded, sources_of
from rules.known_labels import label_of
from rules.model import Dataset
from rules.needs import CAPTIONS, FRAMED
from rules.quoting import some_of
from rules.records import record
from rules.registry import option, rule
from rules.violation import Abstention, Said, Severity, Violation

CLOSE = frozenset({"face", "bust"})
SLOTS = ("quality", "count", "trigger", "series", "artist", "structure", "general", "prose")


@record
class Options:
    """When captions of two framings are built differently."""

    min_captions: int = option(8, "least number of captions of close pictures, and of full bodies")
    max_difference: float = option(
        0.5, "largest difference of the shares of captions that fill a slot"
    )


@rule("CAP020", Severity.WARNING, needs=(CAPTIONS, FRAMED))
def unaligned_slots(dataset: Dataset, options: Options) -> Said:
    """Captions of busts and of full bodies fill different slots.

    What it does:
        Compares faces and busts with full bodies, slot by slot (quality, count, trigger, series,
        artist, structure, general tags, prose): the share of captions that fill it. A difference
        over `max_difference` is reported.

    Why is this bad?
        Where only full bodies name the ribbon and only busts have sentences, the ribbon goes
        with the framing, and so does the style of prompt that calls the character up.

    Example:
        Busts captioned with tags alone, full bodies with two sentences more. Caption all alike.

    Source:
        The account that this linter grew from kept the composition of its captions aligned
        between full bodies and busts. Half is this linter's own limit.
    """
    close: list[frozenset[str]] = []
    full: list[frozenset[str]] = []
    paths: list[str] = []
    judged = []
    for picture, caption in dataset.captioned:
        framing = label_of(picture.framing)
        if framing in CLOSE or framing == "full":
            slots = frozenset(token.slot for token in caption.tokens)
            (full if framing == "full" else close).append(slots)
            paths.append(caption.path)
            judged.append(picture.framing)
    if min(len(close), len(full)) < options.min_captions:
        reason = "there are too few captions of one framing"
        if judged:
            yield Abstention(reason=reason, count=len(judged), total=len(dataset.captioned))
        return
    apart: dict[str, tuple[int, int]] = {}
    for slot in SLOTS:
        near, far = (sum(slot in slots for slots in side) for side in (close, full))
        if abs(near / len(close) - far / len(full)) > options.max_difference:
            apart[slot] = near, far
    if not apart:
        return
    sources = sources_of(judged)
    said = [
        f"{slot} in {near} of {len(close)} and {far} of {len(full)}"
        for slot, (near, far) in apart.items()
    ]
    yield Violation(
        message=f"captions of close pictures and of full bodies differ: {some_of(said)} "
        f"({sources})",
        evidence={
            "close": len(close),
            "full": len(full),
            "slots": {slot: list(counts) for slot, counts in apart.items()},
            "by": dict(sources.counts()),
        },
        advice="fill the same slots in both: the same features, and sentences in all or in none",
        paths=tuple(paths),
        severity=graded(dataset, sources, Severity.WARNING),
    )
