"""Putting the tags of a caption into the order of their slots, and its sentences behind them."""

import re
from collections.abc import Mapping, Sequence

from rules.fixing import replace_tokens
from rules.model import Caption, Token
from rules.violation import Edit, Fix

# Behind a full stop only these begin a sentence; any other text needs a comma before it.
SENTENCE_START = re.compile(r"""["'A-Z]|(?:an?|the|s?he|they|her|his|it|there|this)\b""")
STOPS = (".", "!", "?", "。")


def reordered(caption: Caption, ranks: Mapping[str, int]) -> Fix | None:
    """A safe fix that sorts by slot, None where the result would be cut otherwise than meant.

    Tags of slots without a rank keep their places, tags of equal rank their order. Where tags
    change places the text between them stays as it is; only where a sentence has to move behind
    them is the caption written anew.
    """
    tokens = caption.tokens
    prose = [index for index, token in enumerate(tokens) if token.slot == "prose"]
    tags = [index for index, token in enumerate(tokens) if token.slot != "prose"]
    places = [index for index in tags if tokens[index].slot in ranks]
    sources = sorted(places, key=lambda index: ranks[tokens[index].slot])
    moved = {p: s for p, s in zip(places, sources, strict=True) if p != s}
    if caption.offset is None or any(tokens[s].text.endswith(STOPS) for s in moved.values()):
        return None
    if "prose" in ranks and prose and any(index > prose[0] for index in places):
        last = max(ranks.values()) == ranks["prose"]
        order = [tokens[moved.get(index, index)] for index in tags]
        return _rewritten(caption, order, [tokens[i] for i in prose]) if last else None
    if any(follows_stop(caption, tokens[place]) for place in moved):
        return None
    if not moved or any(min(moved) < index < max(moved) for index in prose):
        return None
    texts = {tokens[place]: tokens[source].text for place, source in moved.items()}
    return replace_tokens(caption, texts, safe=True)


def follows_stop(caption: Caption, token: Token) -> bool:
    """Whether other text in this place could be read as a sentence, or with what precedes it."""
    return caption.text[: token.start].rstrip().endswith(STOPS)


def _rewritten(caption: Caption, tags: Sequence[Token], prose: Sequence[Token]) -> Fix | None:
    """All tags, then all sentences."""
    start, end = caption.tokens[0].start, caption.tokens[-1].end
    whole = all(token.text.endswith(STOPS) for token in prose[:-1])
    if not whole or "\n" in caption.text[start:end] or tags[-1].text.endswith(STOPS):
        return None
    stop = "." if SENTENCE_START.match(prose[0].text) else ","
    text = f"{', '.join(t.text for t in tags)}{stop} {' '.join(t.text for t in prose)}"
    offset = caption.offset or 0
    return Fix(
        path=caption.path,
        edits=(Edit(start=offset + start, end=offset + end, replacement=text),),
        safe=True,
    )
