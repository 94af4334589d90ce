"""Slips of spelling: the distance between two words, and an index that finds near ones.

The index holds every word with one or two letters left out, so that two words within that
distance meet at a shared form: a look-up costs as much as the word is long, however many words
there are.
"""

from collections import defaultdict
from collections.abc import Iterable

from rules.terms import digits

LONGEST = 20
INFLECTIONS = frozenset({"s", "es", "d", "ed", "y", "ly"})


def edits(one: str, other: str, most: int) -> int:
    """Letters to change, add, drop or swap with their neighbour; `most` + 1 where it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, facing in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != facing))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == facing:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most and (not before or min(before) > most):
            return most + 1
    return min(row[-1], most + 1)


def is_slip(one: str, other: str, most: int) -> bool:
    """Whether one may be the other misspelt: near, and neither another number nor inflection."""
    if one == other or digits(one) != digits(other):
        return False
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and long[len(short) :] in INFLECTIONS:
        return False
    return edits(one, other, most) <= most


def squeezed(text: str) -> str:
    """Without what separates words, so that `twin tails` is `twintails`."""
    return text.replace(" ", "").replace("-", "").replace("_", "")


class NearWords:
    """Words that are found by what a slip makes of them."""

    def __init__(self, words: Iterable[str], long_word: int) -> None:
        """Index words; from `long_word` letters on, two slips are forgiven."""
        self._long_word = long_word
        self._words: dict[str, list[str]] = defaultdict(list)
        self._lengths: set[int] = set()
        for word in words:
            self._lengths.add(len(word))
            for form in self._forms(word):
                self._words[form].append(word)

    def near(self, word: str) -> tuple[str, ...]:
        """The indexed words that this may be a slip of."""
        slips = self._slips(word)
        if self._lengths.isdisjoint(range(len(word) - slips, len(word) + slips + 1)):
            return ()
        found = {w for form in self._forms(word) for w in self._words.get(form, ())}
        return tuple(sorted(w for w in found if is_slip(word, w, self._slips(word, w))))

    def _slips(self, *words: str) -> int:
        return 2 if min(map(len, words)) >= self._long_word else 1

    def _forms(self, word: str) -> set[str]:
        if len(word) > LONGEST:
            return set()
        once = {word[:i] + word[i + 1 :] for i in range(len(word))}
        if self._slips(word) == 1:
            return once | {word}
        return once.union(
            {word}, (form[:i] + form[i + 1 :] for form in once for i in range(len(form)))
        )
