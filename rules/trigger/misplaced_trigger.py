"""TRG002 misplaced-trigger."""

from collections.abc import Collection

from rules.fixing import each, span_in_file
from rules.model import Caption, Dataset, Token
from rules.needs import CAPTIONS, TRIGGER
from rules.profiles import Shuffle
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.terms import normal
from rules.trigger.standing import Home, move_trigger, place_of, trigger_index
from rules.violation import Abstention, Said, Severity, Violation


@record
class Options:
    """When the captions share a place for the trigger."""

    min_share: float = option(0.8, "share of the captions that makes a place the usual one")


@rule("TRG002", Severity.WARNING, needs=(CAPTIONS, TRIGGER))
def misplaced_trigger(dataset: Dataset, options: Options) -> Said:
    """The trigger somewhere else than in the other captions.

    What it does:
        Where `caption.slots` declares an order, looks for tags of a later slot before the
        trigger and of an earlier one right behind it. Where it does not, counts how many tags
        besides quality and count stand before the trigger, and reports captions that differ
        from what `min_share` of them do. Where the trainer shuffles and keeps fewer tokens than
        the trigger needs, both this and a well-placed trigger are errors.

    Why is this bad?
        Text encoders read in order, and what stands first weighs most. A trigger that wanders
        is bound more weakly and needs more steps; shuffled, it is nowhere in particular.

    Example:
        `1girl, smile, standing, tk` among captions that begin with `tk, 1girl`.

    Source:
        Trainers' shuffling and `keep_tokens`, read from their sources. The share is a prior.
    """
    trigger = normal(dataset.spec.subject.trigger or "")
    home, loose = Home(dataset, trigger), dataset.vocabulary.words.loose_counts
    total = sum(home.places.values())
    settled = home.before is not None or home.shared / total >= options.min_share
    if not settled:
        usual = f"under {options.min_share:.0%} of the captions have the trigger in one place"
        reason = f"no slots are declared, and {usual}"
        yield Abstention(reason=reason, count=total, total=len(dataset.captioned))
    shuffled: list[tuple[Caption, int]] = []
    for picture, caption in dataset.captioned:
        index = trigger_index(caption, trigger)
        if index is None:
            continue
        token = caption.tokens[index]
        kept = _needed_tokens(dataset.trainer.shuffle, caption, token)
        if not settled or not _is_misplaced(caption, index, home, loose):
            if kept:
                shuffled.append((caption, kept))
            continue
        fix = move_trigger(caption, token, home)
        yield Violation(
            message=f"`{token.text if token.slot != 'prose' else trigger}` is number {index + 1} "
            f"of {len(caption.tokens)}, {_reason(home, total)}",
            evidence={
                "place": index + 1,
                "tokens": len(caption.tokens),
                "shared": home.shared,
                "captions": total,
                "shuffled": bool(kept),
            },
            advice=f"put it {home.in_words}",
            paths=(caption.path,),
            severity=Severity.ERROR if kept else Severity.WARNING,
            picture=picture.sha256,
            span=span_in_file(caption, token),
            fixes=each(fix),
        )
    if shuffled:
        yield _shuffled_away(dataset, shuffled)


def _is_misplaced(caption: Caption, index: int, home: Home, loose: Collection[str]) -> bool:
    before = caption.tokens[:index]
    if home.before is None:
        return place_of(before).others != home.others
    behind = [t for t in caption.tokens[index + 1 : index + 2] if t.tag not in loose]
    return (
        caption.tokens[index].slot == "prose"
        or any(token.slot not in home.before for token in before)
        or any(token.slot in home.before for token in behind)
    )


def _reason(home: Home, total: int) -> str:
    if home.before is not None:
        return "not where `caption.slots` puts the trigger"
    usual = counted(home.others, "tag") if home.others else "nothing"
    return f"but {home.shared:,} of {total:,} have {usual} but quality and count before it"


def _needed_tokens(shuffle: Shuffle, caption: Caption, token: Token) -> int:
    """How many tokens would have to be kept for this one to stay; 0 where it stays."""
    if shuffle.separator in caption.text:
        index = caption.text.count(shuffle.separator, 0, token.start)
        pieces = caption.text.count(shuffle.separator) + 1
    elif shuffle.without_separator == "words":
        index = len(caption.text[: token.start].split())
        pieces = len(caption.text.split())
    else:
        return 0
    stays = index < shuffle.keep_tokens or pieces - shuffle.keep_tokens <= 1
    return index + 1 if shuffle.enabled and not stays else 0


def _shuffled_away(dataset: Dataset, shuffled: list[tuple[Caption, int]]) -> Violation:
    keep, needed = dataset.trainer.shuffle.keep_tokens, max(kept for _, kept in shuffled)
    return Violation(
        message=f"the trigger of {len(shuffled):,} of {counted(len(dataset.captioned), 'caption')} "
        f"is shuffled away: {dataset.trainer.id} keeps {counted(keep, 'token')}",
        evidence={"count": len(shuffled), "captions": len(dataset.captioned), "kept": keep},
        advice=f"set keep_tokens to {needed} in the trainer (`trainer: {{profile: "
        f"{dataset.trainer.id}, keep_tokens: {needed}}}` says so here), or turn shuffling off",
        paths=tuple(dict.fromkeys(caption.path for caption, _ in shuffled)),
        severity=Severity.ERROR,
        key="shuffled",
    )
