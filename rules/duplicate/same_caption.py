"""DUP005 same-caption."""

from collections import defaultdict

from rules.model import Caption, Dataset, Picture
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation

SHOWN = 60


@rule("DUP005", Severity.WARNING, needs=(CAPTIONS,))
def same_caption(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Different pictures with the same caption.

    What it does:
        Groups the captions that the trainer feeds by their tags and sentences, whatever the order
        of the tags, and reports each group that stands for more than one picture. Copies of one
        picture, pictures that share one caption file and empty captions are other rules'
        business (DUP001, IMG008, CAP002).

    Why is this bad?
        Whatever differs between these pictures has no word. The trigger and the tags that they
        share take it up, all of it at once, and no prompt can call one of them alone.

    Example:
        A front and a back view, both `mychar, 1girl, dress, white background`. Say in each what
        the other does not show: `from behind`, `looking at viewer`.

    Source:
        Checks of caption tools; captions copied from one file to the next and not finished.
    """
    groups: dict[object, list[tuple[Picture, Caption]]] = defaultdict(list)
    for picture, caption in dataset.captioned:
        if caption.tokens:
            groups[frozenset(caption.tags), caption.sentences].append((picture, caption))
    for members in groups.values():
        if len(members) == 1:
            continue
        texts = sorted({" ".join(caption.text.split()) for _, caption in members})
        text = texts[0]
        contents = {_content(picture) for picture, _ in members}
        if len(contents) == 1 or len({caption.path for _, caption in members}) == 1:
            continue
        start = text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip(' ,')}..."
        yield Violation(
            message=f"{len(members)} of {counted(len(dataset.captioned), 'caption')} "
            f"{'are the same' if len(texts) == 1 else 'say the same'}: `{start}`",
            evidence={
                "captions": len(members),
                "total": len(dataset.captioned),
                "different_pictures": len(contents),
                "caption": start,
            },
            advice="say in each what sets its picture apart: view, pose, expression, outfit",
            paths=tuple(picture.path for picture, _ in members),
            key=text,
        )


def _content(picture: Picture) -> str:
    return (picture.file.pixels if picture.file else None) or picture.path
