"""CAP014 slot-order."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rules.caption.reordering import reordered
from rules.caption.trigger_slot import with_trigger_slot
from rules.fixing import each, span_in_file
from rules.model import Dataset, Token
from rules.needs import CAPTIONS, SLOTS
from rules.quoting import counted, some_of
from rules.registry import NoOptions, rule
from rules.trigger.variants import variants_of_trigger
from rules.violation import Said, Severity, Violation

SHOWN_TEXT = 30


@rule("CAP014", Severity.WARNING, needs=(SLOTS, CAPTIONS))
def slot_order(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags and sentences in another order than the declared one.

    What it does:
        Holds the slots of each caption against `caption.slots`. Counts the fewest parts that
        would have to move. Tags of a slot that is not declared are left where they are, tags of
        one slot may stand in any order, `solo` may stand among general tags too, and a misspelt
        trigger is TRG003's. The fix moves the tags of the named slots and sentences; tags that
        belong to no slot (`general`) keep their order among themselves.

    Why is this bad?
        The base learned its captions in one order. With another order per picture, the words
        that tell the character apart meet her name at ever other distances, and `keep_tokens`
        keeps the wrong ones in front.

    Example:
        `tk, 1girl, masterpiece, smile` under quality > count > trigger > general becomes
        `masterpiece, 1girl, tk, smile`.

    Source:
        The caption order that the makers of Anima publish; the account that this linter grew
        from kept one layout for all captions of a set.
    """
    slots = dataset.spec.caption.slots
    ranks: dict[str, int] = {slot: rank for rank, slot in reversed(tuple(enumerate(slots)))}
    loose = frozenset(dataset.vocabulary.words.loose_counts)
    misspelt: Mapping[str, list[Token]] | None = None
    for picture, fed in dataset.captioned:
        caption = with_trigger_slot(dataset, fed)
        tokens = [t for t in caption.tokens if t.slot in ranks and t.tag not in loose]
        if _stand_in_order(tokens, ranks):
            continue
        if misspelt is None:
            misspelt = {c.path: found for _, c, found in variants_of_trigger(dataset)}
        general = [t for t in misspelt.get(fed.path, ()) if t.slot == "general"]
        tokens = [t for t in tokens if t not in general]
        if _stand_in_order(tokens, ranks):
            continue
        wrong = _misplaced(tokens, ranks)
        fix = reordered(caption, ranks)
        shown = some_of([f"`{_short(t.text)}` ({t.slot})" for t in wrong])
        yield Violation(
            message=f"{len(wrong)} of {counted(len(caption.tokens), 'part')} out of order: {shown}",
            evidence={
                "misplaced": {t.text: t.slot for t in wrong},
                "parts": len(caption.tokens),
                "slots": list(slots),
            },
            advice=f"write {' > '.join(slots)}",
            paths=(caption.path,),
            picture=picture.sha256,
            span=span_in_file(caption, wrong[0]),
            fixes=each(fix),
        )


def _stand_in_order(tokens: Sequence[Token], ranks: Mapping[str, int]) -> bool:
    return all(ranks[left.slot] <= ranks[right.slot] for left, right in pairwise(tokens))


def _misplaced(tokens: Sequence[Token], ranks: Mapping[str, int]) -> list[Token]:
    """All but a longest run of tokens that stand in order already."""
    ends: list[int] = []
    holders: list[int] = []
    previous: list[int] = []
    for index, token in enumerate(tokens):
        rank = ranks[token.slot]
        length = bisect_right(ends, rank)
        previous.append(holders[length - 1] if length else -1)
        ends[length : length + 1] = [rank]
        holders[length : length + 1] = [index]
    kept = set()
    index = holders[-1]
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return [token for index, token in enumerate(tokens) if index not in kept]


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT].rstrip()}..."
