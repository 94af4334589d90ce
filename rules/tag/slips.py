"""Which rare tags are frequent ones misspelt."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice, product

from rules.model import Dataset
from rules.spelling import NearWords, squeezed
from rules.terms import normal

MISSPELT_WORDS = 2
GUESSES = 16


class Slips:
    """The frequent tags of a dataset, findable by what a slip makes of them."""

    def __init__(self, dataset: Dataset, *, ratio: int, min_letters: int, long_word: int) -> None:
        """Index the tags that stand in at least `ratio` captions."""
        self._ratio, self._min_letters = ratio, min_letters
        self._counts, slots = dataset.tag_counts, dataset.slots_by_tag
        frequent = [t for t, n in self._counts.items() if n >= ratio and slots[t] != "trigger"]
        self._frequent = frozenset(frequent)
        self.most = max((self._counts[tag] for tag in frequent), default=0)
        self._squeezed = {squeezed(tag): tag for tag in frequent}
        self._known = _known_words(dataset)
        self._word_counts: Counter[str] = Counter()
        for tag, count in self._counts.items():
            for word in tag.split():
                self._word_counts[word] += count
        near = NearWords({w for tag in frequent for w in tag.split()}, long_word)
        self._near = cache(near.near)

    def meant(self, tag: str) -> str | None:
        """The frequent tag that a rare one probably is, or None."""
        if len(tag) < self._min_letters or tag in self._frequent:
            return None
        whole = self._squeezed.get(squeezed(tag))
        guesses = {whole} if whole else set(islice(self._mended(tag), GUESSES))
        count = self._counts[tag]
        fitting = [g for g in guesses if self._counts[g] >= self._ratio * count]
        return max(fitting, key=lambda g: (self._counts[g], g), default=None)

    def _mended(self, tag: str) -> Iterator[str]:
        """Frequent tags that differ from a tag in words that nobody knows."""
        words = tag.split()
        strange = [i for i, word in enumerate(words) if self._is_strange(word)]
        if not 0 < len(strange) <= MISSPELT_WORDS:
            return
        for nearest in product(*(self._near(words[i]) for i in strange)):
            mended = list(words)
            for i, word in zip(strange, nearest, strict=True):
                if self._word_counts[word] < self._ratio * self._word_counts[words[i]]:
                    break
                mended[i] = word
            else:
                if (guess := " ".join(mended)) in self._frequent:
                    yield guess

    def _is_strange(self, word: str) -> bool:
        return len(word) >= self._min_letters and word not in self._known


def _known_words(dataset: Dataset) -> frozenset[str]:
    """Words that are no slip: those of well-known tags and of the user's own declarations."""
    words, axes, subject = dataset.vocabulary.words, dataset.vocabulary.axes, dataset.spec.subject
    layout = dataset.spec.caption
    terms = [
        *(words.quality + words.ratings + words.counts + words.meta + words.colours),
        *(words.accessories + words.common + words.several),
        *axes.framing,
        *axes.view,
        *axes.elevation,
        *axes.pose,
        *axes.expression,
        *(tag for group in dataset.vocabulary.exclusive.values() for tag in group.tags),
        *(subject.absorb + subject.structure + subject.prose_only + subject.class_words),
        *(tag for tags in subject.outfits.values() for tag in tags),
        *subject.handed,
        *(layout.series + layout.artists + layout.prefix),
        *(term for term in (subject.trigger, subject.name) if term),
    ]
    return dataset.vocabulary.tag_words.union(w for term in terms for w in normal(term).split())
