"""The rubric: what a model or a program is asked, in which form it answers, and what counts.

Evidence is asked before visibility and visibility before the score, so that a number is the end
of a look and not its beginning.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from evaluate.judges.judge import Question, Task
from evaluate.rows import ScoreRow
from evaluate.spec.cells import Attribute
from evaluate.verdicts.evidence import BROKEN
from rules.records import RecordError, parse_json, record

Artifact = Literal["hands", "limbs", "mouth", "object", "texture", "anatomy"]
Framing = Literal["face", "bust", "cowboy", "full", "unclear"]
View = Literal[
    "front", "three_quarter_left", "three_quarter_right", "side_left", "side_right", "back",
    "back_left", "back_right", "unclear",
]  # fmt: skip
Elevation = Literal["below", "eye", "above", "unclear"]
Pose = Literal["upright", "posed", "walk", "run", "sit", "kneel", "lie", "unclear"]
AXES: Mapping[str, Any] = {"framing": Framing, "view": View, "elevation": Elevation, "pose": Pose}
UNCLEAR = "unclear"
EVIDENCE_LETTERS = 160
YES = 1
SHE = "the character"
INSTRUCTIONS = """\
You judge one drawing of an anime character. The first picture is the candidate; {references} of \
the character follow. Judge the candidate alone.
For each attribute write first what you see (at most 160 letters), then whether it is visible, \
then the score. What is not visible has the score null.
Points: 5 the same as in the references; 4 a small deviation; 3 recognisable, but weaker; \
2 partly; 1 barely; 0 absent or wrong. Attributes of yes or no have 1 or 0.
{attributes}
artifacts: what is broken: hands, limbs (too many or few), mouth (melted), object (that nobody \
could have asked for), texture, anatomy. An empty list where nothing is.
framing, view (left and right are the viewer's), elevation (where the camera is) and pose \
(upright is a rigid stand, feet together): unclear where you cannot tell.
Answer with one JSON object of this schema and nothing else:
"""


def _cut(value: object) -> object:
    return value[:EVIDENCE_LETTERS] if isinstance(value, str) else value


@record
class AttributeAnswer:
    """What a judge says of one attribute."""

    id: str
    evidence: Annotated[str, BeforeValidator(_cut)] = ""
    visible: bool
    score: Annotated[int, Field(ge=0, le=5)] | None


@record
class Answer:
    """What a judge says of one picture.

    Attributes:
        artifacts: what is broken; None where nobody looked for it.
    """

    attributes: tuple[AttributeAnswer, ...]
    artifacts: tuple[Artifact, ...] | None = None
    framing: Framing = "unclear"
    view: View = "unclear"
    elevation: Elevation = "unclear"
    pose: Pose = "unclear"
    confidence: Literal["low", "mid", "high"] = "mid"
    extra: Mapping[str, str] = field(default_factory=dict)


@record
class Rubric:
    """A task in words.

    Attributes:
        instructions: to the judge.
        schema: of its answer.
        ids: attributes that it has to answer for, in order.
        kinds: id -> score or yes_no.
    """

    instructions: str
    schema: Mapping[str, Any]
    ids: tuple[str, ...]
    kinds: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Changes with every word of it."""
        plain = json.dumps([self.instructions, self.schema], sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


def rubric_of(task: Task) -> Rubric:
    """The rubric of a task, without the words that are secret."""
    asked = {f"a{number}": name for number, name in enumerate(task.attributes, 1)}
    lines = [
        f"- {short}: {_asked(task.attributes[name], task.secret)}" for short, name in asked.items()
    ]
    shown = f"{len(task.references)} reference pictures" if task.references else "no reference"
    schema = _schema(asked)
    told = INSTRUCTIONS.replace("{references}", shown)
    told = told.replace("{attributes}", "\n".join(lines))
    instructions = told + json.dumps(schema, sort_keys=True)
    return Rubric(
        instructions=instructions,
        schema=schema,
        ids=tuple(asked.values()),
        kinds={name: one.kind for name, one in task.attributes.items()},
    )


def _asked(attribute: Attribute, secret: Iterable[str]) -> str:
    kind = " (yes or no)" if attribute.kind == "yes_no" else ""
    return f"{without(attribute.asks, secret)}{kind}"


def without(text: str, secret: Iterable[str]) -> str:
    """Text with other words for those that nobody shall read."""
    for word in sorted({word for word in secret if word}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", SHE, text, flags=re.IGNORECASE)
    return text


def _schema(asked: Mapping[str, str]) -> dict[str, Any]:
    """Strict JSON schema of an answer; every key is required, as structured outputs want it."""
    one = _object(
        {
            "id": {"type": "string", "enum": list(asked)},
            "evidence": {"type": "string"},
            "visible": {"type": "boolean"},
            "score": {"type": ["integer", "null"], "minimum": 0, "maximum": 5},
        }
    )
    axes = {axis: {"type": "string", "enum": list(get_args(form))} for axis, form in AXES.items()}
    artifacts = {"type": "string", "enum": list(get_args(Artifact))}
    return _object(
        {
            "attributes": {"type": "array", "items": one},
            "artifacts": {"type": "array", "items": artifacts},
            **axes,
            "confidence": {"type": "string", "enum": ["low", "mid", "high"]},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class BadAnswer(ValueError):  # noqa: N818 - what it is
    """An answer that cannot count, and why."""


FENCE = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)


def read_answer(text: str, rubric: Rubric) -> Answer:
    """An answer, checked again: endpoints promise a schema and break it.

    A fence of Markdown around it is taken off; prose around it is not.

    Raises:
        BadAnswer: naming what is wrong.
    """
    fenced = FENCE.match(text)
    try:
        answer = parse_json(Answer, fenced[1] if fenced else text, "answer")
    except RecordError as error:
        raise BadAnswer("; ".join(error.faults[:5])) from error
    return _checked(answer, rubric)


def _checked(answer: Answer, rubric: Rubric) -> Answer:
    shorts = {f"a{number}": name for number, name in enumerate(rubric.ids, 1)}
    faults = []
    seen = [one.id for one in answer.attributes]
    faults += [f"`{name}` is no attribute of this rubric" for name in seen if name not in shorts]
    faults += [f"`{name}` is missing" for name in shorts if name not in seen]
    faults += [f"`{name}` is there twice" for name in dict.fromkeys(seen) if seen.count(name) > 1]
    for one in answer.attributes:
        if one.visible and one.score is None:
            faults.append(f"`{one.id}` is visible and has no score")
        if rubric.kinds.get(shorts.get(one.id, "")) == "yes_no" and (one.score or 0) > YES:
            faults.append(f"`{one.id}` is 1 (yes) or 0 (no), found {one.score}")
    if faults:
        raise BadAnswer("; ".join(faults[:5]))
    return answer


def rows_of(answer: Answer, rubric: Rubric, question: Question, judge: str) -> Iterator[ScoreRow]:
    """An answer as rows: attributes, axes, and whether anything is broken."""
    shorts = {f"a{number}": name for number, name in enumerate(rubric.ids, 1)}
    same = {"key": question.key, "judge": judge, "repeat": question.repeat}
    for one in answer.attributes:
        yield ScoreRow(
            **same,  # type: ignore[arg-type]
            attribute=shorts[one.id],
            value=float(one.score) if one.visible and one.score is not None else None,
            state="scored" if one.visible else "invisible",
            evidence=one.evidence,
        )
    if answer.artifacts is not None:
        yield ScoreRow(
            **same,  # type: ignore[arg-type]
            attribute=BROKEN,
            value=float(bool(answer.artifacts)),
            label=", ".join(answer.artifacts) or None,
        )
    for axis in AXES:
        label = getattr(answer, axis)
        clear = label != UNCLEAR
        yield ScoreRow(
            **same,  # type: ignore[arg-type]
            attribute=axis,
            label=label if clear else None,
            state="scored" if clear else "invisible",
        )


def asked_of(rubric: Rubric) -> tuple[str, ...]:
    """Every attribute that an answer gives rows of."""
    return (*rubric.ids, BROKEN, *AXES)
