"""Verdicts of the report: a card for each, the surest in front."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from curate.preview.markup import Markup, element
from evaluate.verdicts.verdict import WORDS, Verdict, VerdictFile

HEADINGS = {
    "confirmed": "Confirmed",
    "suspect": "Suspect: more seeds would tell",
    "fluke": "Flukes",
    "no_difference": "No difference",
    "undetermined": "Undetermined",
}
# Verdicts that are points and no more; the curves show them.
SCORES = "EVL002"


def verdict_cards(found: VerdictFile) -> Iterator[Markup]:
    """All of them; what is sure lies open, the rest is folded."""
    yield element("h2", "Verdicts", id="verdicts")
    for word in WORDS:
        some = [one for one in found.verdicts if one.word == word and one.code != SCORES]
        if some:
            few = word in {"confirmed", "suspect", "fluke"}
            head = element("summary", element("h3", f"{HEADINGS[word]} ({len(some)})"))
            yield element(
                "details", head, _by_code(some), class_=f"w-{word}", open="" if few else None
            )
    scores = [one for one in found.verdicts if one.code == SCORES]
    if scores:
        head = element("summary", element("h3", f"Scores ({len(scores)})"))
        yield element("details", head, _by_code(scores))


def _by_code(found: Sequence[Verdict]) -> Markup:
    """A card a verdict, in it a line a subject."""
    cards = []
    for _, group in groupby(found, key=lambda one: one.code):
        some = list(group)
        head = [element("b", some[0].code), f" {some[0].name.replace('-', ' ')} "]
        head += [
            element("span", code, class_="chip lint", title="the linter foretold it")
            for code in some[0].predicted_by
        ]
        cards.append(element("li", element("p", *head, class_="chips"), *map(_verdict, some)))
    return element("ul", *cards, class_="verdicts")


def _verdict(one: Verdict) -> Markup:
    pictures = [
        element("button", f"{number}", type="button", data_show=image, title="show this picture")
        for number, image in enumerate(one.images, 1)
    ]
    return element(
        "div",
        element("span", one.outcome.replace("_", " "), class_="chip outcome"),
        element(
            "div",
            element("p", one.says),
            *([element("p", one.advice, class_="advice")] if one.advice else []),
            *([element("p", "pictures ", *pictures, class_="look")] if pictures else []),
        ),
        element("span", f"grade {one.grade}, n {one.n}", class_="grade"),
        class_="said",
    )
