"""Tokens that are the trigger misspelt."""

from collections.abc import Iterator
from functools import cache

from rules.model import Caption, Dataset, Picture, Token
from rules.spelling import edits, squeezed
from rules.terms import digits, normal, unescaped
from rules.trigger.standing import INVISIBLE, trigger_index

LETTERS_PER_EDIT = 5
MOST_EDITS = 2


def variants_of_trigger(
    dataset: Dataset, letters_per_edit: int = LETTERS_PER_EDIT
) -> Iterator[tuple[Picture, Caption, list[Token]]]:
    """Each fed caption that spells the trigger otherwise, with the tokens that do."""
    written = _plain(dataset.spec.subject.trigger or "")
    trigger = normal(written)
    own_tags = _tags_beside(dataset, trigger).union(
        dataset.known_tags or (), dataset.aliases, dataset.vocabulary.tag_words
    )
    most = min(MOST_EDITS, len(trigger) // letters_per_edit)

    @cache
    def is_variant(tag: str) -> bool:
        if tag in own_tags or tag == trigger:
            return False
        if squeezed(tag) == squeezed(trigger):
            return True
        return digits(tag) == digits(trigger) and edits(tag, trigger, most) <= most

    for picture, caption in dataset.captioned:
        if trigger in caption.tags:
            found = [
                t
                for t in caption.tokens
                if t.tag == trigger and t.slot != "prose" and _plain(t.text) != written
            ]
        elif trigger_index(caption, trigger) is None:
            found = [t for t in caption.tokens if t.slot == "general" and is_variant(t.tag)]
        else:
            found = []
        if found:
            yield picture, caption, found


def _tags_beside(dataset: Dataset, trigger: str) -> set[str]:
    """Tags that stand beside the trigger somewhere, and so are words of their own."""
    beside: set[str] = set()
    for _, caption in dataset.captioned:
        if trigger in caption.tags:
            beside.update(caption.tags)
    return beside


def _plain(text: str) -> str:
    return unescaped(text.translate(INVISIBLE)).strip()
