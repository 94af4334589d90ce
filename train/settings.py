"""Settings of parts that need torch, apart from them: a plan or a doctor reads them without it."""

from typing import Literal

from rules.records import record

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

    rank: int = 32
    alpha: float = 32.0
    dropout: float = 0.0
    targets: str = "attn-mlp"


@record
class SamplerSettings:
    """How a picture is drawn.

    Attributes:
        sampler: `er_sde`, or `euler` without fresh noise.
        steps: how often the model is asked, twice with guidance.
        cfg: how far to move from the negative prompt; at 1 it is not asked at all.
        shift: of the schedule towards noise.
    """

    sampler: Sampler = "er_sde"
    steps: int = 8
    cfg: float = 1.0
    shift: float = SHIFT
