"""TAG012 uninformative-phrase."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from rules.model import Caption, Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.terms import normal
from rules.violation import Said, Severity, Violation

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;:.!?()]")
# Words that join others, and those that tell who is meant.
LINKING = frozenset(
    "a an the and or but of in on at to from with as by for under over behind into is are was has "
    "have while her his its their she he it they him them that this these there who which".split()
)
LONGEST = 8
Phrase = tuple[str, ...]


@record
class Options:
    """When a phrase tells nothing."""

    max_share: float = option(0.9, "share of the captions with prose over which it tells nothing")
    min_captions: int = option(10, "captions with prose that a set must have to be judged")
    min_words: int = option(2, "words that say something, without which it is no phrase")


@rule("TAG012", Severity.INFO, needs=(CAPTIONS,))
def uninformative_phrase(dataset: Dataset, options: Options) -> Said:
    """Words that the sentences of nearly every caption share.

    What it does:
        Looks for the longest phrases that stand, word for word, in the sentences of over
        `max_share` of the captions that have any, and reports those with at least `min_words`
        words that say something. The trigger, the name and the class words say nothing new, and
        phrases about what the subject or `lint.intended` declares are left out.

    Why is this bad?
        It is TAG010's fault in prose: what is in every caption cannot be told from the trigger.
        With `in soft watercolor style` behind every sentence the style comes with the character,
        and a captioning program's pet phrase costs tokens and tells nothing.

    Example:
        `... in soft watercolor style.` in 24 of 24 captions: take it out, or say in each what is
        drawn how.

    Source:
        caption-audit, which reports words by the share of captions that hold them. The share is
        TAG010's.
    """
    captions = [caption for _, caption in dataset.captioned if caption.sentences]
    if len(captions) < options.min_captions:
        return
    least = options.max_share * len(captions)
    runs = _runs_of_frequent_words(captions, least)
    empty = LINKING | _empty_words(dataset)
    explained = _explained(dataset)
    places: defaultdict[Phrase, dict[str, None]] = defaultdict(dict)
    for caption, found in zip(captions, runs, strict=True):
        for phrase in {p for run in found for p in _phrases(run)}:
            if sum(word not in empty for word in phrase) >= options.min_words:
                places[phrase][caption.path] = None
    frequent = {phrase: paths for phrase, paths in places.items() if len(paths) > least}
    for phrase, paths in frequent.items():
        said = " ".join(phrase)
        if phrase[0] in LINKING or phrase[-1] in LINKING or _has_longer(phrase, frequent):
            continue
        if any(f" {term} " in f" {said} " for term in explained):
            continue
        yield Violation(
            message=f"the sentences of {len(paths):,} of {counted(len(captions), 'caption')} say "
            f"`{said}`",
            evidence={"phrase": said, "count": len(paths), "captions": len(captions)},
            advice="take it out, or say in each caption what its picture shows; declare in "
            "`subject.prose_only` what belongs to the character",
            paths=tuple(paths),
            key=said,
        )


def _runs_of_frequent_words(captions: Iterable[Caption], least: float) -> list[list[Phrase]]:
    """Of each caption its rows of words that are all in more than so many captions."""
    told = [WORD.findall(caption.prose) for caption in captions]
    counts = Counter(word for words in told for word in set(words))
    frequent = {word for word, count in counts.items() if count > least and word[0].isalnum()}
    if frequent <= LINKING:
        return [[] for _ in told]
    return [list(_runs(words, frequent)) for words in told]


def _runs(words: Iterable[str], frequent: set[str]) -> Iterator[Phrase]:
    run: list[str] = []
    for word in (*words, "."):
        if word in frequent:
            run.append(word)
        elif run:
            yield tuple(run)
            run = []


def _phrases(run: Phrase) -> Iterator[Phrase]:
    """Every piece of a row that is no longer than a phrase may be."""
    for start in range(len(run)):
        for end in range(start + 1, min(len(run), start + LONGEST) + 1):
            yield run[start:end]


def _has_longer(phrase: Phrase, frequent: Iterable[Phrase]) -> bool:
    """Whether a longer phrase that is as frequent, and ends as well, holds this one."""
    said = f" {' '.join(phrase)} "
    return any(
        len(other) > len(phrase)
        and said in f" {' '.join(other)} "
        and other[0] not in LINKING
        and other[-1] not in LINKING
        for other in frequent
    )


def _empty_words(dataset: Dataset) -> frozenset[str]:
    """Words that tell who is meant: the trigger, the name, the class."""
    subject = dataset.spec.subject
    terms = (*subject.class_words, *(t for t in (subject.trigger, subject.name) if t))
    return frozenset(word for term in terms for word in normal(term).split())


def _explained(dataset: Dataset) -> tuple[str, ...]:
    """What may stand everywhere, because somebody said so."""
    subject, intended = dataset.spec.subject, dataset.spec.lint.intended
    terms = (
        *(subject.absorb + subject.structure + subject.prose_only),
        *subject.handed,
        *(tag for tags in subject.outfits.values() for tag in tags),
        *(tag for pair in intended for tag in pair),
    )
    return tuple(map(normal, terms))
