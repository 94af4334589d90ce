"""TAG007 mixed-ratings."""

from rules.fixing import each, remove_tokens, span_in_file
from rules.model import Caption, Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.violation import Fix, Said, Severity, Violation
from rules.vocabulary import Words

Sides = list[frozenset[str]]


@rule("TAG007", Severity.WARNING, needs=(CAPTIONS,))
def mixed_ratings(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """More than one rating in a caption, or praise beside blame.

    What it does:
        Counts the ratings of each caption (`safe`, `sensitive`, `nsfw`...; `rating:safe` is
        `safe`) and looks for quality tags that contradict each other, such as `masterpiece`
        with `low quality`.

    Why is this bad?
        Ratings and quality tags are switches that the base has learned. A caption that throws
        two of them teaches that neither means anything, and prompts steer by just those.

    Example:
        `masterpiece, best quality, safe, explicit, ...`: with `safe` in `caption.prefix`, the
        other one goes.

    Source:
        The caption format that the base's makers publish, with one rating per caption; other
        tools' checks for several ratings. Only what the declared prefix decides is mended.
    """
    words = dataset.vocabulary.words
    switches = frozenset(words.ratings + words.praise + words.blame)
    prefix = frozenset(normal(tag) for tag in dataset.spec.caption.prefix)
    for picture, caption in dataset.captioned:
        tags = switches.intersection(caption.tags)
        faults = [sides for sides in _sides(tags, words) if len(sides) > 1] if tags else []
        if not faults:
            continue
        wrong = {tag for sides in faults for side in sides for tag in side}
        said = tuple(tag for tag in dict.fromkeys(caption.tags) if tag in wrong)
        fix = _by_prefix(caption, faults, prefix)
        yield Violation(
            message=f"{counted(len(said), 'tag')} that contradict each other: {quoted(said)}",
            evidence={"tags": list(said), "count": len(said)},
            advice="keep what is true of the picture",
            paths=(caption.path,),
            picture=picture.sha256,
            span=next(span_in_file(caption, t) for t in caption.tokens if t.tag in wrong),
            fixes=each(fix),
        )


def _sides(tags: frozenset[str], words: Words) -> tuple[Sides, Sides]:
    """The ratings of a caption by what they mean, and its praise and blame."""
    levels: dict[str, set[str]] = {}
    for rating in tags.intersection(words.ratings):
        levels.setdefault(rating.removeprefix("rating").strip(" :"), set()).add(rating)
    quality = (tags.intersection(words.praise), tags.intersection(words.blame))
    return [frozenset(level) for level in levels.values()], [side for side in quality if side]


def _by_prefix(caption: Caption, faults: list[Sides], prefix: frozenset[str]) -> Fix | None:
    """Keep the side of which the declared prefix holds a tag, where it does so for each fault."""
    wrong: set[str] = set()
    for sides in faults:
        declared = [side for side in sides if not side.isdisjoint(prefix)]
        if len(declared) != 1:
            return None
        wrong.update(tag for side in sides if side is not declared[0] for tag in side)
    tokens = {t for t in caption.tokens if t.tag in wrong and t.slot != "prose"}
    return remove_tokens(caption, tokens, safe=True)
