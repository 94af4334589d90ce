"""TAG008 side-word-under-flip."""

import re
from collections.abc import Collection, Iterator

from rules.features import forms
from rules.model import Caption, Dataset, Token
from rules.needs import CAPTIONS, FLIPPING
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

# `right behind her` and `left open` tell no side, `on the right behind her` does.
NO_SIDE = re.compile(
    r"(?<!\bthe )(?<!\bher )(?<!\bhis )(?<!\bits )(?<!\btheir )(?<!'s )(?<!\bto )\b(?:"
    r"right (?:now|away|next|behind|before|after|beside|in front|at|there|here|under|above|angle)"
    r"|left (?:behind|alone|open|unbuttoned|undone|over))\b|\ball right\b"
)
NAMES = frozenset({"series", "artist", "trigger"})


@rule("TAG008", Severity.ERROR, needs=(CAPTIONS, FLIPPING))
def side_word_under_flip(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Left or right in a caption while the trainer mirrors pictures.

    What it does:
        Where flips are on, finds words that a mirrored picture makes wrong (`left`, `right`) in
        tags and sentences, and features that the subject declares as handed. Names of series
        and artists do not count, nor does `right behind her`.

    Why is this bad?
        The trainer mirrors the picture and keeps the caption. Half of the time `left` is shown
        on the right, so the word loses its meaning and the feature may come out on either side.
        With cached latents the coin is tossed once, and the picture stays mirrored for good.

    Example:
        `side ponytail on the right` with `flip_augment: true`: turn flips off.

    Source:
        Nerogar/OneTrainer#1032. The account that this linter grew from: words of direction are
        what makes an asymmetric feature follow its side.
    """
    mirrored = dataset.vocabulary.words.mirrored
    sides = re.compile(rf"\b(?:{'|'.join(map(re.escape, mirrored))})\b")
    handed = {feature: forms(feature) for feature in dataset.spec.subject.handed}
    for picture, caption in dataset.captioned:
        words = _side_words(caption, sides, mirrored)
        features = [f for f, names in handed.items() if any(map(caption.names, names))]
        if not words and not features:
            continue
        said = [*dict.fromkeys(word for word, _ in words), *features]
        yield Violation(
            message=f"{counted(len(said), 'word')} that a mirrored picture makes wrong: "
            f"{quoted(said)}",
            evidence={
                "words": [*said],
                "count": len(said),
                "trainer": dataset.trainer.id,
                "mirrored_for_good": dataset.trainer.flip.cached,
            },
            advice="turn flips off in the trainer "
            f"(`trainer: {{profile: {dataset.trainer.id}, flip: false}}` says so here)",
            paths=(caption.path,),
            picture=picture.sha256,
            span=_span(caption, words),
        )


def _side_words(
    caption: Caption, sides: re.Pattern[str], words: Collection[str]
) -> list[tuple[str, int]]:
    """Each side word with its offset in what is fed."""
    text = caption.text.lower()
    if not any(word in text for word in words):
        return []
    return [found for t in caption.tokens if t.slot not in NAMES for found in _in_token(t, sides)]


def _in_token(token: Token, sides: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    text = token.text.lower().replace("_", " ")
    blind = [match.span() for match in NO_SIDE.finditer(text)]
    for match in sides.finditer(text):
        if not any(start <= match.start() < end for start, end in blind):
            yield match[0], token.start + match.start()


def _span(caption: Caption, words: list[tuple[str, int]]) -> tuple[int, int] | None:
    if not words or caption.offset is None:
        return None
    word, start = words[0]
    return caption.offset + start, caption.offset + start + len(word)
