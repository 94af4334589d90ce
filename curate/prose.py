"""What sentences declare of a picture: framing, view, elevation and pose.

Phrases are data (`rules/vocabulary/prose.yaml`), found word by word with one look-up each. A
phrase counts where no negation and nobody else stands before it in its clause; what somebody does
counts only with the character as its subject. Where that is in doubt, nothing is declared.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rules.evidence import FINER
from rules.model import Declared
from rules.vocabulary import ProsePhrases

WORD = re.compile(r"[^\W_]+(?:['’/][^\W_]+)*|[,;:.!?()]")
STOPS = frozenset(",;:.!?()")
JOINING = frozenset({"and", "but", "then", "while", "as"})
PARTING = frozenset({"but", "then", "while", "as"})
ENDS = STOPS | PARTING
COPULAS = frozenset({"is", "being", "now", "seen", "shown"})
OBJECTS = frozenset({"her", "him"})
GUARDED = frozenset("seen viewed shown drawn depicted pictured facing faces from turned".split())
POSSESSIVE = frozenset({"his", "their", "its"})
RELATIVE = frozenset({"who", "that", "which", "whom", "whose"})
TOWARDS = frozenset(
    "to behind beside with near by at for over under towards toward past like from around".split()
)
GAP = 4
OPEN = ("*", "her")  # words of a phrase that several words may stand for
WINDOW = 30  # words before a phrase that can change what it means
SUBJECT_REACH = 5  # words from the start of a clause in which its subject stands
NOUN_REACH = 3  # words before a noun among which its preposition stands
OF_SUBJECT = 2  # words before a verb in `a drawing of her walking`


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    axis: str
    label: str
    kind: str


class ProseReader:
    """Reads sentences; every different one is read once."""

    def __init__(self, phrases: ProsePhrases, trigger: str | None = None) -> None:
        self._skipped = frozenset(phrases.skipped)
        self._known = {
            word for words, *_ in _phrases(phrases) for word in words if word.endswith("ly")
        }
        # first word -> second word, or none where it may be any -> phrases
        by_words: dict[str, dict[str, list[_Phrase]]] = {}
        for phrase in _phrases(phrases):
            second = phrase.words[1] if len(phrase.words) > 1 else "*"
            behind = by_words.setdefault(phrase.words[0], {})
            behind.setdefault("" if second in OPEN else second, []).append(phrase)
        self._by_words = by_words
        trigger_words = frozenset((trigger or "").lower().split()[-1:])
        self._selves = {
            "she": frozenset({*phrases.she, *phrases.they}) | trigger_words,
            "he": frozenset({*phrases.he, *phrases.they}) | trigger_words,
        }
        genders = {"she": frozenset(phrases.she), "he": frozenset(phrases.he)}
        others = frozenset(phrases.others)
        self._others = {"she": others | genders["he"], "he": others | genders["she"]}
        self._male = genders["he"]
        self._female = genders["she"]
        self._negations = frozenset(phrases.negations)
        does = (text.split()[0] for said in phrases.does.values() for text in said)
        self._verbs = frozenset({*phrases.verbs, *does})
        self._camera_before = frozenset(phrases.camera_before)
        self._not_before = frozenset(phrases.does_not_before)
        self._read: dict[tuple[str, str], tuple[tuple[str, Declared], ...]] = {}

    def read(self, sentences: Iterable[str], gender: str | None) -> Iterator[tuple[str, Declared]]:
        """Axis and declaration, sentence by sentence.

        Args:
            sentences: of one caption.
            gender: `she` or `he`, None where only the sentences tell.
        """
        for sentence in sentences:
            text = sentence.lower()
            if gender is None:
                gender = self._gender(text)
            key = (gender or "she", text)
            if key not in self._read:
                self._read[key] = tuple(self._sentence(*key))
            yield from self._read[key]

    def _gender(self, text: str) -> str | None:
        for word in WORD.findall(text):
            if word in self._female:
                return "she"
            if word in self._male:
                return "he"
        return None

    def words_of(self, text: str) -> list[str]:
        """The words of a sentence in lower case, as phrases are written, and its stops."""
        return [
            word.replace("’", "'")
            for word in WORD.findall(text)
            if word not in self._skipped and (not word.endswith("ly") or word in self._known)
        ]

    def _sentence(self, gender: str, text: str) -> Iterator[tuple[str, Declared]]:
        words = self.words_of(text)
        place = 0
        while place < len(words):
            found = self._longest(words, place) if words[place] in self._by_words else None
            if found is None:
                place += 1
                continue
            phrase, end = found
            if self._holds(phrase, words, place, end, gender):
                told = " ".join(words[place:end])
                yield phrase.axis, Declared(phrase.label, told, prose=True)
            place = end

    def _longest(self, words: list[str], place: int) -> tuple[_Phrase, int] | None:
        best: tuple[_Phrase, int] | None = None
        behind = self._by_words[words[place]]
        following = words[place + 1] if place + 1 < len(words) else ""
        for phrase in (*behind.get("", ()), *(behind.get(following, ()) if following else ())):
            end = _end(phrase.words, words, place)
            if end is not None and (best is None or end > best[1]):
                best = phrase, end
        return best

    def _holds(self, phrase: _Phrase, words: list[str], place: int, end: int, gender: str) -> bool:
        """Whether the words around a phrase let it speak of the character."""
        clause = place
        while place - clause < WINDOW and clause and words[clause - 1] not in ENDS:
            clause -= 1
        before = words[clause:place]
        others = self._others[gender]
        if not self._negations.isdisjoint(before) or not others.isdisjoint(before):
            return False
        if phrase.kind == "does":
            if end == place + 1 < len(words) and words[end] in self._not_before:
                return False
            return self._does(words, place, clause, gender)
        last = words[place - 1] if place else ","
        if last in OBJECTS and phrase.kind == "guarded":
            return place >= OF_SUBJECT and words[place - OF_SUBJECT] == "of"
        return (
            phrase.kind != "guarded"
            or last in STOPS
            or last in self._camera_before
            or last in self._selves[gender]
        )

    def _does(self, words: list[str], place: int, clause: int, gender: str) -> bool:
        """Whether the character is the subject of a verb."""
        selves, verb = self._selves[gender], place
        while place and words[place - 1] in COPULAS:
            place -= 1
        if place == 0:
            return True
        last = words[place - 1]
        if last in selves:
            return not _is_object(words, place - 1)
        if last in STOPS or last in JOINING:
            earlier = words[max(0, place - 1 - WINDOW) : place - 1]
            return self._others[gender].isdisjoint(earlier) and any(
                word in selves or (word in OBJECTS and words[i - 1] == "of")
                for i, word in enumerate(earlier)
            )
        if last in OBJECTS:
            return place >= OF_SUBJECT and words[place - OF_SUBJECT] == "of"
        # `a girl with a lantern walking` leaves open who walks.
        if place == verb and words[verb].endswith("ing"):
            return False
        return self._has_subject(words[clause:place], selves)

    def _has_subject(self, words: list[str], selves: frozenset[str]) -> bool:
        """Whether the words before a verb are a noun with the character at its head."""
        for i in range(len(words) - 1, -1, -1):
            if words[i] in selves:
                return i < SUBJECT_REACH and not _is_object(words, i)
            if words[i] in self._verbs or words[i] in RELATIVE or words[i] in PARTING:
                return False
        return False


def _is_object(words: list[str], place: int) -> bool:
    """Whether a preposition makes somebody the neighbour of what the sentence speaks of."""
    for i in range(place - 1, max(-1, place - 1 - NOUN_REACH), -1):
        if words[i] in STOPS or words[i] in JOINING:
            return False
        if words[i] in TOWARDS:
            return True
    return False


def _end(pattern: tuple[str, ...], words: list[str], place: int) -> int | None:
    """Where a phrase that starts at a place ends, None where it does not stand there."""
    for index, wanted in enumerate(pattern):
        if wanted == "*":
            rest = pattern[index + 1 :]
            for start in range(place, min(place + GAP, len(words) - len(rest)) + 1):
                if any(word in STOPS for word in words[place:start]):
                    return None
                if (end := _end(rest, words, start)) is not None:
                    return end
            return None
        if place >= len(words) or (
            words[place] != wanted and not (wanted == "her" and words[place] in POSSESSIVE)
        ):
            return None
        place += 1
    return place


def _phrases(phrases: ProsePhrases) -> Iterator[_Phrase]:
    for axis in ("view", "elevation", "framing"):
        by_label: Mapping[str, Iterable[str]] = getattr(phrases, axis)
        for label, said in by_label.items():
            for text in said:
                words = tuple(text.split())
                kind = "guarded" if words[0] in GUARDED else "camera"
                yield _Phrase(words, axis, label, kind)
    for kind in ("does", "holds"):
        by_label = getattr(phrases, kind)
        for label, said in by_label.items():
            for text in said:
                yield _Phrase(tuple(text.split()), "pose", label, kind)


def agreeing(told: Iterable[Declared]) -> tuple[Declared, ...]:
    """What sentences say of one axis, nothing where they contradict each other."""
    every = tuple(told)
    labels = {declared.label for declared in every}
    whole = any(
        all(finest in {label, *FINER.get(label, ())} for label in labels) for finest in labels
    )
    return every if whole else ()
