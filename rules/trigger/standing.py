"""Where the trigger stands in a caption, and where it belongs."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, get_args

from rules.fixing import insert_text, remove_tokens
from rules.model import Caption, Dataset, Token
from rules.spec import SlotName
from rules.terms import normal
from rules.violation import Fix

# A byte order mark glued to the trigger is another rule's finding.
INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
OPENING = frozenset({"quality", "count"})


class Place(NamedTuple):
    """What stands before the trigger: tags of quality and count, and others."""

    opening: int
    others: int


def trigger_index(caption: Caption, trigger: str) -> int | None:
    """Index of the token that is the trigger, else of the first that holds it as a word."""
    if trigger in caption.tags:
        return next(
            i for i, t in enumerate(caption.tokens) if t.tag == trigger and t.slot != "prose"
        )
    if trigger not in _visible(caption.text):
        return None
    words = re.compile(rf"(?<!\w){re.escape(trigger)}(?!\w)")
    return next((i for i, t in enumerate(caption.tokens) if words.search(_visible(t.tag))), None)


def _visible(text: str) -> str:
    return normal(text.translate(INVISIBLE))


def place_of(tokens: Sequence[Token]) -> Place:
    """The place behind these tokens."""
    opening = sum(token.slot in OPENING for token in tokens)
    return Place(opening, len(tokens) - opening)


def slots_before(dataset: Dataset) -> frozenset[str] | None:
    """The slots that the layout puts before the trigger, None where it declares no order."""
    slots = dataset.spec.caption.slots
    return frozenset(slots[: slots.index("trigger")]) if "trigger" in slots else None


class Home:
    """Where the trigger belongs: in its declared slot, else where most captions have it."""

    def __init__(self, dataset: Dataset, trigger: str) -> None:
        """Learn the place from the layout, or from all captions that have the trigger."""
        self.before = slots_before(dataset)
        self.places: Counter[Place] = Counter()
        for _, caption in dataset.captioned:
            index = trigger_index(caption, trigger)
            if index is not None:
                self.places[place_of(caption.tokens[:index])] += 1
        ranks: Counter[int] = Counter()
        for place, count in self.places.items():
            ranks[place.others] += count
        # How many others stand before it; quality and count tags come and go with the picture.
        self.others, self.shared = ranks.most_common(1)[0] if ranks else (0, 0)
        if self.before is None and not ranks:
            base = dataset.base.captions.slots
            prefixed = bool(dataset.spec.caption.prefix) and "trigger" in base
            self.before = frozenset(base[: base.index("trigger")]) if prefixed else frozenset()

    @property
    def in_words(self) -> str:
        """The place as an advice names it."""
        if self.before is None:
            return "where the other captions have it"
        before = [slot for slot in get_args(SlotName) if slot in self.before]
        return f"behind the tags of {', '.join(before)}" if before else "in front"

    def index_among(self, tokens: Sequence[Token]) -> int:
        """How many of a caption's other tokens belong before the trigger."""
        if self.before is not None:
            behind = (i for i, token in enumerate(tokens) if token.slot not in self.before)
            return next(behind, len(tokens))
        usual = max(
            (p for p in self.places if p.others == self.others), key=lambda p: self.places[p]
        )
        opening, others = usual
        for i, token in enumerate(tokens):
            if token.slot in OPENING and opening:
                opening -= 1
            elif token.slot not in OPENING | {"prose"} and others:
                others -= 1
            else:
                return i
        return len(tokens)


def insert_trigger(caption: Caption, written: str, home: Home) -> Fix | None:
    """Write the trigger where it belongs."""
    index = home.index_among(caption.tokens)
    if index == 0:
        return insert_text(caption, caption.tokens[0].start, f"{written}, ", safe=True)
    return insert_text(caption, caption.tokens[index - 1].end, f", {written}", safe=True)


def move_trigger(caption: Caption, token: Token, home: Home) -> Fix | None:
    """Take the trigger's token to where it belongs, as far as this caption has such a place."""
    others = [other for other in caption.tokens if other is not token]
    index = home.index_among(others)
    removal = remove_tokens(caption, {token}, safe=True)
    if removal is None or token.slot == "prose" or not others:
        return None
    if index == next(i for i, other in enumerate(caption.tokens) if other is token):
        return None
    if index == 0:
        insertion = insert_text(caption, others[0].start, f"{token.text}, ", safe=True)
    else:
        insertion = insert_text(caption, others[index - 1].end, f", {token.text}", safe=True)
    if insertion is None:
        return None
    return Fix(path=caption.path, edits=(*removal.edits, *insertion.edits), safe=True)
