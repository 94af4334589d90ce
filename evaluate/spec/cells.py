"""Cells: pictures as the evaluation asks for them, before anybody draws one."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from rules.records import record

Arm = Literal["base", "base_trigger", "lora_no_trigger", "lora"]
Part = Literal[
    "matrix", "angle", "control", "strength", "token", "pose", "caption", "prior", "leak", "sample"
]
ARMS: tuple[Arm, ...] = ("base", "base_trigger", "lora_no_trigger", "lora")
Axis = Literal["framing", "view", "elevation", "pose"]
# Height in pixels of a head in which eyes and mouth can be told, in a picture of 832x1216.
LEAST_HEAD = 160.0
Weight = Annotated[float, Field(ge=0)]


@record
class Cell:
    """One picture of the plan. The same picture may answer to several cells.

    Attributes:
        part: which question it belongs to.
        arm: with or without LoRA, with or without trigger; a speed LoRA is in every arm.
        checkpoint: label of the LoRA; None for the base.
        epoch: of that LoRA.
        format: K, N, KT or a user's own.
        scene: name of the scene.
        strength: of the LoRA.
        angle: name of what the camera or the pose shall be.
        weight: of the words that say so.
        token: the token whose effect is asked, and that is in this prompt.
        feature: the attribute that the prompt describes in words, trigger or not.
        prompt: whole, weights in it.
    """

    part: Part = "matrix"
    arm: Arm = "lora"
    checkpoint: str | None = None
    epoch: int | None = None
    format: str = "K"
    scene: str = "portrait"
    seed: int
    strength: float = 1.0
    angle: str | None = None
    weight: Weight = 1.0
    token: str | None = None
    feature: str | None = None
    prompt: str = ""

    @property
    def block(self) -> tuple[str, int]:
        """Scene and seed: what is paired with itself across checkpoints."""
        return self.scene, self.seed

    @property
    def label(self) -> str:
        """Short, for people."""
        shown = [self.checkpoint or self.arm.replace("_", " "), self.format, f"s{self.seed}"]
        if self.angle:
            shown.append(f"{self.angle}:{self.weight:g}")
        if self.strength != 1.0:
            shown.append(f"x{self.strength:g}")
        return " ".join(shown)


@record
class Attribute:
    """Something that pictures are judged by.

    Attributes:
        asks: what a judge looks for, in words: `blunt bangs, not a hime cut`.
        kind: a score from 0 to 5, or yes (1) or no (0).
        required: whether the LoRA must reach it to be usable.
        weight: in the composite score.
        described: words that ask a base without trigger for it; null where nobody can.
        part: the box in which its colour is measured; null for none.
    """

    asks: str
    kind: Literal["score", "yes_no"] = "score"
    required: bool = False
    weight: Weight = 1.0
    described: str | None = None
    part: str | None = None


@record
class Angle:
    """A camera or a pose that is asked for.

    Attributes:
        words: as a prompt has them, without weight: `from below`.
        axis: where a judge sees whether it came.
        label: what it has to see there.
    """

    words: str
    axis: Axis
    label: str


@record
class Criteria:
    """By what verdicts are made; the part of evaluate.yaml that no picture depends on.

    Attributes:
        attributes: id -> what is judged.
        angles: name -> what is asked for.
        handed: feature -> side where a viewer sees it; judged yes or no under that name.
        margin: rubric points that nobody minds.
        identity: the attribute that says how well a picture hits the character.
        least_head: height in pixels below which a head shows nothing that could be judged.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    angles: Mapping[str, Angle] = field(default_factory=dict)
    handed: Mapping[str, Literal["left", "right"]] = field(default_factory=dict)
    margin: Annotated[float, Field(gt=0)] = 0.5
    identity: str = "identity"
    least_head: float = LEAST_HEAD
