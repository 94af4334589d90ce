"""A blind page for people: pictures in random order, no checkpoint told, some of them twice."""

import base64
import hashlib
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PIL import Image

from curate.preview.markup import Markup, element, join
from evaluate.judges.judge import Question, Task
from evaluate.judges.rubric import without
from evaluate.spec.cells import Attribute

HERE = Path(__file__).parent
TWICE = 0.1
SIDE = 640


def shuffled(questions: Sequence[Question], seed: int) -> list[Question]:
    """Every picture once and a tenth of them twice, in an order that tells nothing."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    again = dice.sample(list(questions), round(TWICE * len(questions)))
    both = [*questions, *(Question(key=q.key, path=q.path, repeat=1) for q in again)]
    dice.shuffle(both)
    return both


def rating_page(questions: Sequence[Question], task: Task, *, seed: int = 0) -> str:
    """One offline page that shows pictures and writes answers to a file of its reader's."""
    style = (HERE / "rating.css").read_text(encoding="utf-8")
    program = (HERE / "rating.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(program)}'; base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "Pictures to judge"),
        element("style", Markup(style)),
    )
    shown = shuffled(questions, seed)
    body = element(
        "body",
        element("h1", "Pictures to judge"),
        element("p", "5 the same as in the references, 4 a small deviation, 3 recognisable but "
                "weaker, 2 partly, 1 barely, 0 absent or wrong. Keys 0 to 5 answer, x says that "
                "it is not to be seen, the arrows move."),
        element("div", *(_reference(path) for path in task.references), class_="references"),
        element("ol", join(*(_card(n, q, task) for n, q in enumerate(shown, 1)))),
        element(
            "p",
            element("label", "Your name or a number ", element("input", name="who")),
            " ",
            element("button", "Save the answers", type="button", id="save"),
            " ",
            element("output", "", aria_live="polite"),
        ),
        element("script", Markup(program)),
    )  # fmt: skip
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _card(number: int, question: Question, task: Task) -> Markup:
    fields = (
        _field(number, name, attribute, task.secret) for name, attribute in task.attributes.items()
    )
    return element(
        "li",
        element("img", src=_uri(question.path), alt=f"picture {number}", loading="lazy"),
        element("div", *fields),
        data_key=question.key,
        data_repeat=question.repeat,
    )


def _field(number: int, name: str, attribute: Attribute, secret: Iterable[str]) -> Markup:
    points: Mapping[str, str] = (
        {"1": "yes", "0": "no"}
        if attribute.kind == "yes_no"
        else {str(value): str(value) for value in range(6)}
    )
    choices = (
        element(
            "label",
            element("input", type="radio", name=f"{number} {name}", value=value),
            f" {shown}",
        )
        for value, shown in {**points, "": "not to be seen"}.items()
    )
    return element(
        "fieldset",
        element("legend", without(attribute.asks, secret)),
        *choices,
        data_attribute=name,
    )


def _reference(path: Path) -> Markup:
    return element("img", src=_uri(path), alt="reference")


def _uri(path: Path) -> str:
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    plain.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    Image.frombytes("RGB", plain.size, plain.tobytes()).save(buffer, "WEBP", quality=85)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
