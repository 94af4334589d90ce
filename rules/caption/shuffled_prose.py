"""CAP016 shuffled-prose."""

from bisect import bisect_left

from rules.caption.reach import JSON, FedFile, fed_files
from rules.fixing import each
from rules.model import Caption, Dataset
from rules.needs import CAPTIONS, SHUFFLING
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Edit, Fix, Said, Severity, Violation

MIN_PIECES = 2


@rule("CAP016", Severity.ERROR, needs=(SHUFFLING, CAPTIONS))
def shuffled_prose(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Sentences that the trainer cuts at their commas and scatters.

    What it does:
        Where the trainer shuffles, finds commas inside sentences behind the tokens that
        `keep_tokens` holds in front. Where it shuffles single words of a caption without a
        comma, it finds those captions. The fix, which asks, takes the commas out of the
        sentences.

    Why is this bad?
        `She stands, one hand on her hip, and smiles` arrives as three tags among the others, in
        a new order each time. The relation that the sentence was written for is lost.

    Example:
        AnimaLoraToolkit's template shuffles with `keep_tokens: 0`. Turn shuffling off for
        captions with prose, or write the sentences without commas.

    Source:
        The trainers' sources, named in their profiles (`shuffle`).
    """
    shuffle = dataset.trainer.shuffle
    for file in fed_files(dataset):
        caption = file.picture.caption
        # The sentences of a JSON file are added behind the shuffled tags.
        if caption is None or file.sidecar.suffix == JSON:
            continue
        if shuffle.separator.strip() not in file.text:
            words = len(file.text.split())
            if shuffle.without_separator == "words" and words - shuffle.keep_tokens >= MIN_PIECES:
                yield _without_commas(dataset, file, words)
            continue
        cuts = _cuts(caption, shuffle.separator, shuffle.keep_tokens)
        if not cuts:
            continue
        # Without its last comma the caption would be shuffled word by word.
        torn = shuffle.without_separator == "words" and caption.text.count(",") == len(cuts)
        fix = None if torn else _fix(caption, cuts)
        yield Violation(
            message=f"{counted(len(cuts), 'comma')} inside sentences, where "
            f"{dataset.trainer.id} cuts and shuffles",
            evidence={"commas": len(cuts), "keep_tokens": shuffle.keep_tokens},
            advice="turn shuffling off, or write sentences without commas",
            paths=(caption.path,),
            picture=file.picture.sha256,
            span=None
            if caption.offset is None
            else (caption.offset + cuts[0], caption.offset + cuts[0] + 1),
            fixes=each(fix),
        )


def _without_commas(dataset: Dataset, file: FedFile, words: int) -> Violation:
    return Violation(
        message=f"{words} words and no comma: {dataset.trainer.id} shuffles them one by one",
        evidence={"words": words, "commas": 0, "keep_tokens": dataset.trainer.shuffle.keep_tokens},
        advice="turn shuffling off, or part the caption by commas",
        paths=(file.sidecar.path,),
        picture=file.picture.sha256,
    )


def _cuts(caption: Caption, separator: str, keep_tokens: int) -> list[int]:
    """Offsets of the separators inside sentences that part what does not stay together."""
    places = []
    place = caption.text.find(separator)
    while place >= 0:
        places.append(place)
        place = caption.text.find(separator, place + 1)
    movable = len(places) + 1 - keep_tokens
    if movable < MIN_PIECES:
        return []
    first = max(keep_tokens - 1, 0)
    cuts = []
    for token in caption.tokens:
        if token.slot == "prose":
            low = max(bisect_left(places, token.start), first)
            end = token.start + len(token.text.rstrip(" ,.!?"))
            cuts += places[low : bisect_left(places, end)]
    return cuts


def _fix(caption: Caption, cuts: list[int]) -> Fix | None:
    if caption.offset is None:
        return None
    edits = []
    for cut in cuts:
        after = caption.text[cut + 1 : cut + 2]
        gap = "" if not after or after.isspace() else " "
        start = caption.offset + cut
        edits.append(Edit(start=start, end=start + 1, replacement=gap))
    return Fix(path=caption.path, edits=tuple(edits), safe=False)
