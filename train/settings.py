"""Settings of parts that need torch, apart from them: a plan or a doctor reads them without it."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from rules.records import record


def _number(value: object) -> object:
    """YAML takes `2e-5` for text, since it lacks a point; nobody means that."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Number, Field(gt=0)]
# Below 1: of all there would be nothing left.
Part = Annotated[Number, Field(ge=0, lt=1)]
Sampler = Literal["er_sde", "euler"]
SHIFT = 3.0


@record
class AdapterSettings:
    """Size and place of a LoRA.

    Attributes:
        rank: inner size of the two matrices.
        alpha: the product is multiplied by alpha / rank.
        dropout: share of the input that a LoRA does not see in a step.
        targets: `attn-mlp`, `attn-mlp+adaln`, or a regular expression over diffusers' names.
    """

    rank: Annotated[int, Field(ge=1)] = 32
    alpha: Positive = 32.0
    dropout: Part = 0.0
    targets: str = "attn-mlp"


@record
class SamplerSettings:
    """How a picture is drawn.

    Attributes:
        sampler: `er_sde`, or `euler` without fresh noise.
        steps: how often the model is asked, twice with guidance; the schedule has 1000 to give.
        cfg: how far to move from the negative prompt; at 1 it is not asked at all.
        shift: of the schedule towards noise.
    """

    sampler: Sampler = "er_sde"
    steps: Annotated[int, Field(ge=1, le=1000)] = 8
    cfg: Number = 1.0
    shift: Positive = SHIFT
