"""MIS005 expression-mismatch."""

from collections.abc import Iterator, Mapping

from rules.known_labels import known
from rules.mismatch.contradiction import Pixels, violation
from rules.model import Caption, Dataset, Evidence, Picture
from rules.needs import CAPTIONS, EXPRESSIVE
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity


@record
class Options:
    """When a classifier is believed."""

    min_p: float = option(0.9, "least probability of what a classifier saw")


@rule("MIS005", Severity.INFO, needs=(CAPTIONS, EXPRESSIVE))
def expression_mismatch(dataset: Dataset, options: Options) -> Said:
    """The caption names another expression than the face has.

    What it does:
        Compares tags of expressions (`smile`, `open mouth`, `closed mouth`, `angry`...) with the
        expression that a person labelled or a classifier saw with at least `min_p`, and with the
        mouth that it saw. Only pairs that cannot both be meant count: a smile with tears is
        none, `closed mouth` on an open one is.

    Why is this bad?
        `smile` on a calm face learns the calm face, and asking for a smile brings nothing.

    Example:
        A face swapped from `smile` to `angry` that kept its caption. Write the new one.

    Source:
        The account that this linter grew from: its busts were expression swaps of one face, and
        it compared faces only with a mouth to see. Which pairs exclude each other is a list.
    """
    excludes = dataset.vocabulary.excluded_expressions
    for picture, caption in dataset.captioned:
        for shown in _shown(picture, options.min_p):
            words = _contradicted(caption, excludes, shown.label)
            if words:
                found = Pixels(picture, "expression", shown, ())
                yield violation(dataset, found, words, severity=Severity.INFO)
                break


def _contradicted(
    caption: Caption, excludes: Mapping[str, tuple[str, ...]], label: str
) -> tuple[str, ...]:
    return tuple(tag for tag in caption.tags if label in excludes.get(tag, ()))


def _shown(picture: Picture, min_p: float) -> Iterator[Evidence]:
    """What the pixels say of the face; a mouth as `open mouth` or `closed mouth`."""
    expression = known(picture.expression)
    mouth = known(picture.seen.mouth) if picture.seen else None
    if expression and expression.source == "labelled":
        yield expression
        return
    if expression and expression.source == "seen" and (expression.p or 0.0) >= min_p:
        yield expression
    if mouth and (mouth.p or 0.0) >= min_p:
        yield Evidence(label=f"{mouth.label} mouth", source="seen", p=mouth.p)
