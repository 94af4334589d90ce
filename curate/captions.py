"""Captions: from what a trainer feeds to tags and sentences.

A caption is a list of tags cut at commas, with sentences among or behind them. What is what is
decided by form alone, piece by piece: a piece that opens like a sentence starts one, which runs
on over commas to its full stop; a long piece with function words is a clause of its own;
everything else is a tag.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from rules.model import Caption, Token
from rules.profiles import Base
from rules.spec import Spec
from rules.terms import unescaped
from rules.vocabulary import Vocabulary

CLAUSE_WORDS = 6
CLAUSE_FUNCTION_WORDS = 2
SENTENCE_WORDS = 3
OPENERS = frozenset("a an the she he they her his their it its this these there".split())
FUNCTION_WORDS = OPENERS | frozenset(
    "is are has have and of in on at to from with as by under over while toward towards".split()
)
# Behind the trigger they make a sentence of it, however short: `Keichan is walking`.
SUBJECT_VERBS = frozenset({"is", "has", "wears"})
# A full stop ends a sentence where one could begin behind it, so `dr. stone` stays whole, and
# not behind the short forms of Mister, Mount, Saint and Doctor. A row of them is taken whole or
# not at all, which keeps a row of thousands linear; the class in front, which says less than what
# follows, lets the search skip to where a separator may be.
SEPARATOR = re.compile(
    r"""[,\n.!?。](?:(?<=[,\n。])|(?<![.!?].)(?<!\b[MmDdSs][rst].)(?<!\b[Mm]rs.)[.!?]*+(?=\s*$|\s*\n|\s+(?:["'A-Z]|(?:an?|the|s?he|they|her|his|it|there|this)\b)))"""
)
STOP = re.compile(r"[.!?。\n]")
# A row of tags that full-width commas were meant to part is no clause, however long.
LISTED = frozenset("，、")
SCORE = re.compile(r"score_\d+(?:_up)?")
# Slots that a sentence may fall into by the words it ends in: `She wears a blue ribbon`.
LOOSE_SLOTS = frozenset({"general", "structure"})


# What no sentence ends with: a comma, or any white space there is.
TRAILING = "," + "".join(c for c in map(chr, range(0x3001)) if c.isspace())

V = TypeVar("V")


class _Piece(NamedTuple):
    """A piece of a caption, stripped, what ends it, and where that ends."""

    text: str
    start: int
    ender: str
    stop: int


class _LookUp(dict[str, V]):
    """A mapping that finds out what it does not hold, once for every key."""

    def __init__(self, look_up: Callable[[str], V]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, key: str) -> V:
        value = self[key] = self._look_up(key)
        return value


class SlotTable:
    """What each tag of one dataset is for; every different piece of text is looked up once."""

    def __init__(self, spec: Spec, base: Base, vocabulary: Vocabulary) -> None:
        words, layout = vocabulary.words, spec.caption
        self.emoticons = frozenset(words.emoticons)
        self._artist_prefix = base.captions.artist_prefix
        slots: dict[str, str] = {}
        for slot, tags in (
            ("structure", spec.subject.structure),
            ("artist", layout.artists),
            ("series", layout.series),
            ("count", words.counts),
            ("quality", (*words.quality, *words.ratings, *layout.prefix)),
            ("trigger", (spec.subject.trigger or "",)),
        ):
            slots.update(dict.fromkeys((self.normal(tag) for tag in tags), slot))
        self._slots = slots
        self._subject = self.normal(spec.subject.trigger or "").split()
        self._structure = tuple(f" {self.normal(tag)}" for tag in spec.subject.structure)
        # text -> normal form and slot, None where it reads like prose
        self.tags = _LookUp(self._read_tag)
        # what stands between two commas -> white space before it, text, normal form and slot;
        # empty where there is nothing, None where a sentence may begin
        self.parts = _LookUp(self._read_part)

    def normal(self, text: str) -> str:
        """The form in which tags are compared: lower case, spaces, no escapes."""
        tag = " ".join(unescaped(text).lower().split())
        if "_" in tag and tag not in self.emoticons and not SCORE.fullmatch(tag):
            tag = " ".join(tag.replace("_", " ").split())
        return tag

    def _read_part(self, part: str) -> tuple[int, str, str, str] | tuple[()] | None:
        text = part.strip()
        if not text:
            return ()
        found = self.tags[text]
        if found is None or (found[1] in LOOSE_SLOTS and self.opens_sentence(text)):
            return None
        return len(part) - len(part.lstrip()), text, *found

    def opens_sentence(self, text: str) -> bool:
        """Whether a piece between two commas begins a sentence."""
        words = text.split()
        return _opens_sentence(words) or self._tells_of_subject(words)

    def _tells_of_subject(self, words: list[str]) -> bool:
        length = len(self._subject)
        return (
            0 < length < len(words)
            and words[length].lower() in SUBJECT_VERBS
            and self.normal(" ".join(words[:length])).split() == self._subject
        )

    def _read_tag(self, text: str) -> tuple[str, str] | None:
        tag = self.normal(text)
        slot = self._slots.get(tag)
        if slot is None:
            if _is_clause(text) and LISTED.isdisjoint(text):
                return None
            if tag in self.emoticons:
                slot = "general"
            elif self._artist_prefix and tag.startswith(self._artist_prefix):
                slot = "artist"
            elif self._structure and tag.endswith(self._structure):
                slot = "structure"
            else:
                slot = "general"
        return tag, slot


def parse_caption(text: str, path: str, slots: SlotTable, offset: int | None = 0) -> Caption:
    """Cut a caption into tags and sentences.

    Args:
        text: what the trainer feeds.
        path: of the file, for findings.
        slots: decides the slot of each tag.
        offset: where the text starts in the file, None where it is no slice of it.
    """
    tokens, start = _leading_tags(text, slots)
    tags = [token.tag for token in tokens]
    sentences: list[str] = []
    if start is not None:
        for words, tag, slot, place in _tags_and_sentences(text[start:], slots):
            tokens.append(Token(words, tag, slot, start + place))
            if slot == "prose":
                sentences.append(words)
            else:
                tags.append(tag)
    return Caption(
        path=path,
        text=text,
        tokens=tuple(tokens),
        tags=tuple(tags),
        sentences=tuple(sentences),
        offset=offset,
    )


def _leading_tags(text: str, slots: SlotTable) -> tuple[list[Token], int | None]:
    """The tags in front, one look-up each, and where a sentence may begin, None for nowhere."""
    stop = STOP.search(text)
    parts = (text[: stop.start()] if stop else text).split(",")
    # The last part may run on behind a full stop.
    if stop:
        parts.pop()
    tokens: list[Token] = []
    start, look_up = 0, slots.parts
    for part in parts:
        known = look_up[part]
        if known is None:
            return tokens, start
        if known:
            lead, words, tag, slot = known
            tokens.append(Token(words, tag, slot, start + lead))
        start += len(part) + 1
    return tokens, start if stop else None


def _tags_and_sentences(text: str, slots: SlotTable) -> Iterator[Token]:
    sentence_start: int | None = None
    after_stop = False
    for piece in _pieces(text):
        stops = piece.ender not in {",", ""}
        if sentence_start is None:
            found = _tag_of(piece, slots)
            opens = bool(piece.text) and (
                (after_stop and piece.text[0].isupper()) or slots.opens_sentence(piece.text)
            )
            if opens and (found is None or found[1] in LOOSE_SLOTS):
                sentence_start = piece.start
            elif piece.text:
                yield _token(piece, found)
        after_stop = (after_stop and not piece.text) or piece.ender not in {",", "", "\n"}
        if sentence_start is not None and stops:
            yield _sentence(text, sentence_start, piece.stop)
            sentence_start = None
    if sentence_start is not None:
        yield _sentence(text, sentence_start, len(text))


def _pieces(text: str) -> Iterator[_Piece]:
    """The text between separators, stripped, with the separator that ends it."""
    start = 0
    for match in SEPARATOR.finditer(text):
        yield _stripped(text, start, match.start(), match.end())
        start = match.end()
    yield _stripped(text, start, len(text), len(text))


def _stripped(text: str, start: int, end: int, stop: int) -> _Piece:
    raw = text[start:end]
    left = raw.lstrip()
    return _Piece(left.rstrip(), start + len(raw) - len(left), text[end:stop], stop)


def _tag_of(piece: _Piece, slots: SlotTable) -> tuple[str, str] | None:
    if piece.ender[:1] in {".", "!", "?"}:
        whole = piece.text + piece.ender.strip()
        if whole.lower() in slots.emoticons:
            return slots.tags[whole]
    return slots.tags[piece.text]


def _token(piece: _Piece, found: tuple[str, str] | None) -> Token:
    if found is None:
        return _prose(piece.text, piece.start)
    tag, slot = found
    # `!` and `?` belong to a tag that ends in them, a full stop does not.
    touches = piece.start + len(piece.text) + len(piece.ender) == piece.stop
    text = piece.text + (piece.ender if piece.ender[:1] in {"!", "?"} and touches else "")
    return Token(text, tag if text == piece.text else tag + piece.ender, slot, piece.start)


def _sentence(text: str, start: int, stop: int) -> Token:
    return _prose(text[start:stop].rstrip(TRAILING), start)


def _prose(text: str, start: int) -> Token:
    return Token(text, text.lower(), "prose", start)


def _opens_sentence(words: list[str]) -> bool:
    first = words[0].lower()
    others = sum(word.lower() in FUNCTION_WORDS for word in words[1:])
    if first in OPENERS:
        return (words[0][0].isupper() and len(words) > 1) or (
            len(words) >= SENTENCE_WORDS and others > 0
        )
    return words[0][0].isupper() and len(words) >= CLAUSE_WORDS and others > 0


def _is_clause(text: str) -> bool:
    words = text.lower().split()
    return (
        len(words) >= CLAUSE_WORDS
        and sum(word in FUNCTION_WORDS for word in words) >= CLAUSE_FUNCTION_WORDS
    )
