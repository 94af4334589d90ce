"""CAP013 inconsistent-prefix."""

from collections.abc import Collection

from rules.caption.reordering import SENTENCE_START, STOPS, follows_stop
from rules.caption.trigger_slot import with_trigger_slot
from rules.fixing import each, insert_text, replace_tokens
from rules.model import Caption, Dataset, Token
from rules.needs import CAPTIONS, PREFIX
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.terms import normal
from rules.violation import Fix, Said, Severity, Violation
from rules.vocabulary import Words


@rule("CAP013", Severity.WARNING, needs=(PREFIX, CAPTIONS))
def inconsistent_prefix(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions that do not begin with the declared prefix.

    What it does:
        Compares the first tags of each caption with `caption.prefix`, in that order. Slots that
        `caption.slots` puts before the quality tags may stand in front of it; where no slots are
        declared, the trigger may. A caption that bears another rating, or a quality tag of the
        opposite kind, is reported and left to you.

    Why is this bad?
        The prefix is what the base was told of every good picture. Captions without it teach the
        LoRA that its pictures are of another kind, and the look of the set moves into the
        trigger instead of staying with the prefix.

    Example:
        67 of 70 captions begin with `masterpiece, best quality, safe`, three with
        `best quality`. The fix completes the three.

    Source:
        The account that this linter grew from: one prefix on all captions of a set, for a base
        that assumes quality tags.
    """
    prefix = dataset.spec.caption.prefix
    wanted = tuple(normal(tag) for tag in prefix)
    slots = dataset.spec.caption.slots
    before = frozenset(slots[: slots.index("quality")] if "quality" in slots else ("trigger",))
    for picture, fed in dataset.captioned:
        caption = with_trigger_slot(dataset, fed)
        tokens = caption.tokens
        place = 0
        while place < len(tokens) and _stands_before(tokens[place], before, wanted):
            place += 1
        found = [normal(token.tag) for token in tokens[place : place + len(wanted)]]
        if not tokens or found == list(wanted):
            continue
        tags = {normal(tag) for tag in caption.tags}
        missing = [tag for tag, form in zip(prefix, wanted, strict=True) if form not in tags]
        against = _against({normal(tag) for tag in missing}, tags, dataset.vocabulary.words)
        fix = None if against else _fix(caption, place, prefix, wanted)
        message = (
            f"the prefix is there, but the caption begins {quoted(t.text for t in tokens[:3])}"
        )
        if missing:
            message = (
                f"{len(missing)} of {counted(len(prefix), 'tag')} of the prefix missing: "
                f"{quoted(missing)}"
            )
        yield Violation(
            message=message + (f"; instead: {quoted(against)}" if against else ""),
            evidence={"prefix": list(prefix), "missing": list(missing), "against": list(against)},
            advice=f"begin the caption with `{', '.join(prefix)}`",
            paths=(caption.path,),
            picture=picture.sha256,
            fixes=each(fix),
        )


def _stands_before(token: Token, before: frozenset[str], wanted: tuple[str, ...]) -> bool:
    return token.slot in before and normal(token.tag) not in wanted


def _against(missing: Collection[str], tags: Collection[str], words: Words) -> list[str]:
    """The tags beside which a missing one would be a contradiction."""
    scores = tuple(tag for tag in words.quality if tag.startswith("score_"))
    opposites = (
        (words.ratings, words.ratings),
        (scores, scores),
        (words.praise, words.blame),
        (words.blame, words.praise),
    )
    return [
        tag
        for group, opposite in opposites
        if any(normal(tag) in missing for tag in group)
        for tag in opposite
        if normal(tag) in tags
    ]


def _fix(
    caption: Caption, place: int, prefix: tuple[str, ...], wanted: tuple[str, ...]
) -> Fix | None:
    """Write the prefix at its place and take its tags out where else they stand."""
    tokens = caption.tokens
    first: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.slot != "prose" and normal(token.tag) in wanted:
            first.setdefault(normal(token.tag), index)
    last = max(first.values(), default=place - 1)
    region = tokens[place : last + 1]
    if region:
        kept = [
            t.text
            for i, t in enumerate(tokens[: last + 1])
            if i >= place and i not in first.values()
        ]
        if any(t.slot == "prose" or t.text.endswith(STOPS) for t in region):
            return None
        if any(follows_stop(caption, token) for token in region):
            return None
        texts = [*prefix, *kept]
        joined = len(texts) - len(region) + 1
        texts = [", ".join(texts[:joined]), *texts[joined:]]
        return replace_tokens(caption, dict(zip(region, texts, strict=True)), safe=True)
    begin = ", ".join(prefix)
    if place < len(tokens) and tokens[place].slot != "prose":
        return insert_text(caption, tokens[place].start, f"{begin}, ", safe=True)
    if place:
        return insert_text(caption, tokens[place - 1].end, f", {begin}", safe=True)
    stop = "." if SENTENCE_START.match(tokens[0].text) else ","
    return insert_text(caption, tokens[0].start, f"{begin}{stop} ", safe=True)
