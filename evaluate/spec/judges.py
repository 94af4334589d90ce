"""Who judges, as evaluate.yaml names them: what each needs to be told."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from rules.records import record

Limit = Annotated[float, Field(ge=0)]
# Left, top, right, bottom as shares of a picture.
Box = tuple[float, float, float, float]


@record
class VisionJudge:
    """A model behind an OpenAI-compatible endpoint; its key stands in the environment alone.

    Attributes:
        kind: which judge this is.
        model: its name; in place of it LORA_CURATE_JUDGE_MODEL.
        base_url: in place of it LORA_CURATE_JUDGE_BASE_URL, then OPENAI_BASE_URL.
        temperature: 0 for the likeliest answer.
        max_tokens: longest answer.
        side: longer side in pixels; larger pictures are sent smaller.
        timeout: seconds until a request is given up.
        repeats: how often every picture is scored; the median counts.
        double: share of the pictures that are scored once more, for the judge's own noise.
        prices: per million tokens, in and out.
        connections: at once; fewer after the endpoint asks to slow down.
    """

    kind: Literal["vision"]
    model: str | None = None
    base_url: str | None = None
    temperature: Limit = 0.0
    max_tokens: Annotated[int, Field(ge=64)] = 1_200
    side: Annotated[int, Field(ge=64)] = 1_024
    timeout: Annotated[float, Field(gt=0)] = 120.0
    repeats: Annotated[int, Field(ge=1, le=9)] = 1
    double: Annotated[float, Field(ge=0, le=1)] = 0.1
    prices: tuple[Limit, Limit] | None = None
    connections: Annotated[int, Field(ge=1, le=64)] = 4


@record
class CommandJudge:
    """A program that reads one JSON object and writes one; `{}` is nothing that it is told.

    Attributes:
        kind: which judge this is.
        command: the program and its arguments, one by one.
        timeout: seconds until an answer is given up.
    """

    kind: Literal["command"]
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    timeout: Annotated[float, Field(gt=0)] = 300.0


@record
class ClassifierJudge:
    """What looks at training pictures looks at these, too: framing, view, elevation, pose.

    Attributes:
        kind: which judge this is.
        clip_model: a model of open_clip, as of `curate index --clip-model`; null for the embedded
            one.
    """

    kind: Literal["classifier"]
    clip_model: str | None = None


@record
class ColourJudge:
    """What colour a part has, as the median of a box.

    Attributes:
        kind: which judge this is.
        boxes: part -> left, top, right, bottom as shares of the picture.
    """

    kind: Literal["colour"]
    boxes: Mapping[str, Box]


@record
class PeopleJudge:
    """Answers that people gave on a blind page.

    Attributes:
        kind: which judge this is.
        answers: file that the page of `evaluate rate` saved.
    """

    kind: Literal["people"]
    answers: str


@record
class FixedJudge:
    """Answers that were written down elsewhere; for tests and imports.

    Attributes:
        kind: which judge this is.
        answers: file of the same form as people's.
    """

    kind: Literal["fixed"]
    answers: str


Judge = Annotated[
    VisionJudge | CommandJudge | ClassifierJudge | ColourJudge | PeopleJudge | FixedJudge,
    Field(discriminator="kind"),
]
